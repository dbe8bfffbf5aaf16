/*
 * page -- what the supervisor lets the watcher see: one shared mapping, written by the supervisor alone.
 *
 * A sealed memfd of fixed-size records, mapped read-only by the watcher. It answers "what is the state of X"
 * without a question, costs the supervisor a few stores a transition, and is still there when the watcher is
 * not. A slot is written between two increments of its `sequence` (odd: being written); a reader copies it and
 * tries again when the number was odd or changed. Layout checks only: no I/O here.
 */
#ifndef BRIDLE_WIRE_PAGE_H
#define BRIDLE_WIRE_PAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

#define PAGE_MAGIC 0x3147504c44524231ull /* "1BRDLPG1" */
enum {
	PAGE_VERSION = 1,
	PAGE_NAME = 48,
	PAGE_PATH = 108,
	PAGE_LISTENERS = 4,
	PAGE_GENERATIONS = 4,
	PAGE_ADDRESSES = 112,
	PAGE_WHY = 192,
	PAGE_OWN = 64,
	PAGE_OWN_NAME = 48,
	PAGE_OWN_PATTERN = 204
};

enum page_kind { PAGE_EMPTY, PAGE_GUNICORN, PAGE_PROGRAM };

/* Where output goes and what is made of it: the numbers of enum conf_log and enum conf_log_format. */
enum page_log { PAGE_LOG_FILE, PAGE_LOG_STDOUT, PAGE_LOG_BOTH, PAGE_LOG_NONE };
enum page_log_format { PAGE_LOG_PLAIN, PAGE_LOG_TIME, PAGE_LOG_JSON };

struct page_generation {
	uint32_t number; /* 0: free slot */
	int32_t master;  /* pid; 0 when it is dead */
	int64_t started; /* msec, CLOCK_MONOTONIC */
	uint8_t state;   /* enum generation_state */
	uint8_t singly;  /* started with one worker, to take over from the current one worker by worker */
	uint8_t adopted; /* its master is no child of the supervisor's */
	uint8_t pad[5];
};

struct page_listener {
	uint64_t inode; /* st_ino of the socket: what sock_diag(7) calls it */
	uint32_t backlog;
	uint16_t family; /* AF_UNIX, AF_INET, AF_INET6 */
	uint16_t port;   /* TCP, host order */
};

enum page_withheld {
#define WITHHELD(key) PAGE_WITHHELD_##key,
#include "wire/withheld.def"
#undef WITHHELD
	PAGE_WITHHELD_COUNT
};

/* The key that BIT stands for. */
const char *page_withheld_key(enum page_withheld bit);

/* What the watcher looks for to know that a program is ready: nothing, a datagram of its main process or of any, a newline in
 * the pipe `ready`, an address that takes a connection (probe_address). */
enum page_proof { PAGE_PROOF_NONE, PAGE_PROOF_NOTIFY, PAGE_PROOF_NOTIFY_ALL, PAGE_PROOF_FD, PAGE_PROOF_PROBE };

enum { PAGE_TARGET = 128, PAGE_HOST = 64, PAGE_PROBE_ADDRESS = 112 };

struct page_probe {
	int64_t timeout, interval; /* msec; interval 0: not while it runs */
	char target[PAGE_TARGET];  /* "" none, "tcp", or a path */
	char host[PAGE_HOST];
	uint16_t status; /* wanted; 0: any from 200 to 399 */
	uint8_t failures, window;
	uint8_t proof, pad[2]; /* of a program: enum page_proof */
};

/* How a Gunicorn's workers serve: as advice tells them apart. */
enum page_class { PAGE_CLASS_SYNC, PAGE_CLASS_GTHREAD, PAGE_CLASS_ASYNC, PAGE_CLASS_OTHER };

/* What was said in the configuration, and is not left to Gunicorn. */
enum page_said { PAGE_SAID_TIMEOUT = 1, PAGE_SAID_PRELOAD = 2, PAGE_PRELOADS = 4 };

/* What the watcher needs to know to look after a service; changes only when the configuration does. */
enum page_oom { PAGE_OOM_CONTINUE, PAGE_OOM_RESTART, PAGE_OOM_STOP };
struct page_settings {
	uint64_t log_max_size;      /* bytes */
	int64_t log_max_age;        /* msec; 0 never */
	int64_t min_ready;          /* msec; of a program: its watchdog, 0 for none */
	int64_t idle_stop;          /* msec; 0 never */
	uint64_t memory_max_worker; /* bytes; 0 no limit */
	uint64_t memory_max;        /* of all workers together, where the kernel does not keep them to it; 0 no limit */
	uint32_t start_timeout;     /* msec */
	uint32_t timeout, graceful_timeout; /* msec, of Gunicorn; timeout 0: never, or not said */
	bool tells, dumps, reports;         /* on_incident, hang_dump, on_failure are set */
	uint32_t log_keep;
	uint32_t workers_min, workers_max;
	uint32_t ready_workers;
	uint8_t log, log_format;   /* enum page_log, enum page_log_format */
	uint8_t log_drops;         /* the service does not wait when the pipe is full */
	uint8_t oom_policy;        /* enum page_oom */
	uint32_t statsd_address;   /* where its figures go on to, IPv4 in network order; 0: nowhere */
	uint16_t statsd_port;      /* host order */
	uint8_t worker_class;      /* enum page_class */
	uint8_t said;              /* bits of enum page_said */
	uint32_t gunicorn_version; /* major << 16 | minor << 8 | patch; 0 unknown */
	uint32_t withheld; /* sandbox keys that this machine cannot give (best-effort): bits of enum page_withheld */
	uint32_t max_requests; /* 0: not said, or never */
	uint32_t connections;  /* worker_connections; 0: it has no such limit, or nobody knows */
	uint16_t threads;      /* 0: not said */
	uint16_t jitter;       /* of max_requests, per cent */
	struct page_probe probe;
};

