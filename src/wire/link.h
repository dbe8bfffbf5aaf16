/*
 * link -- what supervisor and watcher say to each other: fixed-size records on a SOCK_SEQPACKET pair, one or
 * more a packet. Each end takes the other for a stranger: link_check refuses whatever is not exactly right.
 * State is not sent; it is in the shared page (page.h). Pure: bytes and structs.
 */
#ifndef BRIDLE_WIRE_LINK_H
#define BRIDLE_WIRE_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum { LINK_WORKERS_MAX = 1024 };
enum { LINK_MAGIC = 0x4c42, LINK_TEXT = 208, LINK_BATCH = 64 /* records a packet at most */ };

enum link_kind {
	/* supervisor -> watcher */
	/* slots or settings changed (after every reread): look at all of them. With a descriptor attached (SCM_RIGHTS,
	 * one): that is the page now; forget the old one */
	LINK_PAGE = 1,
	LINK_MOVED,  /* service moved: from, to, event, pid, status; generation; arg = wait (ms) if backing off */
	LINK_ANSWER, /* to request `id`: result; text says why not, or what was done */
	LINK_LINE,   /* one line of a longer answer to request `id` (comes before its LINK_ANSWER) */
	LINK_PING,   /* answer with LINK_PONG and the same id */
	/* watcher -> supervisor */
	LINK_PONG,
	LINK_READY, /* generation `generation` of `service` is ready; arg: enum link_proof */
	LINK_SIZE, /* generation `generation` of `service`, the current one, takes `arg` bytes (PSS of master and workers) */
	LINK_REQUEST, /* please do `deed` with `service`; arg, pid; uid: who asked */
	/* supervisor -> watcher again: the numbers before it stay what they were */
	LINK_NOTIFY, /* with a descriptor attached: the socket on which `service` speaks by sd_notify(3) */
	/* watcher -> supervisor, and back */
	LINK_JUDGED, /* generation `generation` of `service` has trouble: arg, enum link_trouble; pid: the worker that hangs, else 0 */
	LINK_POLICY, /* its settings had `deed` done about trouble `arg`; pid as it came */
	/* supervisor -> watcher, and back */
	LINK_HOW,   /* master `pid` of `service`, started at `arg` (clock ticks, 32 bits), ended: how? */
	LINK_ENDED, /* so: status (ENDING_UNKNOWN of ending.h: nobody heard); all else as it was asked */
	/* supervisor -> watcher */
	LINK_STACK, /* with a descriptor attached: what DEED_STACK asked for, of worker `pid` of `service`, to be read */
	LINK_KINDS
};

enum link_deed {
	DEED_NONE,
	DEED_START, /* arg unused */
	DEED_STOP,
	DEED_RESTART,      /* a replacement where the listener is ours and it runs; else down and up */
	DEED_RESTART_COLD, /* down and up in any case */
	DEED_RELOAD,       /* as reload_by says */
	DEED_SIGNAL,       /* arg: the signal, of link_signal_allowed, to the master */
	DEED_SCALE,        /* arg: workers wanted from now on, 1..1024; remembered over restarts */
	DEED_MORE,         /* TTIN to the master of the current generation */
	DEED_LESS,         /* TTOU */
	DEED_RECYCLE,      /* TERM to worker `pid`, a child of the current master */
	DEED_REREAD,       /* read the configuration anew (no service) */
	DEED_SHUTDOWN,     /* stop everything and end (no service) */
	DEED_COUNT,        /* count the connections that come from now on (idle_stop) */
	DEED_REST,         /* arg: arrivals counted, and judged to be nobody: nothing came for idle_stop */
	DEED_STEP_UP,      /* while replacing worker by worker: TTIN to the master of the next generation */
	DEED_STEP_DOWN,    /* the same: TTOU to that of the current one */
	DEED_TAKE,         /* arg: process whose listeners the service is to serve on; or enum link_take */
	DEED_REEXEC,       /* go on as the program that lies on the disk (no service) */
	/* with a descriptor attached, which becomes theirs: run what the service has set */
	DEED_TELL, /* on_incident; it is standard input */
	DEED_DUMP, /* hang_dump of worker `pid`, a child of the current master; it is standard output */
	/* the same, where there is one: a briefing (briefing.h) */
	DEED_FAILURE, /* on_failure, which waits for it: `generation` was given up for this */
	DEED_STACK,   /* open what the kernel does for worker `pid`, a child of the current master (LINK_STACK) */
	DEEDS
};

/* What becomes of listeners that were taken: they are let go, or ours for good (no process has such a number). */
enum link_take { LINK_TAKE_UNDO = 0, LINK_TAKE_KEEP = INT32_MAX };

enum link_proof { LINK_PROVEN, LINK_ASSUMED /* its heartbeats cannot be seen */ };

/* What may have a policy. */
enum link_trouble { LINK_BOOT_LOOP, LINK_FLAPPING, LINK_HANG, LINK_OOM, LINK_UNHEALTHY, LINK_TROUBLES };

enum link_result {
	LINK_DONE,
	LINK_REFUSED,
	LINK_NOTHING, /* it was so already */
	LINK_LATER, /* something that was begun before has to end first: ask again when it is not replacing any more */
	LINK_UNDER_WAY, /* it was begun before, and what comes of that is what would come of this */
};

struct link_record {
	uint16_t magic;
	uint8_t kind;         /* enum link_kind */
	uint8_t deed;         /* enum link_deed */
	uint32_t id;          /* of the request or ping; 0: nobody waits */
	uint32_t service;     /* slot in the page; UINT32_MAX: none */
	uint32_t incarnation; /* of that slot as the sender knew it: a slot given away is not mistaken */
	uint32_t generation;
	uint8_t from, to, event, result;
	int32_t pid, status;
	int64_t arg;
	uint32_t uid;
	uint32_t reserved;
	char text[LINK_TEXT]; /* NUL-ended, NUL-padded */
};
_Static_assert(sizeof(struct link_record) == 256, "the link's record is 256 bytes");

/* A record of KIND, everything else zero (service too: slot 0). */
struct link_record link_make(enum link_kind kind);

/* Is this packet of N bytes 1 to LINK_BATCH whole records of a kind that comes in this direction, every number within
 * its range, every text ended and padded with NUL, and whatever its kind (and deed) does not use zero? Service may be
 * UINT32_MAX wherever none is used, and must be in a request for a deed without a service. TO_SUPERVISOR: which
 * direction. *COUNT: how many records. PACKET need not be aligned. Whether service and pid exist, and what from, to and
 * event mean (core/life.h; this room does not know it), is for the caller. On false *COUNT is untouched and ERR names
 * the record. */
bool link_check(const void *packet, size_t n, bool to_supervisor, size_t *count, struct err *err);

/* Signals that may be asked for: HUP INT QUIT USR1 USR2 TERM CONT WINCH TTIN TTOU ABRT KILL STOP. */
bool link_signal_allowed(int64_t signal);

/* "HUP", "SIGHUP", "hup", "1" -> 1; 0 when it is none of the above. And back: "HUP"; "?" when unknown. */
int link_signal_by_name(const char *name);
const char *link_signal_name(int signal);

/* The key of the settings that says what is done about TROUBLE (< LINK_TROUBLES, as link_check has seen to). */
const char *link_trouble_key(int64_t trouble);

#endif
