/*
 * errand -- what is run beside a service, as its user: commands for an incident (on_incident, hang_dump), and remove_ipc
 * when it was stopped. A command has a descriptor from the watcher, which we hand on and never look into; ended when it
 * takes too long. Few at a time, and not too often: what is too much is left out.
 */
#ifndef BRIDLE_SUPERVISOR_ERRAND_H
#define BRIDLE_SUPERVISOR_ERRAND_H

#include <ev.h>
#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/msec.h"
#include "conf/conf.h"

struct bridled;
struct service;

enum {
	ERRANDS = 8,
	ERRANDS_OF_ONE = 4, /* of them for incidents of one service: whose workers all hang leaves room for others */
	ERRAND_WORDS = 32,
	ERRAND_PATIENCE = 10000 /* ms */,
	ERRAND_REST = 5000 /* ms between two of a service */
};

struct errands {
	struct {
		pid_t pid; /* 0: free */
		msec due;
		const struct service *of; /* compared, never followed: it may be gone */
	} at[ERRANDS];
	ev_timer timer;
};

/* A copy of WORDS (NULL when there are none) into *OUT, at load time. False with ERR. */
bool errand_make(char ***out, const struct conf_words *words, struct err *err);
void errand_free(char **words);

/* Before any is run. */
void errands_init(struct bridled *b);

/* Those that one before us has started in this process are ours, when they are still there, and have as long as any from NOW on. KNOWN:
 * it wrote down who they are at its end, and not some time before it crashed; else they are left to themselves, for their pids may be
 * others' by now. */
void errands_resume(struct bridled *b, bool known, msec now);

/* Run WORDS ("{pid}" in them stands for PID) for S, with FD as standard output when OUTPUT, else as standard input. Takes FD.
 * False with ERR: it is not run. */
bool errand_run(struct service *s, char *const *words, int fd, bool output, pid_t pid, msec now, struct err *err);

/* Remove what the user of S, who is not root and has no other service that is up, left in System V IPC and POSIX shared memory
 * (ipc.h). False with ERR: it is not done. */
bool errand_remove_ipc(struct service *s, msec now, struct err *err);

/* Was PID an errand that has ended? Is it one that lives? */
bool errands_reaped(struct bridled *b, pid_t pid);
bool errands_has(const struct bridled *b, pid_t pid);

/* Bridled ends: so do they. */
void errands_end(struct bridled *b);

#endif
