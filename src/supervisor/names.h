/*
 * names -- hosts in a service's settings that a name server has to be asked for, which takes as long as that is silent. They are
 * looked up before a start by a process of its own, the watcher's user, in the master's place (core/hooks.h, LOOK_UP).
 *
 * An address to listen at is asked for at each start that has to open it: not while it is held open, so that a master that
 * died is back whatever has become of the name server. statsd_host is asked for once for each configuration, and for some seconds
 * only: no start fails for it. Whenever anything is asked for, all of a service is.
 */
#ifndef BRIDLE_SUPERVISOR_NAMES_H
#define BRIDLE_SUPERVISOR_NAMES_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "os/lookup.h"

struct plan;
struct service;

enum {
	NAMES_STATSD = 255, /* instead of an index: statsd_host */
	NAMES_MAX = 17      /* every address of a service (HELD_MAX), and that */
};

/* Of a plan. It owns what it points to. */
struct names {
	uint32_t count;
	struct name {
		uint8_t of;                   /* an index into the plan's binds, or NAMES_STATSD */
		bool told;                    /* statsd_host: it was asked for, whatever came of it */
		char *host;                   /* its own, and a word of argv */
		char address[LOOKUP_ADDRESS]; /* that it has; what the plan's bind points to */
	} at[NAMES_MAX];
	char *argv[NAMES_MAX +
		4];  /* what the process is called with: the hosts, statsd_host as the last and behind LOOKUP_BRIEF */
	int answers; /* memory that it writes to, while it runs; -1 */
	pid_t asker; /* that process */
};

/* At load time: HOST is one of *NAMES (NULL before the first), for OF. False with ERR. */
bool names_add(struct names **names, uint8_t of, const char *host, struct err *err);
void names_free(struct names *names);

/* Whether an address to listen at has to be looked up before S can listen there. */
bool names_keep_shut(const struct service *s);

/* Whether one has to be looked up before a start of S: such an address, or statsd_host. */
bool names_due(const struct service *s);

/* Start the process that asks for all of them, for SLOT. Its pid, or -1 with ERR. */
pid_t names_ask(struct service *s, uint8_t slot, struct err *err);

/* Was PID, which looked names up for S, started by another plan or another bridled? Then nothing that it found is known, and the
 * name server need not be to blame: it is to be asked once more. */
bool names_lost(const struct service *s, pid_t pid);

/* That process has ended: take what it found into the plan. False with ERR: one to listen at has no address. */
bool names_answered(struct service *s, struct err *err);

/* PLAN is to take the place of S's: where it has the same statsd_host, what was found of that is its own, too; and where it asks for
 * the same hosts, so is who asks for them now. */
void names_inherit(const struct service *s, struct plan *plan);

/* The page has what an earlier bridled had found of statsd_host of S. False: by today's configuration it is none of ours. */
bool names_remember(struct service *s);

#endif
