/*
 * around -- the commands around the masters of a service, as core/hooks.h decides: started, reaped, cleared away.
 *
 * All of it is kept apart from struct service, for most services have no commands. They run as the service does (user,
 * directory, limits, cgroup, log), each in a session of its own; a generation's marker is in their environment, so that
 * whatever they leave behind is found as what a master leaves behind is. Nothing here acts on the life's orders: callers
 * do that with service_act().
 */
#ifndef BRIDLE_SUPERVISOR_AROUND_H
#define BRIDLE_SUPERVISOR_AROUND_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/msec.h"
#include "core/hooks.h"
#include "core/life.h"

struct bridled;
struct service;

/* How a generation ended, in systemd's words: SERVICE_RESULT. */
enum around_result {
	AROUND_SUCCESS,
	AROUND_EXIT_CODE,
	AROUND_SIGNAL,
	AROUND_CORE_DUMP,
	AROUND_TIMEOUT,
	AROUND_RESOURCES
};

struct around_generation {
	struct hooks hooks;
	pid_t beside;   /* a command that runs beside the master; 0: none. It is not among bridled's `children` */
	int32_t status; /* wait status of the master, or of the command that failed instead */
	bool ended;     /* `status` is known */
	bool assumed;   /* nobody saw that it is ready */
	uint8_t result; /* enum around_result */
};

enum {
	AROUND_DUE = -1,       /* in place of a pid: it is to be run, when the watcher has judged */
	AROUND_PATIENCE = 5000 /* ms that it waits for that: as long as a watcher may be silent (WATCHER_PATIENCE) */
};

struct around {
	struct around_generation at[LIFE_SLOTS];
	pid_t failure;    /* on_failure, while it runs; AROUND_DUE; 0 */
	msec failure_due; /* when it has waited, or run, for long enough */
	char reason[200]; /* what it is told, in words */
	/* generation of which a command failed after its start: why is to be told until the next start */
	uint32_t unfit;
};

/* Take memory for S, if its plan has commands and it has none yet. False with ERR. */
bool around_init(struct service *s, struct err *err);
void around_free(struct service *s);

/* ORDER_SPAWN: what comes before the master, then the master (service_start_master). */
void around_begin(struct service *s, const struct life_order *o, msec now);

/* The master of SLOT could not be started. True: its life was told, and what cleans up will be run. */
bool around_failed(struct service *s, uint8_t slot, msec now);

/* Generation NUMBER is said to be ready, or ASSUMED to be. */
void around_ready(struct service *s, uint32_t number, bool assumed, msec now);

/* What leads the generation in SLOT was reaped. True: it was a command, and is taken care of. */
bool around_reaped(struct service *s, uint8_t slot, int status, msec now);

/* The master in SLOT was reaped. False: it goes on without one, for the commands that follow a oneshot. */
bool around_master_ended(struct service *s, uint8_t slot, int status, bool clean, msec now);

/* Somebody was reaped who leads nothing. True: it was a command beside a master, or on_failure, and is taken care of. */
bool around_reaped_other(struct bridled *b, pid_t pid, int status, msec now);

/* Whether somebody waits until nobody is left in SLOT of what a command left behind; and: nobody is. */
bool around_is_clearing(const struct service *s, uint8_t slot);
void around_cleared(struct service *s, uint8_t slot, msec now);

/* Nobody of the generation in SLOT is left. True: it is gone. False: a command cleans up. */
bool around_empty(struct service *s, uint8_t slot, msec now);

/* Is a command in the place of SLOT's master? */
bool around_leads(const struct service *s, uint8_t slot);

/* The service was given up: on_failure. That of a Gunicorn waits for around_judged(), and is run without in the end. */
void around_given_up(struct service *s, msec now);

/* The watcher has judged why GENERATION was given up: FD is a briefing (wire/briefing.h), and stays the caller's; -1: it does not
 * know. */
void around_judged(struct service *s, uint32_t generation, int fd, msec now);

/* Bridled ends: what is still running of on_failure goes, and what still waits is not run. Either is said. */
void around_end(struct service *s);

/* Where the commands of SLOT stand, to be remembered and restored; of a service without any, something that nobody reads. */
struct around_generation *around_kept(struct service *s, uint8_t slot);

/* The same for the pid of on_failure, or AROUND_DUE. */
pid_t *around_failure_pid(struct service *s);

/* The same for the generation that is unfit. */
uint32_t *around_unfit(struct service *s);

/* They were restored at NOW: deadlines begin anew, and what ran beside a master is run again. */
void around_resume(struct service *s, msec now);

/* When around_tick has something to do; MSEC_NEVER: not by time. */
msec around_due(const struct service *s);
void around_tick(struct service *s, msec now);

#endif
