/*
 * restart -- what a death means for the next start: at once, later, never.
 *
 * Three kinds of ends are told apart (gunicorn-facts 2.2, 2.3: the exit code alone does not tell):
 *   boot failure    ended, or timed out, before it was ever ready: always waits
 *   runtime death   ended after it was ready: at once, unless that repeats
 *   deliberate      we asked for it, or it was ready, exited 0, and the policy is on-failure or never
 * How a master ended may ask for another policy than the one that is set (life_died_under).
 * Under the policy never, whatever is not deliberate is given up at once, so that people see it.
 *
 * "Repeats" is two things: a second death in a row within `delay` of its start (the first one is
 * forgiven), or more than RESTART_FREE deaths without `reset` of health between them. Waits
 * double from `delay` to `delay_max`, each with jitter over the upper half of the doubled value; `limit`
 * failures that had to wait within `interval` end in giving up (the last of them does not wait any more).
 *
 * So between two spells of health at most RESTART_FREE starts come at once, and from then on every one waits: there is
 * no hot loop.
 */
#ifndef BRIDLE_CORE_RESTART_H
#define BRIDLE_CORE_RESTART_H

#include <stdbool.h>
#include <stdint.h>

#include "base/msec.h"

enum { RESTART_FREE = 6 };

enum restart_policy { RESTART_ALWAYS, RESTART_ON_FAILURE, RESTART_NEVER };

struct restart_limits {
	enum restart_policy policy;
	msec delay, delay_max; /* shortest and longest wait; 0 < delay <= delay_max */
	msec reset;            /* age at which a death makes earlier ones forgotten (not one below `delay`) */
	uint32_t limit;        /* failures until giving up, that one included; 0 = never give up */
	msec interval;         /* counted within this time */
};

struct restart {
	uint32_t streak;   /* boot failures or early deaths in a row */
	uint32_t recent;   /* deaths of a ready one since the last spell of health */
	uint32_t failures; /* waits since `window` */
	msec window;       /* when the first counted failure was */
};

/* How a master ended. */
struct death {
	bool ready; /* it had been proven ready */
	bool asked; /* we had asked it to end */
	bool clean; /* exited with status 0 */
	msec age;   /* from spawn to end, >= 0 */
};

enum restart_verdict { RESTART_NOW, RESTART_LATER, RESTART_GIVE_UP, RESTART_DONE };

/* Judge DEATH at NOW. JITTER is any 32 random bits. *WAIT is set for RESTART_LATER:
 * delay <= *wait <= delay_max. */
enum restart_verdict restart_judge(struct restart *r, const struct restart_limits *limits, const struct death *death,
	uint32_t jitter, msec now, msec *wait);

/* Forget: an operator's start, or a changed configuration. */
void restart_forget(struct restart *r);

#endif
