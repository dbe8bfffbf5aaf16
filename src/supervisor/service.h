/*
 * service -- one service of the supervisor: its life (core/life.h), what it was planned to be, and the descriptors that
 * are held for it.
 *
 * Callers report what happened through life_*() and then call service_act(), which carries out whatever the life
 * orders, shows the result in the page, and sets the timer for what is due.
 */
#ifndef BRIDLE_SUPERVISOR_SERVICE_H
#define BRIDLE_SUPERVISOR_SERVICE_H

#include <ev.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "core/life.h"
#include "core/policy.h"
#include "supervisor/demand.h"
#include "supervisor/door.h"
#include "supervisor/held.h"
#include "supervisor/plan.h"
#include "supervisor/trial.h"
#include "wire/page.h"

struct bridled;

struct service {
	struct bridled *home;
	uint32_t slot;        /* in home->services, in the page, and from LIFE_SLOTS * slot on in home->masters */
	uint32_t incarnation; /* of the page's record */
	enum conf_kind kind;
	char name[PAGE_NAME];
	struct life life;
	struct plan *plan;     /* for the next start; NULL: could not be worked out, tried again at each start */
	struct held held;      /* its listeners */
	struct door door;      /* of the generation that is being probed there */
	struct demand *demand; /* start = on-demand or idle_stop; NULL: neither is set */
	struct around *around; /* commands around its masters; NULL: there are none */
	int output_fd;         /* its log FIFO, held open; -1: none */
	bool output_drops;     /* how that was opened (log_full) */
	int proof_fd;          /* of a program that proves that it is ready: its socket, or its pipe; -1: none */
	uint32_t wanted;       /* workers */
	struct bounds *before; /* that the current generation was started with, where the plan has others since; NULL: it has not */
	bool bounded;          /* a plan of it had bounds: their group may be there, though it has none any more */
	bool scaled;           /* somebody asked for `wanted`: a changed configuration does not move it */
	bool has_stopped;      /* it was up, and what it left has not been removed yet (belongings.h) */
	bool unwritten;        /* it moved since it was taken down last (memory_later) */
	bool removed;          /* the configuration has it no more: forgotten once it is stopped */

	/* Of each generation, beside what the life knows of it (core/generation.h). */
	int cgroup[LIFE_SLOTS];       /* -1: none */
	uint8_t for_rest[LIFE_SLOTS]; /* signal for its orphans at the next look (rest.h); 0: none */
	uint32_t made[LIFE_SLOTS];    /* number of its group, directory and marker; 0: its own (an heir has another) */
	pid_t leader[LIFE_SLOTS];     /* its session: the pid of its master, kept when that is dead */
	uint32_t start[LIFE_SLOTS];   /* of its master: clock ticks since boot, low 32 bits; with its pid, who it is */
	bool ended[LIFE_SLOTS];       /* its master ended while nothing could be decided (bridled.h: safe), */
	uint16_t end_status[LIFE_SLOTS]; /* with this wait status */
	bool singly[LIFE_SLOTS];         /* it started with one worker (replace.h) */
	uint32_t settings[LIFE_SLOTS];   /* fingerprint of those that it was started with (conf/diff.h); 0: unknown */
	bool adopted[LIFE_SLOTS];  /* it was started by a bridled that was killed: no descendants of ours (adopt.h) */
	struct adoption *adoption; /* NULL: none was ever adopted */
	bool restored;             /* it was there before us, and is as it should be: autostart does not move it */

	/* The replacement that is going on, or was the last (replace.h). */
	int64_t size;     /* bytes of master and workers when they were last weighed; 0: never */
	bool next_singly; /* the next generation starts with one worker */
	bool stepped;     /* the current one gave up a worker of its own since it began, */
	bool half_way;    /* and it failed then */
	bool again;       /* the settings changed while it went on, and nobody was started since */
	uint8_t manner;   /* enum manner_reason */

	uint32_t statsd_name; /* hash of the statsd_host that the page's statsd_address was found for (names.c) */
	uint32_t restarts;
	uint32_t told_stopped; /* generation whose master was said to be stopped; 0: none */
	uint8_t from, event;   /* of the last move: enum life_state, enum life_event */
	struct policy policy;  /* what was done about its incidents */
	msec errand_at;        /* the last on_incident; 0: none */
	struct trial *trial;   /* of new code, before HUP; NULL: reload_by was never hup */
	ev_timer timer;

	/* The end of its last master; or its last start, of which there was no master. */
	uint32_t last_generation;
	int32_t last_pid, last_status; /* 0 and 0: there was no master. A wait status, or one of wire/ending.h */
	msec last_age, last_ended;
};

/* Is there a free slot? */
bool service_fits(const struct bridled *b);

/* A new service in a free slot of the page, stopped. PLAN becomes its own (may be NULL). NULL with ERR. */
struct service *service_new(struct bridled *b, const char *name, enum conf_kind kind, struct plan *plan,
	struct err *err);
/* Forget a stopped service: its descriptors, files, slot. */
void service_free(struct service *s);

/* Free S, which never began, without its plan, which is the caller's again. What others can see of it stays: it may be that of a
 * generation which runs, and which nobody has taken up yet. */
void service_discard(struct service *s);

/* Another plan from now on: PLAN becomes its own; limits take effect at once, the rest with the next generation. */
void service_plan(struct service *s, struct plan *plan);

/* The service of that name, or NULL. */
struct service *service_find(struct bridled *b, const char *name);

/* Carry out all orders of its life, show it, arm its timer. */
void service_act(struct service *s, msec now);

/* The master in SLOT was reaped with STATUS. Reports it to the life, but does not act yet. */
void service_reaped(struct service *s, uint8_t slot, int status, msec now);

/* Nobody of the generation in SLOT is left: what cleans up after it is run, or it is forgotten. Does not act yet. */
void service_gone(struct service *s, uint8_t slot, msec now);

/* SIGNAL to the master in SLOT, which lives as far as we know. False with errno. */
bool service_signal(struct service *s, uint8_t slot, int signal);

/* For around.c, which runs commands before and after a master. Start the master of SLOT; false when that failed, which the
 * life was told. */
bool service_start_master(struct service *s, uint8_t slot, msec now);

/* PID was started, as the master of SLOT or in its place (a command before it). */
void service_lead(struct service *s, uint8_t slot, pid_t pid);

/* Write the number of the generation in SLOT, and its workers, into the plan's environment and arguments. */
void service_patch(struct service *s, uint8_t slot);

/* Nobody of the generation in SLOT is left, and nothing comes after it: clear away what was made, and tell the life. */
void service_forget(struct service *s, uint8_t slot, msec now);

/* Does the newest generation that lives run with other settings than those of its plan? They changed while nobody could
 * see it (another program, kill -9), or the generation that had them failed. False where nobody knows. */
bool service_is_outdated(const struct service *s);

/* The pid of the current generation's master, or 0. */
pid_t service_master(const struct service *s);
/* The number under which group, directory and marker of the generation in SLOT were made. */
uint32_t service_made(const struct service *s, uint8_t slot);

/* Where the pid of what leads the generation in SLOT is kept; 0: nobody does. */
pid_t *service_pid_at(const struct service *s, uint8_t slot);

/* Say in the page why its last start failed before there was a master; "" when it did not. */
void service_tell_why(struct service *s, const char *why);

/* The same, when it was a command around its start, which may have written why into the service's log. */
void service_tell_command(struct service *s, const char *why);

/* Write its record in the page. */
void service_show(struct service *s);

/* Want N workers from the next start on, and in the page now. */
void service_want(struct service *s, uint32_t n);

#endif
