/*
 * story -- what is told of a service, one fact after the other, put together into incidents. Pure.
 *
 * Several deaths of one story are one incident: a master that gives up ends workers that were well, a worker that is
 * killed in a loop is one cause and not twenty. So facts gather until something shows that what comes next is another
 * story: a long silence, a new master, an order to stop after something went wrong, a death that is told by another master
 * than the one that was asked to end. Then what follows from the facts together is worked out (who died twice, who
 * vanished, who never said goodbye), and the evidence is closed.
 *
 * Nothing here relies on the order of the lines within an incident: several processes write one log, and viewers turn
 * it round.
 */
#ifndef BRIDLE_CORE_STORY_H
#define BRIDLE_CORE_STORY_H

#include <stdbool.h>
#include <stdint.h>

#include "core/cause.h"

enum { STORY_WORKERS = 128 };

/* Seconds: of silence after which a fault is another story; within which a worker dies young, or very young, and after which it
 * has loaded whatever it loads; between workers that are started together; that a cold start stays away. */
enum { STORY_SILENCE = 180, STORY_YOUNG = 30, STORY_INFANT = 2, STORY_GROWN = 600, STORY_BATCH = 1, STORY_COLD = 30 };

/* Boots that are many for one service. */
enum { STORY_MANY = 8 };

/* Workers that one may start with; more in a row are replaced as soon as they are there. */
enum { STORY_START = 33 };

/* Something that was seen. */
struct story_event {
	enum fact fact;
	uint64_t line;   /* of the log; 0 when it is no line */
	int64_t second;  /* when; -1 when not known */
	int32_t speaker; /* process that says it; 0 when not known */
	int32_t pid;     /* worker that it is about; 0 when about none */
	int32_t number;  /* of FACT_WORKERS: how many */
};

struct story_worker {
	int32_t pid;
	int32_t master;        /* that had started last when it booted; 0 when not known */
	int64_t booted, ended; /* seconds; -1 when not known */
	bool boot_seen;        /* its boot is in this log */
	bool late;             /* booted after another one had ended */
	bool extra;            /* booted when nothing that was said calls for it */
	bool doubtful;         /* extra, but by the next second alone */
	bool leaving;          /* it has had its number of requests */
	bool exiting, timed_out, killed, crashed, dead, excused;
};

struct story {
	struct cause_evidence evidence;
	struct story_worker workers[STORY_WORKERS];
	unsigned count;    /* of workers */
	bool opened;       /* a FAULT, DEED or NOISE is among the evidence */
	bool faulty;       /* a FAULT */
	bool over;         /* the master has ended */
	bool watched;      /* deaths are told by who saw them: nothing follows from lines that are not there */
	int64_t last;      /* second of the last event that was no CONTEXT; -1 */
	int32_t wanted;    /* most workers that the master said it has; 0 when it did not */
	int64_t last_boot; /* second and pid of the last boot of a worker */
	int32_t last_pid;
	uint64_t first_line, last_line;
	int64_t stop;      /* second of the order to stop; -1 */
	int32_t stopped;   /* master that was asked to; 0 when none was, or no line says which */
	int32_t bereft;    /* master that told of the first death of a worker; 0 likewise */
	int32_t newest;    /* master that started last, also in a story before this one, and when; 0 likewise */
	int64_t since;
	int64_t ended;     /* second in which the master ended; -1 */
	int64_t clock;     /* second of the last line that had one; -1. How many lines were newer than the one before, and older */
	unsigned forth, back;
	unsigned expected; /* boots that are called for: deaths told, TTIN, reloads */
	bool all_expected; /* a reload or a second master: every worker is replaced */
};

/* Nothing was told yet, and no worker is known. */
void story_init(struct story *s);

/* Would E begin another story than the one that is being told? Then close it first. */
bool story_turns(const struct story *s, const struct story_event *e);

/* Is E, the start of a master, a cold start: long after the end of the one before? */
bool story_is_cold(const struct story *s, const struct story_event *e);

/* E belongs to the story. */
void story_tell(struct story *s, const struct story_event *e);

/* The end of this story: what follows from its facts is added to the evidence, which is good until the next call. COLD:
 * because a master was started anew. */
const struct cause_evidence *story_close(struct story *s, bool cold);

/* A new story of the same service: workers that live are still known. */
void story_next(struct story *s);

#endif
