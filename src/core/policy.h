/*
 * policy -- what the settings of a service have done about an incident, and how often that may be. Pure.
 *
 * Whoever judges incidents reads what services write, so that what it says is a claim and no more: nothing is done that is
 * not set, not for one that is not in the state for it, and not again before its time, however often it is claimed. What
 * did not help is tried less and less often.
 */
#ifndef BRIDLE_CORE_POLICY_H
#define BRIDLE_CORE_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/msec.h"
#include "core/life.h"

enum policy_cause {
	POLICY_BOOT_LOOP, /* workers die again and again before they have loaded the application */
	POLICY_FLAPPING,  /* workers die again and again while it runs (flapping.h) */
	POLICY_HANG,      /* a worker has hung: it still does, or it was ended for it */
	POLICY_OOM,       /* the kernel has ended one for want of memory */
	POLICY_UNHEALTHY, /* its probe has failed too often (health.h) */
	POLICIES
};

/* The order is that of the words of the settings; RESTART is for UNHEALTHY alone. */
enum policy_deed { POLICY_NONE, POLICY_RECYCLE, POLICY_REPLACE, POLICY_STOP, POLICY_RESTART };

/* ms: between two replacements at first, doubled while one more follows soon, up to the second; between two workers that
 * are asked to go; that a generation has to have lived before the service is stopped for it; between replacements of two
 * services that hang, or are unwell. A restart is a replacement here. */
enum {
	POLICY_REST = 600000,
	POLICY_REST_MOST = 4 * 3600000,
	POLICY_RECYCLE_REST = 5000,
	POLICY_LIVED = 2000,
	POLICY_CROWD = 60000
};

/* Zeroed: nothing was done yet. */
struct policy {
	uint32_t replaced, recycled; /* when, the last time: seconds, and one; 0: never */
	uint8_t repeats;             /* replacements that followed soon on another */
};

struct policy_claim {
	enum policy_cause cause;
	enum policy_deed set;  /* for that cause */
	enum life_state state; /* of the service */
	msec age;              /* of the generation that it is about */
	bool worker;           /* a worker is named, which still lives */
	bool crowded;          /* another service was replaced less than POLICY_CROWD ago */
};

/* Was something replaced by P less than POLICY_CROWD before NOW? */
bool policy_has_replaced(const struct policy *p, msec now);

/* What to do about CLAIM at NOW; it counts as done. */
enum policy_deed policy_judge(struct policy *p, const struct policy_claim *claim, msec now);

#endif
