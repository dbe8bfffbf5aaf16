/*
 * trial -- before HUP is sent, the new code is imported in a process that is thrown away (gunicorn --check-config): a master
 * whose new workers cannot load it would end as a whole (gunicorn-facts 3.3).
 *
 * It runs as the service does: its user, environment, directory, limits, and the control group of its current generation;
 * what it writes goes to the service's log. It gets no listeners. Whoever asked is answered when it has ended, the latest
 * after start_timeout.
 */
#ifndef BRIDLE_SUPERVISOR_TRIAL_H
#define BRIDLE_SUPERVISOR_TRIAL_H

#include <ev.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/msec.h"

struct bridled;
struct service;

struct trial {
	pid_t pid;        /* 0: none runs */
	uint32_t request; /* who waits for it: the id of the link's record; 0: nobody */
	bool late;        /* it took too long, and was killed */
	ev_timer timer;
};

/* Have what the plan of S needs; it never takes memory later. */
void trial_plan(struct service *s);

/* S goes. One that runs, which was killed when S was stopped, is nobody's when it is reaped. */
void trial_free(struct service *s);

/* Begin one for S, which is running, on behalf of REQUEST. False with ERR: none can be had. */
bool trial_begin(struct service *s, uint32_t request, struct err *err);

/* A child of ours, PID, has ended with STATUS. False: it was no trial. Else HUP is sent, or not, and the answer given. */
bool trial_reaped(struct bridled *b, pid_t pid, int status, msec now);

/* Is PID one? */
bool trial_is(const struct bridled *b, pid_t pid);

/* The service is being stopped: nobody waits for it any longer than it takes to be killed. */
void trial_cancel(struct service *s);

#endif
