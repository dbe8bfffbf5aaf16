/*
 * bridled -- what the supervisor has: its loop, its directories, its services, its watcher. One struct, made in
 * supervisor.c, handed to everybody in this room.
 */
#ifndef BRIDLE_SUPERVISOR_BRIDLED_H
#define BRIDLE_SUPERVISOR_BRIDLED_H

#include <ev.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/msec.h"
#include "conf/conf.h"
#include "core/order.h"
#include "os/arrivals.h"
#include "os/deposit.h"
#include "supervisor/above.h"
#include "supervisor/directories.h"
#include "supervisor/memory.h"
#include "supervisor/errand.h"
#include "supervisor/notices.h"
#include "supervisor/reexec.h"
#include "supervisor/watcher_child.h"

struct service;

struct bridled {
	struct ev_loop *loop;
	ev_io signal_io, arrivals_io;
	ev_timer gather; /* orphans end: signals are taken when it is over (signals.c) */
	ev_periodic far_future;
	ev_prepare before_wait; /* tells what happened, once a round of the loop */
	int signal_fd;
	struct arrivals arrivals; /* demand.c */

	struct conf *conf;
	char *config_path;
	char *run_dir, *log_dir;
	char *bases[DIRECTORY_KINDS]; /* where directories of services are */
	char *program;                /* the file that we were executed from */
	int run_fd, lock_fd, null_fd, control_fd;
	int cgroup_fd; /* below which generations get cgroups of their own; -1: none can be had */
	uid_t watch_uid;
	gid_t watch_gid;
	gid_t control_gid; /* (gid_t)-1: no control group */
	bool control_all;  /* every local user may look */
	unsigned cpus;
	int oom_score_adj;         /* as it was before we changed ours: what services get */
	bool protected;            /* ours is another */
	unsigned long descriptors; /* soft limit as it was before we raised ours: what services get */

	ev_timer room; /* there is no control socket yet (shared.h) */
	void *page;    /* wire/page.h */
	int page_fd;
	int spool_fd;              /* watcher/watcher.h: kept for the watcher, never looked into */
	int statsd_fd;             /* the same; -1: there is none */
	int kept_fd;               /* the same */
	struct deposit deposit;    /* what the watcher keeps for who comes after us (memory.h) */
	uint16_t statsd_port;      /* of it; 0: there is none */
	uint32_t capacity;         /* of the page and of `services` */
	struct service **services; /* by slot; NULL: nobody */
	bool crowded;              /* some of the configuration have no slot yet (reread.h) */
	pid_t *masters;            /* LIFE_SLOTS a service, side by side, so that a pid is found quickly; 0: none */
	uint32_t children;         /* of ours that we know: masters and the watcher */
	uint32_t besides;          /* of ours that are none of those: commands beside masters, and on_failure */
	struct order order;  /* by slot; its nodes are there always, edges where services say something of each other */
	bool reorder;        /* something moved that may be somebody else's turn */
	int children_fd;     /* the kernel's list of all our children; -1: it has none (os/tree.h) */
	bool orphans;        /* some were among the last that were reaped (reap.h) */
	msec look_at_all;    /* of our children: when, while there are orphans (reap.h) */
	bool look;           /* something of a generation without a master may have ended */
	ev_timer look_again; /* see rest.c */
	unsigned looked_again; /* times in a row */

	struct memory memory;
	struct reexec reexec;
	msec started;              /* the first of us in this process */
	uint32_t reexecs, crashes; /* since then */
	bool safe; /* crashed again and again: children are kept and reaped, nothing is decided (resume.h) */

	struct notices notices;
	struct watcher_child watcher;
	struct errands errands;
	uint32_t random; /* state of a generator for jitter */
	msec clear_until; /* leftovers of an earlier run are being ended, and killed from then on; services wait; 0: none */
	uint32_t leftovers; /* seen at the last look */
	ev_timer clear_timer;

	struct above above; /* whoever started us */
	bool debug;         /* --debug was given: it wins over log_level */
	bool stopping;
	bool forced; /* while stopping, something had to be killed */
	unsigned stop_asked;
	bool again; /* process 1 of a machine: it is to start anew, not be switched off */
};

/* 32 random bits for jitter (xorshift: spread, not secrecy). */
uint32_t bridled_random(struct bridled *b);

/* Start what starts by itself. */
void bridled_start_services(struct bridled *b, msec now);

/* Begin to stop everything; asked again, hurry. */
void bridled_stop(struct bridled *b);

/* From here on each round of the loop ends by telling, and forgetting, what has happened in it; and the loop itself ends when
 * all was to stop and has. */
void bridled_rounds(struct bridled *b);

#endif
