/*
 * inquiry_lines -- what a service writes, as its inquiry hears it.
 *
 * One recogniser reads for all services that have nothing open between two readings. One that has (half a line, a
 * traceback) takes it along, and the next service gets a fresh one. What was recognised is asked three questions: can
 * this process have written it (is_quoted), does somebody see the same better (is_seen_otherwise), and is it anything
 * that a case begins with, or belongs to (opens)?
 */
#include <stdlib.h>

#include "base/clock.h"
#include "judge/witness.h"
#include "watcher/deaths.h"
#include "watcher/inquiry_parts.h"
#include "watcher/own.h"
#include "watcher/troubles.h"
#include "watcher/watch.h"

void
inquiry_flush(struct inquiry *q)
{
	if (q->own == NULL || !q->own->traceback.open)
		return;
	q->w->inquiries.slot = q->slot;
	recogniser_flush(q->own);
}

/* What a service's own output cannot prove: the kernel, the proxy and the platform do not write there, and a 504 is the
 * application's. Who prints their words quotes them; so does a worker that speaks as only its master can, and whoever relays
 * what another Gunicorn says. */
static bool
is_quoted(struct watcher *w, struct service *s, const struct recognised *what)
{
	enum signature_who who;

	if (what->kind == RECOGNISED_TRACEBACK && s->sampler != NULL)
		return speakers_strange_traceback(&s->sampler->speakers, what);
	if (what->kind != RECOGNISED_LINE)
		return false;
	who = signatures[what->match.signature].who;
	if (who == SIGNATURE_BY_FOREIGN || what->speaker <= 0 || s->sampler == NULL)
		return who == SIGNATURE_BY_FOREIGN;
	if (workers_find(&s->sampler->workers, what->speaker) != NULL)
		return who <= SIGNATURE_BY_NAMELESS;
	return speakers_stranger(w, s, what);
}

/* The end of a worker that is watched is told by who saw it, and exactly; what its master says of it is only kept. Where nobody
 * sees it, the master is the witness, and what was last seen of that worker counts as well. */
static bool
is_seen_otherwise(struct watcher *w, struct service *s, const struct recognised *what)
{
	const struct worker *worker;

	if (what->kind != RECOGNISED_LINE || what->match.pid <= 0 || !witness_ends(what) || s->sampler == NULL)
		return false;
	deaths_hear(w);
	worker = workers_find(&s->sampler->workers, what->match.pid);
	if (worker == NULL)
		return false;
	return deaths_sees(w, worker) || (worker->unheard && worker->told) ||
		(witness_status(what) >= 0 && deaths_said(w, s, what->match.pid, witness_status(what)));
}

/* The end of a worker that was gone before anybody could look at it: it had hardly begun. */
static bool
died_unseen(const struct service *s, const struct recognised *what)
{
	return what->kind == RECOGNISED_LINE && what->match.pid > 0 && witness_ends(what) && s->sampler != NULL &&
		workers_find(&s->sampler->workers, what->match.pid) == NULL;
}

enum { UNSEEN_LIVED = 5000 /* ms: far more than a worker that nobody saw can have lived, who is looked at sooner */ };

/* Every fact that the line proves is tried, for the first may be mere context. */
static bool
opens(struct watcher *w, struct service *s, const struct recognised *what)
{
	enum fact found[WITNESS_FACTS];
	unsigned n = witness_facts(what, found);
	bool any = false;

	for (unsigned i = 0; i < n; i++)
		any = inquiry_case_for(w, s, found[i]) != NULL || any;
	return any;
}

/*
 * Its master names a worker, and is about to end it: what it hangs on is known already. Where the kernel does not tell of the
 * end, this word is taken for it: what the worker says when it goes depends on where SIGABRT found it, and whoever is let out by
 * sys.exit() in Gunicorn's own handler leaves with status 0, of which no master logs a word (gunicorn-facts 6.1).
 */
static void
note_hang(struct watcher *w, struct inquiry_case *c, struct service *s, const struct recognised *what)
{
	int32_t pid = what->match.pid;
	struct worker *worker = pid > 0 && s->sampler != NULL ? workers_find(&s->sampler->workers, pid) : NULL;
	enum fact found[WITNESS_FACTS];

	if (worker == NULL)
		return;
	if (worker->hang != NULL)
		c->hang = *worker->hang;
	if (worker->timed_out || witness_facts(what, found) == 0 || found[0] != FACT_TIMEOUT)
		return;
	worker->timed_out = true;
	if (!deaths_sees(w, worker))
		troubles_judged(w, s, worker->generation, LINK_HANG, 0);
}

/* Where nobody sees how workers end, their master's word is taken for it; the kernel still counts whom it kills for want of
 * memory. */
