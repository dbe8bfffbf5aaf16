/*
 * kernel -- a fake one: crews of processes that live, die, fork and ignore signals in virtual time.
 *
 * A crew is a master with its descendants, in the slot of the generation that it belongs to. Nothing here knows
 * of core/life: it is what core/life has to cope with.
 */
#ifndef BRIDLE_TESTS_KERNEL_H
#define BRIDLE_TESTS_KERNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/msec.h"
#include "dice.h"

enum { CREWS = 4, CREW_MOST = 12, CREW_FORKS = 5, STUCK_MOST = 20000 };

/* How processes are in a world, in percent unless said otherwise. */
struct nature {
	int spawn_fails, boot_dies, never_ready, early_deaths, immortal;
	int stubborn;          /* ignores TERM and QUIT */
	int forks;             /* answers a signal by forking */
	int stuck;             /* in state D for a while when KILL comes */
	int lost;              /* a signal other than KILL has no effect */
	int leaves;            /* a worker that stays when its master dies */
	int unseen;            /* heartbeats cannot be seen: readiness is assumed */
	int clean;             /* a master that ends by itself exits with 0 */
	int own_policy;        /* how a master ends asks for a policy of its own */
	int heirs;             /* a master that ends had started another, which takes its place */
	int late;              /* the end of a master is reported a little later */
	int skips;             /* a condition before the start says no */
	int unfit;             /* ready, but a command that had to follow fails */
	int cleans_up;         /* a command is run when nobody is left */
	int fewest, workers;   /* fewest and most workers of a crew, not percent */
	msec boot, drain, age; /* longest: until ready; from TERM to end; of a ready master */
};

struct process {
	bool alive, stubborn, forks;
	msec stuck;   /* this long after KILL it still lives */
	msec dies_at; /* MSEC_NEVER: not by itself */
};

/* procs[0] is the master. */
struct crew {
	bool used;
	uint32_t number;
	unsigned count, forks_left;
	bool clean;    /* how the master ended, or will */
	bool reaped;   /* its end was reported */
	bool skips;    /* its master is a condition that will say no */
	bool resumed;  /* its master is a command that cleans up */
	msec reap_at;  /* when its end will be reported; MSEC_NEVER while it lives, or after that */
	msec ready_at; /* when it will be proven ready; MSEC_NEVER: not */
	struct process procs[CREW_MOST];
};

/* Spawn a master with its workers. False: the kernel or the program refused. */
bool kernel_spawn(struct crew *c, uint32_t number, const struct nature *nature, struct dice *dice, msec now);

/* The dead master of C is followed by another one of its own, as generation NUMBER; its workers live on or not. */
void kernel_follow(struct crew *c, uint32_t number, const struct nature *nature, struct dice *dice, msec now);

/* Nobody is left of the crew: a command that cleans up is its master now. */
void kernel_resume(struct crew *c, const struct nature *nature, struct dice *dice, msec now);

/* A signal to the master, or to everybody of the crew. */
void kernel_signal(struct crew *c, int signal, bool all, const struct nature *nature, struct dice *dice, msec now);

/* When something of the crew happens by itself (a death, a report); MSEC_NEVER. */
msec kernel_due(const struct crew *c);

/* Let everybody die whose time has come by NOW. */
void kernel_reap(struct crew *c, const struct nature *nature, struct dice *dice, msec now);

unsigned kernel_alive(const struct crew *c); /* how many live */

static inline bool
kernel_master_lives(const struct crew *c)
{
	return c->used && c->procs[0].alive;
}

#endif
