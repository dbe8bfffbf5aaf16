/*
 * record -- an incident as it is kept and shown: JSON, version RECORD_VERSION of the schema in doc/INCIDENTS.md. The one place
 * that writes it.
 */
#ifndef BRIDLE_JUDGE_RECORD_H
#define BRIDLE_JUDGE_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/msec.h"
#include "judge/incident.h"
#include "wire/jsonw.h"

enum { RECORD_VERSION = 1, RECORD_MAX = 1 << 15 };

enum death_booted { DEATH_BOOTED_UNKNOWN, DEATH_NOT_BOOTED, DEATH_BOOTED };

/* Who wanted it. */
enum death_asked { DEATH_UNASKED, DEATH_RECYCLED, DEATH_ENDED };

/* How a worker ended, and what was last seen of it. */
struct record_death {
	int32_t pid;
	uint32_t generation;
	msec at;                 /* since 1970 */
	int32_t status;          /* as of wait(2); -1: not known */
	uint8_t booted;          /* enum death_booted */
	uint8_t asked;           /* enum death_asked */
	bool oom;                /* the kernel killed it for want of memory, */
	int8_t limit_reached; /* and its group's own limit had been reached, or (0) only somebody's around it; -1: not known */
	char state;              /* R S D ...; NUL: not seen */
	char where[48];          /* the kernel's wait channel then; "": it ran, or that was not seen */
	msec age, beat;          /* since it was forked; since its last heartbeat; -1: not known */
	int64_t rss, pss, slope; /* bytes; of RSS, bytes a minute; rss and pss -1: not known */
	float cpu;               /* per cent of one CPU at last; < 0: not known */
	int64_t queue;           /* connections that waited, at last; -1: not known */
	int64_t requests;        /* that it had answered; -1: not known */
	/* somebody had to wait for it, of ten seconds; hundredths of a per cent; -1: not known; `of_group`: in its control group,
	 * else on the machine */
	int32_t memory_pressure, io_pressure, cpu_pressure;
	bool of_group;
};

enum { RECORD_PEERS = 3, RECORD_DUMP = 4096 };

/* What a worker was doing when it had not beaten for long, before it was ended. What was not seen is empty. */
struct record_hang {
	int32_t pid;
	msec at, beat; /* since 1970; age of the heartbeat */
	float cpu;     /* per cent of one CPU; < 0: not known */
	char state;
	char call[24];   /* the system call it waited in */
	char where[48];  /* the kernel's wait channel */
	char stack[240]; /* functions of the kernel, innermost first */
	struct record_peer {
		char address[64];
		bool connecting; /* it had not answered */
		msec silent;     /* since something came from it; -1: not known */
	} peers[RECORD_PEERS];
	unsigned peer_count;
	char dump[RECORD_DUMP]; /* what hang_dump said of it */
};

/* What a service stood under when it did not keep up; -1: not known. */
struct record_strain {
	int64_t queue, room;     /* connections that waited, and the most that may */
	msec wait;               /* that the last of them had before it, at the rate of then */
	int64_t dropped;         /* those that found no room since it kept up last */
	int64_t open, open_most; /* in its workers, and the most that these may have open */
	int32_t steal; /* of the processors' time since then, what the host gave to others; hundredths of a per cent */
	/* of ten seconds, as in record_death; `of_group`: of its control group, else of the machine */
	int32_t memory_pressure, io_pressure, cpu_pressure;
	bool of_group;
};

struct record {
	const char *service;
	uint32_t number;  /* of the incident, counted for each service */
	msec first, last; /* since 1970 */
	unsigned times;   /* stories of the same cause, one soon after the other */
	unsigned died;    /* workers */
	bool alarm;       /* nobody wanted it */
	bool over;
	const struct incident *incident;
	const struct record_death *deaths; /* the latest, oldest first */
	unsigned deaths_count;
	const struct record_hang *hang;     /* NULL: nobody hung */
	const struct record_strain *strain; /* NULL: it is about none */
	const char *advice;                 /* for this service */
	const char *did;                    /* what Bridle did */
	const char *asked;                  /* who asked for it; NULL: nobody */
	const char *last_words;             /* that was written before it (watcher/lastline.h); NULL: none */
};

/* Is it one that nobody asked for? */
bool record_alarms(const struct cause_verdict *v);

/* The members that every judged incident has, into an open object. */
void incident_write(struct jsonw *w, const struct incident *i);

/* The whole object. */
void record_write(struct jsonw *w, const struct record *r);

#endif