static void
ask_why_killed(struct watcher *w, struct service *s, const struct recognised *what)
{
	enum fact found[WITNESS_FACTS];

	if (w->deaths.fd >= 0 || what->kind != RECOGNISED_LINE || what->match.pid <= 0)
		return;
	if (witness_facts(what, found) > 0 && found[0] == FACT_KILLED && deaths_by_memory(w, s, what->match.pid))
		inquiry_told(w, s, FACT_OOM, what->match.pid);
}

/* Its master is about to end, which takes as long as its requests do. */
static void
note_stop(struct watcher *w, struct service *s, const struct recognised *what)
{
	enum fact found[WITNESS_FACTS];

	if (what->kind == RECOGNISED_LINE && witness_facts(what, found) > 0 && found[0] == FACT_STOP)
		inquiry_leaves(w, s, what->speaker);
}

/* A worker comes, or goes, in its own words (Arbiter.spawn_worker; both are of one level). */
static void
note_word(struct service *s, const struct recognised *what)
{
	struct worker *worker;

	if (what->kind != RECOGNISED_LINE || s->sampler == NULL)
		return;
	if (what->match.signature == SIGNATURE_BOOTING)
		s->sampler->greeted = clock_now();
	else if (what->match.signature == SIGNATURE_EXITING &&
		(worker = workers_find(&s->sampler->workers, what->match.pid)) != NULL)
		worker->farewell = true;
}

static void
heard(void *context, const struct recognised *what)
{
	struct watcher *w = context;
	struct service *s = &w->services.at[w->inquiries.slot];
	struct recognised now = *what;

	if (what->kind == RECOGNISED_ANSWER) {
		/* 500 too: the application was reached; 502 to 504 are said by who did not reach it */
		if (what->match.detail <= 500)
			inquiry_told(w, s, FACT_SERVED, 0);
		return;
	}
	if (is_quoted(w, s, what))
		return;
	note_word(s, what);
	if (is_seen_otherwise(w, s, what)) {
		if (s->inquiry != NULL && s->inquiry->told != NULL)
			hearing_keep(&s->inquiry->told->hearing, what);
		return;
	}
	now.second = clock_wall() / 1000; /* one clock for lines and for what is seen */
	if (!opens(w, s, what))
		return;
	hearing_line(&s->inquiry->told->hearing, &now);
	if (died_unseen(s, what)) {
		inquiry_told(w, s, FACT_DIED_UNSEEN, what->match.pid);
		inquiry_ended(s, clock_now() - UNSEEN_LIVED);
	}
	note_hang(w, s->inquiry->told, s, what);
	note_stop(w, s, what);
	ask_why_killed(w, s, what);
}

/* Anew also where a service left something open that could not be kept with it: another's lines do not belong to it. */
static void
begin_to_read(struct watcher *w, struct recogniser *r)
{
	recogniser_init(r, heard, w);
	own_teach(w->inquiries.own, r);
}

static struct recogniser *
reader_for(struct watcher *w, struct service *s)
{
	if (s->inquiry != NULL && s->inquiry->own != NULL)
		return s->inquiry->own;
	if (w->inquiries.shared == NULL) {
		w->inquiries.shared = calloc(1, sizeof *w->inquiries.shared);
		if (w->inquiries.shared != NULL)
			begin_to_read(w, w->inquiries.shared);
	}
	if (w->inquiries.shared != NULL)
		w->inquiries.shared->strict = s->strict;
	return w->inquiries.shared;
}

/* R has read for S: what is open goes with the service, and the next one finds the shared reader at rest. */
static void
put_back(struct watcher *w, struct service *s, struct recogniser *r)
{
	bool rests = recogniser_rests(r);
	struct inquiry *q = rests ? s->inquiry : inquiry_of(w, s);

	s->strict = r->strict;
	if (q != NULL && r == q->own && rests) {
		free(q->own);
		q->own = NULL;
	} else if (q != NULL && r == w->inquiries.shared && !rests) {
		q->own = r;
		w->inquiries.shared = NULL;
	} else if (!rests && r == w->inquiries.shared) {
		begin_to_read(w, r);
	}
	if (q != NULL && q->own != NULL && q->own->traceback.open && q->due == MSEC_NEVER)
		inquiry_wake_by(q, clock_now() + SETTLE);
}

void
inquiry_read(struct watcher *w, struct service *s, const char *bytes, size_t n)
{
	struct recogniser *r = s->kind == PAGE_GUNICORN ? reader_for(w, s) : NULL;

	if (r == NULL)
		return;
	/* before they are judged: the line that tells of an end may be among them, behind the last words */
	if (s->sampler != NULL)
		lastline_read(&s->sampler->lastline, r, r->begun, bytes, n, clock_now());
	w->inquiries.slot = s->slot;
	w->inquiries.reading = true;
	recogniser_feed(r, bytes, n);
	w->inquiries.reading = false;
	put_back(w, s, r);
}
