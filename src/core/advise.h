/*
 * advise -- how a service should be set, from what was measured of it. Pure: measures go in, a list comes out, each entry
 * with what speaks for it; or what is missing.
 *
 * Nothing is advised that was not measured, and nothing that would hurt if what was seen is not all there is: fewer workers, a
 * shorter timeout and no recycling at all are only advised after a day, for a night tells nothing of the morning.
 */
#ifndef BRIDLE_CORE_ADVISE_H
#define BRIDLE_CORE_ADVISE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/msec.h"

/* How a worker serves: one request at a time, as many as it has threads, many, or as nobody knows. */
enum advise_class { ADVISE_SYNC, ADVISE_GTHREAD, ADVISE_ASYNC, ADVISE_OTHER };

struct advise_measures {
	/* how it is set; -1: not said */
	enum advise_class class;
	int64_t workers, threads; /* of a range of workers the most, */
	int64_t fewest;           /* and the fewest; -1: it is none */
	int64_t wanted;           /* workers, now */
	msec timeout;             /* 0: never */
	int64_t max_requests, jitter, memory_max_worker, preload;
	/* what there is: processors, and bytes that it has or may still take; -1: unknown */
	int64_t cpus, memory;
	/* what was seen, */
	msec since;          /* ms ago, the first look; */
	msec watched;        /* for so long of it */
	uint64_t requests;   /* since they are counted */
	uint64_t timed;      /* of which so many say how long they took, */
	int64_t us, longest; /* all of them and the longest, microseconds */
	int64_t busiest;     /* requests in a thousand seconds, in the busiest minute */
	int64_t timeouts;    /* workers that were ended because they did not beat, with the timeout that is set */
	int64_t cpu_us;      /* that workers ran */
	/* per cent of the looks at which as many connections waited as there were workers, with as many of these as now */
	int64_t standing;
	int64_t starved; /* and of these looks, in which somebody waited for a processor most of the time */
	int64_t master, worker; /* bytes: of the master, of the largest worker that there was */
	int64_t rss, pss;       /* the mean of the workers that live; -1: unknown */
	int64_t growth;         /* bytes an hour that a worker grows; not of interest where */
	msec growth_over;       /* the oldest has been looked at for so long */
};

/* clang-format off */
#define ADVISE_MISSINGS(X) \
	X(TIME)     /* it was not watched for ADVISE_TIME */ \
	X(FIGURES)  /* nothing was told of its requests */ \
	X(REQUESTS) /* fewer than ADVISE_REQUESTS */ \
	X(MEMORY)   /* nobody could weigh a worker */ \
	X(ROOM)     /* how much memory there is cannot be seen */

enum advise_missing {
#define X(id) ADVISE_NO_##id,
	ADVISE_MISSINGS(X)
#undef X
	ADVISE_MISSING_COUNT
};

/* id, key of bridle.ini */
#define ADVISE_KEYS(X) \
	X(WORKERS, "workers") \
	X(WORKER_CLASS, "worker_class") /* value: an enum advise_class */ \
	X(THREADS, "threads") \
	X(TIMEOUT, "timeout") /* msec */ \
	X(MAX_REQUESTS, "max_requests") \
	X(JITTER, "max_requests_jitter") \
	X(MEMORY_MAX_WORKER, "memory_max_worker") /* bytes */ \
	X(PRELOAD, "preload_app") /* 0 or 1 */

enum advise_key {
#define X(id, key) ADVISE_##id,
	ADVISE_KEYS(X)
#undef X
	ADVISE_KEY_COUNT
};

#define ADVISE_REASONS(X) \
	X(LOAD)      /* so many leave a part of them free in the busiest minute */ \
	X(TWO)       /* one would do; while it is exchanged, or hangs, there is another */ \
	X(QUEUE)     /* connections waited */ \
	X(STARVED)   /* connections waited, and workers for a processor */ \
	X(RANGE)     /* within a range they are moved by the queue */ \
	X(NOT_FEWER) /* fewer would do for what was seen, in less than a day */ \
	X(CPUS)      /* more would only wait for a processor */ \
	X(ROOM)      /* memory holds no more */ \
	X(WAITS)     /* requests wait most of their time: threads can wait side by side */ \
	X(SLOWEST)   /* twice the longest that was seen */ \
	X(HUNG)      /* workers were ended: how long they would have taken nobody knows */ \
	X(NEVER)     /* nothing ends a worker that hangs */ \
	X(GROWS)     /* a worker grows with each request */ \
	X(STEADY)    /* workers do not grow */ \
	X(YOUNG)     /* no worker is old enough to say whether they grow */ \
	X(TOGETHER)  /* or workers that were started together are recycled together */ \
	X(LARGEST)   /* half more than the largest that was seen */ \
	X(OWN)       /* workers have copies of what they could share */ \
	X(SHARED)    /* workers share much already, or it is little */

enum advise_reason {
#define X(id) ADVISE_FOR_##id,
	ADVISE_REASONS(X)
#undef X
	ADVISE_REASON_COUNT
};
/* clang-format on */

enum {
	ADVISE_TIME = 10 * 60000,
	ADVISE_REQUESTS = 1000,
	ADVISE_DAY = 24 * 3600000,      /* ms, after which what was not seen hardly comes */
	ADVISE_GROWTH_TIME = 30 * 60000 /* ms that a worker has to be looked at before its growth is one */
};

struct advice {
	enum advise_key key;
	enum advise_reason reason;
	int64_t value;
	int64_t fewest; /* of a range of workers, up to value; 0: it is none */
	bool kept;      /* as it is set, or as it is without being set */
};

/* What was worked out on the way, for whoever puts the reasons into words. */
struct advise_numbers {
	int64_t mean;  /* microseconds a request */
	int64_t busy;  /* thousandths of requests that were served at the same time, in the busiest minute */
	int64_t share; /* per cent of its time that a request needs a processor, 0 to 100 */
	int64_t by_load, by_cpus, by_memory; /* workers, by each alone */
	int64_t per_request;                 /* bytes that a worker grows, thousandths */
	int64_t own;                         /* per cent of a worker's memory that it does not share */
};

struct advise_list {
	unsigned missing; /* bits (1 << ADVISE_NO_TIME ...): where there are any, count is 0 */
	unsigned count;
	struct advice at[ADVISE_KEY_COUNT];
	struct advise_numbers numbers;
};

/* Whatever M claims, what is advised is within the ranges of its key; workers are at least 1, and unless they are 1 memory
 * holds them; timeout is not below the longest request. */
void advise(struct advise_list *l, const struct advise_measures *m);

/* The key as it is written. */
const char *advise_key_name(enum advise_key key);

/* That of KEY, or NULL. */
const struct advice *advise_find(const struct advise_list *l, enum advise_key key);

#endif