struct page_service {
	uint32_t sequence; /* odd while being written */
	uint8_t kind;      /* enum page_kind; PAGE_EMPTY: nobody here */
	uint8_t state;     /* enum life_state */
	uint8_t event;     /* enum life_event that led here */
	uint8_t listeners; /* in use of listener[] (more may be held) */
	char name[PAGE_NAME];
	uint32_t incarnation; /* changes when the slot is given to another service or its settings change */
	uint32_t generation;  /* the current one's number; 0: none */
	uint32_t wanted;      /* workers */
	uint32_t restarts;    /* masters started because one ended by itself, since bridled started */
	int64_t since;        /* in this state; msec, CLOCK_MONOTONIC */
	int64_t due;          /* of the state (backoff's end, start's limit); MSEC_NEVER */
	int32_t last_status;  /* wait status of the last master that ended */
	int32_t last_pid;     /* 0: none ended yet */
	int64_t last_ended;   /* msec */
	int64_t last_started; /* msec: when that one was spawned; 0 unknown */
	uint32_t streak;      /* boot failures or early deaths in a row */
	uint8_t from;         /* enum life_state before this one */
	uint8_t counting;     /* arrivals are counted now */
	uint8_t manner;       /* enum manner_reason: why the last replacement was done as it was */
	uint8_t half_way;     /* an exchange was given up: the old generation stays at the workers that it had left */
	uint8_t outdated;     /* it runs with other settings than those that it would be started with now */
	uint8_t of_command;   /* `why` is of a command around the start: somebody was there to write a line */
	uint8_t pad[6];
	struct page_settings settings;
	struct page_generation generations[PAGE_GENERATIONS];
	struct page_listener listener[PAGE_LISTENERS];
	char addresses
		[PAGE_ADDRESSES]; /* of the listeners as they were written, in their order, separated by blanks; cut */
	uint32_t probe_length;    /* of the address to be probed; 0: nobody listens */
	uint32_t arrivals;        /* connections that were seen to come, while they were counted */
	char probe_address[PAGE_PROBE_ADDRESS]; /* struct sockaddr_un, sockaddr_in or sockaddr_in6 */
	char why[PAGE_WHY]; /* the last start failed because of this, before there was a master; "" when it did not; cut */
};

/* A line of a log that means something to the user (`signature` in [bridle]). */
struct page_signature {
	char name[PAGE_OWN_NAME]; /* "": none, and none behind it */
	char phase[20];
	char pattern[PAGE_OWN_PATTERN];
};

struct page_header {
	uint64_t magic;
	uint32_t version;
	uint32_t record_size; /* sizeof(struct page_service) */
	uint32_t capacity;    /* records behind the header */
	uint32_t used;        /* highest slot in use + 1 */
	int32_t supervisor;   /* pid */
	int32_t watcher_restarts;
	int64_t started; /* msec, CLOCK_MONOTONIC */
	char run_dir[PAGE_PATH];
	char log_dir[PAGE_PATH];
	char syslog[PAGE_PATH]; /* where incidents are told as well: a path, or ADDRESS:PORT; "" nowhere */
	uint8_t control_all;    /* every local user may look */
	uint8_t stopping;       /* bridled itself is being stopped */
	uint8_t pad[2];
	uint32_t control_group;    /* gid, or UINT32_MAX: none */
	uint32_t owner;            /* uid that may change things, beside 0 */
	uint32_t reexecs, crashes; /* of the supervisor in this process, since `started` */
	uint8_t safe;              /* it crashed again and again: nothing is decided any more */
	uint8_t reserved[55];
	struct page_signature own[PAGE_OWN]; /* changed without a mark: LINK_PAGE follows each change */
};

/* Bytes of a page for CAPACITY services. */
uint64_t page_size(uint32_t capacity);

/* Write the header of an empty page into BYTES: zeroed, page_size(CAPACITY) of them, aligned to 8. Sets magic,
 * version, record_size and capacity; the rest of the header is the caller's. */
void page_init(void *bytes, uint32_t capacity);

/* Is what is mapped at BYTES (SIZE of them) a page that we can read? Says what is wrong if not. Looks at the header
 * only, once; from then on capacity is relied on, so the memory must be sealed against shrinking. */
bool page_check(const void *bytes, uint64_t size, struct err *err);

/* The record of slot INDEX (< capacity), for the writer. */
struct page_service *page_at(void *page, uint32_t index);

/* Copy the record of slot INDEX (< capacity) as it was at one moment, into *OUT (its sequence is then even). Only
 * reads the page. False when the writer was in the middle of it 1000 times in a row, the CPU being offered to it in
 * between (it died or was stopped there); *OUT is then of no use. */
bool page_read(const void *page, uint32_t index, struct page_service *out);

/* Copy the user's signatures into OUT: whole words, whatever stands there. Their number: the first that lacks any of the
 * three is the end. */
unsigned page_signatures(const void *page, struct page_signature out[static PAGE_OWN]);

/* Around every change of a record by the supervisor. A record whose writer died between the two is whole again after
 * the next pair. */
void page_begin(struct page_service *record);
void page_end(struct page_service *record);

#endif
