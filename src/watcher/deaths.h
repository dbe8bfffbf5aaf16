/*
 * deaths -- how workers end, which are not our children: by process events where the kernel gives them (os/procevents.h), else
 * by pidfds (os/vigil.h), else by what their masters say. What was known of each is put together, and its service's inquiry is
 * told.
 */
#ifndef BRIDLE_WATCHER_DEATHS_H
#define BRIDLE_WATCHER_DEATHS_H

#include <ev.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/msec.h"
#include "watcher/foundlings.h"
#include "watcher/masters.h"
#include "wire/page.h"

struct link_record;
struct watcher;
struct service;
struct worker;

struct deaths {
	int fd;        /* process events; -1: none are to be had, or there is no Gunicorn yet */
	int vigil;     /* where there are none: of workers, by their pidfds; -1: those tell nothing here either */
	bool tells;    /* they would (pidfd_tells) */
	bool listened; /* process events were asked for */
	int kmsg;      /* the kernel's log, read when somebody was killed; -1 */
	ev_io readable;
	ev_timer refilter; /* masters came or went: the kernel is told soon, once for many */
	struct masters masters;
	struct foundlings foundlings;
	int32_t kills[16]; /* for want of memory, the latest */
	unsigned kills_next;
	msec lost_told; /* when it was last said that some of the ends were lost; 0: never */
};

/* TELLS: what pidfd_tells() said, which nobody can ask behind the fence any more. */
void deaths_open(struct watcher *w, bool tells);
void deaths_close(struct watcher *w);

/* For deaths_open(): to hear of them begins with the first Gunicorn, or adopted program, that is followed (deaths_heard.c). */
void deaths_listen(struct watcher *w);

/* The masters of S are those of RECORD (NULL: it is gone). */
void deaths_follow(struct watcher *w, struct service *s, const struct page_service *record);

/* Take what the kernel has told so far. */
void deaths_hear(struct watcher *w);

/* Answer the supervisor's QUESTION (LINK_HOW) of how a master ended that is not its child. */
void deaths_how(struct watcher *w, const struct link_record *question);

/* The workers of S were looked at: hold those that are new, where that tells how they end. */
void deaths_hold(struct watcher *w, struct service *s);

/* Does the kernel tell how WORKER ends, or has it done so? Then its master need not be believed. */
bool deaths_sees(const struct watcher *w, const struct worker *worker);

/* Process PID has ended with STATUS (wait(2)): if it is a worker of S that was seen, what is known of it is told. */
void deaths_died(struct watcher *w, struct service *s, int32_t pid, int32_t status);

/* The log says that worker PID of S ended so (STATUS as of wait(2)). False: nothing is known of it, or it is known already. */
bool deaths_said(struct watcher *w, struct service *s, int32_t pid, int32_t status);

/* Did the kernel kill process PID of S for want of memory? */
bool deaths_by_memory(struct watcher *w, struct service *s, int32_t pid);

#endif
