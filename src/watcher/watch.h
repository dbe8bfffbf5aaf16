/*
 * watch -- the watcher as a whole: its parts, each with a header of its own, and the loop that drives them. Handed to
 * every function that needs more than its own part; there are no globals.
 */
#ifndef BRIDLE_WATCHER_WATCH_H
#define BRIDLE_WATCHER_WATCH_H

#include <ev.h>

#include "watcher/bell.h"
#include "watcher/chronicle.h"
#include "watcher/console.h"
#include "watcher/control.h"
#include "watcher/deaths.h"
#include "watcher/docket.h"
#include "watcher/herald.h"
#include "watcher/inquiry.h"
#include "watcher/intake.h"
#include "watcher/kept.h"
#include "watcher/logs.h"
#include "watcher/metrics.h"
#include "watcher/proofs.h"
#include "watcher/samples.h"
#include "watcher/services.h"
#include "watcher/stuck.h"
#include "watcher/uplink.h"

struct watcher {
	struct ev_loop *loop;
	ev_check awake; /* both for one that does not come back (watcher.c) */
	ev_prepare asleep;
	struct services services;
	struct uplink uplink;
	struct bells bells;
	struct intake intake;
	struct logs logs;
	struct stuck stuck;
	struct console console;
	struct samples samples;
	struct metrics metrics;
	struct kept kept;
	struct deaths deaths;
	struct inquiries inquiries;
	struct herald herald;
	struct chronicle chronicle;
	struct dump *dumps; /* errands.c */
	struct proofs proofs;
	struct control control;
};

/* A slot holds another service, other settings, or nobody any more: every part is told. All slots. */
void watch_slots(struct watcher *w);

/* The service in SLOT moved. The slot is looked at first, should it be new. */
struct link_record;
void watch_moved(struct watcher *w, const struct link_record *move);

/* The supervisor is gone: write what is in the pipes, then end the loop. */
void watch_end(struct watcher *w);

#endif
