/*
 * proof -- one program and how it proves that it is ready. For the files of proofs alone.
 */
#ifndef BRIDLE_WATCHER_PROOF_H
#define BRIDLE_WATCHER_PROOF_H

#include <ev.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/msec.h"
#include "watcher/probe.h"
#include "wire/notify.h"
#include "wire/page.h"

struct watcher;

enum { PROOF_SOON = 50 /* ms until a master that is about to be there is looked for again */ };

struct proof {
	struct proof *next;
	struct watcher *w;
	uint32_t slot;
	uint8_t kind;    /* enum page_proof */
	msec watchdog;   /* 0: none */
	msec alive;      /* when it last said so, or came up */
	uint32_t number; /* generation that is being proven; 0: none boots */
	int fd;          /* socket, or FIFO of `number`; -1 */
	ev_io io;
	ev_timer timer;
	struct probe probe;
	struct notify early; /* said before the page named its sender's generation, */
	pid_t early_sender;  /* who is looked for once more; 0: nobody */
	char status[NOTIFY_STATUS];
};

/* The page's record of the service of P. False: it is none any more. */
bool proof_read(const struct proof *p, struct page_service *record);

/* It is proven: tell the supervisor, while a generation boots. */
void proof_ready(struct proof *p);

/* It does not answer for itself any more, because of WHY: have its process get SIGABRT (as systemd's WatchdogSignal=), once until
 * `watchdog` has passed again. */
void proof_abort(struct proof *p, const struct page_service *record, const char *why);

/* Its timer, in WAIT ms, instead of when it was due. */
void proof_wake_in(struct proof *p, msec wait);

/* Datagrams wait at its socket: take some. */
void proof_on_notify(struct proof *p);

/* What was said by somebody whom the page did not name yet: it does now, or it is forgotten. */
void proof_take_early(struct proof *p, const struct page_service *record);

#endif
