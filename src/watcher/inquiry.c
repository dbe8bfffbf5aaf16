#include "watcher/inquiry.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "core/life.h"
#include "judge/witness.h"
#include "watcher/advice.h"
#include "watcher/deaths.h"
#include "watcher/docket.h"
#include "watcher/errands.h"
#include "watcher/watch.h"

enum {
	SETTLE =
		1200, /* ms without anything new before a story is judged: a timeout is ABRT, and KILL a second later */
	LINGER = 3000,        /* ms after which it is over */
	SAME = 600000,        /* ms within which the same cause is the same incident: a loop */
	WRITE_EVERY = 60000,  /* ms between lines in the file that only count on */
	ASKED_LASTS = 120000, /* ms for which a deed explains what happens */
};

/* What opens no case, but tells something when there is one. */
static const enum fact contexts[] = { FACT_STARTING, FACT_MUTE, FACT_WORKERS, FACT_LISTENING, FACT_BOOTING, FACT_READY,
	FACT_SERVED, FACT_POST_FORK };
enum { CONTEXTS = sizeof contexts / sizeof contexts[0] };

static const char *const deed_words[DEEDS] = { [DEED_START] = "start",
	[DEED_STOP] = "stop",
	[DEED_RESTART] = "restart",
	[DEED_RESTART_COLD] = "restart --cold",
	[DEED_RELOAD] = "reload",
	[DEED_SIGNAL] = "signal",
	[DEED_SCALE] = "scale" };

/* ---- showing ---- */

/* What is no incident: nothing happened, or nothing of ours. */
static bool
is_worth_it(const struct inquiry_case *c, const struct incident *i)
{
	switch ((int)i->verdict.cause) {
	case CAUSE_HEALTHY:
	case CAUSE_CLIENT_NOISE:
	case CAUSE_CONTROL_SOCKET:
	case CAUSE_LOG_REOPEN: return false;
	case CAUSE_UNKNOWN: return c->hearing.story.faulty;
	default: return true;
	}
}

/* The same again soon after is the same incident: a worker that times out in a loop is a new story each time. */
static void
take_number(struct inquiry_case *c, struct service *s, const struct incident *i, msec wall)
{
	const struct docket_entry *last = docket_latest(s, &i->verdict);

	if (last != NULL && wall - last->last < SAME) {
		c->number = last->number;
		c->first = last->first;
		c->earlier_times = last->times;
		c->earlier_died = last->died;
		return;
	}
	c->number = s->docket != NULL ? s->docket->count + 1 : 1;
	c->first = c->opened;
	c->earlier_times = c->earlier_died = 0;
}

/* "bridle stop, by uid 0": who asked for something shortly before; NULL: nobody. */
static const char *
asked_by(const struct inquiry *q, msec now, char words[INQUIRY_WORDS])
{
	if (q->asked_at == 0 || now - q->asked_at > ASKED_LASTS)
		return NULL;
	snprintf(words, INQUIRY_WORDS, "bridle %s, by uid %u", deed_words[q->asked], (unsigned)q->asked_uid);
	return words;
}

static struct docket_entry
entry_of(const struct inquiry_case *c, const struct incident *i, msec wall)
{
	return (struct docket_entry){
		.number = c->number,
		.cause = i->verdict.cause,
		.phase = i->verdict.phase,
		.first = c->first,
		.last = wall,
		.times = c->earlier_times + 1,
		.died = c->earlier_died + c->died,
		.alarm = record_alarms(&i->verdict),
	};
}

static bool
write_entry(const struct inquiry *q, const struct service *s, const struct incident *i, struct docket_entry *e,
	bool over)
{
	const struct inquiry_case *c = q->told;
	char advice[ADVICE_WORDS], asked[INQUIRY_WORDS];
	struct record record = {
		.service = s->name,
		.number = e->number,
		.first = e->first,
		.last = e->last,
		.times = e->times,
		.died = e->died,
		.alarm = e->alarm,
		.over = over,
		.incident = i,
		.deaths = c->deaths,
		.deaths_count = c->deaths_count,
		.hang = c->hang.at != 0 ? &c->hang : NULL,
		.advice = advice,
		.did = c->did[0] != '\0' ? c->did : NULL,
		.asked = asked_by(q, clock_now(), asked),
	};
	struct jsonw j;

	advice_give(q->w, s, i->verdict.cause, c->deaths, c->deaths_count, advice);
	jsonw_init(&j, RECORD_MAX);
	record_write(&j, &record);
	e->json = jsonw_take(&j, &e->length);
	if (e->json != NULL)
		e->length--; /* the NUL */
	return e->json != NULL;
}

static void
announce(const struct service *s, const struct incident *i)
{
	if (record_alarms(&i->verdict))
		log_warning("%s: %s%s: %s (bridle why %s)", s->name,
			i->verdict.confidence < CAUSE_CONFIDENT ? "likely " : "", causes[i->verdict.cause].name,
			causes[i->verdict.cause].what, s->name);
	else
		log_info("%s: %s: %s", s->name, causes[i->verdict.cause].name, causes[i->verdict.cause].what);
}

/* Into the docket, the file and to those who watch, as far as it is news. */
static void
show(struct inquiry *q, struct service *s, const struct incident *i, bool over)
{
	msec now = clock_now(), wall = clock_wall();
	struct inquiry_case *c = q->told;
	bool fresh = c->number == 0, changed;
	const struct docket_entry *old;
	struct docket_entry e;

	if (!is_worth_it(c, i))
		return;
	if (fresh)
		take_number(c, s, i, wall);
	old = docket_find(s, c->number);
	e = entry_of(c, i, wall);
	changed = old == NULL || old->cause != e.cause || old->phase != e.phase;
	if (!fresh && !changed && old->died == e.died)
		e.last = old->last;
	e.written = old != NULL ? old->written : 0;
	if (!write_entry(q, s, i, &e, over))
		return;
	if (changed)
		announce(s, i);
	if (changed && e.alarm)
		errands_tell(q->w, s, e.json, e.length);
	if (changed || fresh)
		control_incident(q->w, s, e.json, e.length);
	changed = changed || (over && fresh) || now - e.written >= WRITE_EVERY;
	if (changed)
		e.written = now;
	docket_keep(q->w, s, e, changed);
}

/* ---- stories ---- */

static struct service *
service_of(const struct inquiry *q)
{
	return &q->w->services.at[q->slot];
}

/* What service S is being told of; NULL only for want of memory. */
static struct inquiry *
inquiry_of(struct watcher *w, struct service *s)
{
	if (s->inquiry != NULL)
		return s->inquiry;
	s->inquiry = calloc(1, sizeof *s->inquiry);
	if (s->inquiry != NULL)
		*s->inquiry = (struct inquiry){ .w = w, .slot = s->slot, .due = MSEC_NEVER, .quiet = MSEC_NEVER };
	return s->inquiry;
}

static void
judged(void *context, const struct incident *incident)
{
	struct inquiry *q = context;

	if (q->told->hearing.story.opened)
		show(q, service_of(q), incident, true);
	q->told->number = 0;
	q->told->died = q->told->deaths_count = 0;
	q->told->did[0] = '\0';
	q->told->hang.at = 0;
	q->told->opened = clock_wall();
}

static void
tell(struct inquiry_case *c, enum fact fact, int32_t pid)
{
	const struct story_event e = { .fact = fact, .second = clock_wall() / 1000, .pid = pid };

	hearing_told(&c->hearing, &e);
}

/* A case begins with what is known anyway. */
static struct inquiry_case *
open_case(struct inquiry *q, uint32_t context)
{
	struct inquiry_case *c = q->told = calloc(1, sizeof *q->told);

	if (c == NULL)
		return NULL;
	hearing_init(&c->hearing, judged, q);
	c->hearing.story.watched = true;
	c->opened = clock_wall();
	for (unsigned i = 0; i < CONTEXTS; i++)
		if ((context & 1U << i) != 0)
			tell(c, contexts[i], 0);
	return c;
}

static void
close_case(struct inquiry *q)
{
	if (q->told != NULL)
		hearing_close(&q->told->hearing, false);
	free(q->told);
	q->told = NULL;
	q->due = q->quiet = MSEC_NEVER;
	service_of(q)->context = 0;
}

static void
judge_so_far(struct inquiry *q)
{
	struct incident incident;

	if (q->told == NULL || !q->told->hearing.story.opened)
		return;
	hearing_judge(&q->told->hearing, &incident);
	show(q, service_of(q), &incident, false);
}

static void
set_timer(struct watcher *w, msec due)
{
	msec now = clock_now();

	w->inquiries.due = due;
	ev_timer_stop(w->loop, &w->inquiries.timer);
	if (due == MSEC_NEVER)
		return;
	ev_now_update(w->loop);
	ev_timer_set(&w->inquiries.timer, due > now ? (double)(due - now) / 1000 : 0., 0.);
	ev_timer_start(w->loop, &w->inquiries.timer);
}

static msec
next_of(const struct inquiry *q)
{
	return q->due < q->quiet ? q->due : q->quiet;
}

static void
wake_by(struct inquiry *q, msec due)
{
	q->due = due;
	if (due < q->w->inquiries.due)
		set_timer(q->w, due);
}

/* Something was told that may change the verdict. */
static void
stir(struct inquiry *q)
{
	msec now = clock_now();

	q->quiet = now + LINGER;
	wake_by(q, now + SETTLE);
}

/* An exception that nothing follows is told when nothing has followed. */
static void
flush(struct inquiry *q)
{
	if (q->own == NULL || !q->own->traceback.open)
		return;
	q->w->inquiries.slot = q->slot;
	recogniser_flush(q->own);
}

static void
on_due(struct ev_loop *loop, ev_timer *timer, int revents)
{
	struct watcher *w = timer->data;
	msec now = clock_now(), due = MSEC_NEVER;

	(void)loop;
	(void)revents;
	w->inquiries.due = MSEC_NEVER;
	for (uint32_t i = 0; i < w->services.count; i++) {
		struct inquiry *q = w->services.at[i].inquiry;

		if (q == NULL)
			continue;
		if (q->due <= now) {
			q->due = MSEC_NEVER;
			flush(q);
			judge_so_far(q);
		}
		if (q->quiet <= now)
			close_case(q);
		if (next_of(q) < due)
			due = next_of(q);
	}
	set_timer(w, due);
}

/* ---- what is told ---- */

/* Those that open no case are remembered until one is. */
static bool
is_remembered(struct service *s, enum fact fact)
{
	if (facts[fact].weight != WEIGHT_CONTEXT || (s->inquiry != NULL && s->inquiry->told != NULL))
		return false;
	if (fact == FACT_STARTING)
		s->context = 0;
	for (unsigned i = 0; i < CONTEXTS; i++)
		if (contexts[i] == fact)
			s->context |= 1U << i;
	return true;
}

/* The case that FACT, which is to be told, belongs to; NULL: it needs none, or there is no memory. */
static struct inquiry_case *
case_for(struct watcher *w, struct service *s, enum fact fact)
{
	struct inquiry *q;

	if (fact == FACT_NONE || is_remembered(s, fact) || (q = inquiry_of(w, s)) == NULL)
		return NULL;
	if (facts[fact].weight != WEIGHT_CONTEXT)
		stir(q);
	return q->told != NULL ? q->told : open_case(q, s->context);
}

void
inquiry_told(struct watcher *w, struct service *s, enum fact fact, int32_t pid)
{
	struct inquiry_case *c = case_for(w, s, fact);

	if (c != NULL)
		tell(c, fact, pid);
}

void
inquiry_death(struct service *s, const struct record_death *death, const struct record_hang *hang)
{
	struct inquiry_case *c = s->inquiry != NULL ? s->inquiry->told : NULL;

	if (c == NULL)
		return;
	if (c->deaths_count == INQUIRY_DEATHS) {
		memmove(c->deaths, c->deaths + 1, sizeof c->deaths - sizeof c->deaths[0]);
		c->deaths_count--;
	}
	c->deaths[c->deaths_count++] = *death;
	if (hang != NULL)
		c->hang = *hang;
	c->died += death->asked != DEATH_ENDED;
}

/* ---- lines ---- */

/* What a service's own output cannot prove: the kernel, the proxy and the platform do not write there, and a 504 is the
 * application's. Who prints their words quotes them; and so does a worker that speaks as only its master can. */
static bool
is_quoted(const struct service *s, const struct recognised *what)
{
	enum signature_who who;

	if (what->kind != RECOGNISED_LINE)
		return false;
	who = signatures[what->match.signature].who;
	return who == SIGNATURE_BY_FOREIGN ||
		(who == SIGNATURE_BY_MASTER && what->speaker > 0 && s->sampler != NULL &&
			workers_find(&s->sampler->workers, what->speaker) != NULL);
}

/* The end of a worker that is watched is told by who saw it, and exactly; what its master says of it is only kept. Where nobody
 * sees it, the master is the witness, and what was last seen of that worker counts as well. */
static bool
is_seen_otherwise(struct watcher *w, struct service *s, const struct recognised *what)
{
	if (what->kind != RECOGNISED_LINE || what->match.pid <= 0 || !witness_ends(what) || s->sampler == NULL ||
		workers_find(&s->sampler->workers, what->match.pid) == NULL)
		return false;
	deaths_hear(w);
	return w->deaths.fd >= 0 ||
		(witness_status(what) >= 0 && deaths_said(w, s, what->match.pid, witness_status(what)));
}

static bool
opens(struct watcher *w, struct service *s, const struct recognised *what)
{
	enum fact found[WITNESS_FACTS];
	unsigned n = witness_facts(what, found);
	bool any = false;

	for (unsigned i = 0; i < n; i++)
		any = case_for(w, s, found[i]) != NULL || any;
	return any;
}

/* Its master names a worker, and is about to end it: what it hangs on is known already. */
static void
note_hang(struct inquiry_case *c, struct service *s, int32_t pid)
{
	const struct worker *worker = pid > 0 && s->sampler != NULL ? workers_find(&s->sampler->workers, pid) : NULL;

	if (worker != NULL && worker->hang != NULL)
		c->hang = *worker->hang;
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

static void
heard(void *context, const struct recognised *what)
{
	struct watcher *w = context;
	struct service *s = &w->services.at[w->inquiries.slot];
	struct recognised now = *what;

	if (what->kind == RECOGNISED_ANSWER) {
		if (what->match.detail <= 500)
			inquiry_told(w, s, FACT_SERVED, 0);
		return;
	}
	if (is_quoted(s, what))
		return;
	if (is_seen_otherwise(w, s, what)) {
		if (s->inquiry != NULL && s->inquiry->told != NULL)
			hearing_keep(&s->inquiry->told->hearing, what);
		return;
	}
	now.second = clock_wall() / 1000; /* one clock for lines and for what is seen */
	if (!opens(w, s, what))
		return;
	hearing_line(&s->inquiry->told->hearing, &now);
	note_hang(s->inquiry->told, s, what->match.pid);
	ask_why_killed(w, s, what);
}

static struct recogniser *
reader_for(struct watcher *w, struct service *s)
{
	if (s->inquiry != NULL && s->inquiry->own != NULL)
		return s->inquiry->own;
	if (w->inquiries.shared == NULL) {
		w->inquiries.shared = calloc(1, sizeof *w->inquiries.shared);
		if (w->inquiries.shared != NULL)
			recogniser_init(w->inquiries.shared, heard, w);
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
		recogniser_init(r, heard, w);
	}
	if (q != NULL && q->own != NULL && q->own->traceback.open && q->due == MSEC_NEVER)
		wake_by(q, clock_now() + SETTLE);
}

void
inquiry_read(struct watcher *w, struct service *s, const char *bytes, size_t n)
{
	struct recogniser *r = s->kind == PAGE_GUNICORN ? reader_for(w, s) : NULL;

	if (r == NULL)
		return;
	w->inquiries.slot = s->slot;
	w->inquiries.reading = true;
	recogniser_feed(r, bytes, n);
	w->inquiries.reading = false;
	put_back(w, s, r);
}

/* ---- moves ---- */

static bool
ended_a_master(const struct link_record *move)
{
	switch ((int)move->event) {
	case ON_DIED_NOW:
	case ON_DIED_LATER:
	case ON_DIED_GIVE_UP:
	case ON_DIED_DONE:
	case ON_NEXT_DIED: return move->pid != 0;
	default: return false;
	}
}

static enum fact
fact_of_master(int32_t status)
{
	int signum = status & 0x7f;

	if (signum == SIGKILL)
		return FACT_MASTER_KILLED;
	if (signum == SIGSEGV || signum == SIGBUS || signum == SIGILL || signum == SIGABRT || signum == SIGFPE)
		return FACT_MASTER_CRASHED;
	return status != 0 ? FACT_MASTER_EXITED : FACT_NONE;
}

/* In words, what was done about it. */
static void
note_deed(struct inquiry_case *c, const struct link_record *move)
{
	struct text t;

	text_init(&t, c->did, sizeof c->did);
	switch ((int)move->to) {
	case LIFE_STARTING: text_add(&t, "Bridle started another master at once"); break;
	case LIFE_WAITING:
		text_add(&t, "Bridle starts another master after ");
		text_add_duration(&t, move->arg);
		break;
	case LIFE_FAILED: text_add(&t, "Bridle gave up: it failed too often (start_limit)"); break;
	case LIFE_RETRYING: text_add(&t, "Bridle ends it, and starts another master later"); break;
	case LIFE_RUNNING:
		if (move->event == ON_NEXT_DIED)
			text_add(&t, "the generation before it serves on");
		break;
	default: break;
	}
}

/* How a master ended. What our own ladder did to one that was not ready in time needs no other reason. */
static void
tell_master(struct watcher *w, struct service *s, const struct link_record *move)
{
	struct inquiry *q = inquiry_of(w, s);
	enum fact fact = fact_of_master(move->status);

	if (q == NULL || move->from == LIFE_RETRYING || move->pid == q->master_ended)
		return;
	q->master_ended = move->pid;
	if (fact == FACT_MASTER_KILLED && deaths_by_memory(w, s, move->pid))
		fact = FACT_OOM;
	inquiry_told(w, s, fact, fact == FACT_OOM ? move->pid : 0);
}

void
inquiry_moved(struct watcher *w, struct service *s, const struct link_record *move)
{
	if (s->kind != PAGE_GUNICORN)
		return;
	logs_catch_up(w, s); /* what the master said before */
	if (move->to == LIFE_RETRYING || (move->from == LIFE_REPLACING && move->event == ON_TIMEOUT))
		inquiry_told(w, s, FACT_START_TIMEOUT, 0);
	if (ended_a_master(move))
		tell_master(w, s, move);
	if (s->inquiry != NULL && s->inquiry->told != NULL && s->inquiry->told->hearing.story.faulty)
		note_deed(s->inquiry->told, move);
}

void
inquiry_asked(struct watcher *w, struct service *s, enum link_deed deed, uint32_t uid)
{
	struct inquiry *q = s->kind == PAGE_GUNICORN && deed_words[deed] != NULL ? inquiry_of(w, s) : NULL;

	if (q == NULL)
		return;
	q->asked = (uint8_t)deed;
	q->asked_uid = uid;
	q->asked_at = clock_now();
}

/* ---- services ---- */

void
inquiry_look(struct watcher *w, struct service *s)
{
	logs_catch_up(w, s);
	deaths_hear(w);
	if (s->inquiry == NULL)
		return;
	flush(s->inquiry);
	judge_so_far(s->inquiry);
}

void
inquiry_forget(struct watcher *w, struct service *s)
{
	(void)w;
	if (s->inquiry != NULL) {
		free(s->inquiry->own);
		free(s->inquiry->told);
	}
	free(s->inquiry);
	s->inquiry = NULL;
	s->context = 0;
	s->strict = false;
	docket_free(s->docket);
	s->docket = NULL;
}

void
inquiries_end(struct watcher *w)
{
	for (uint32_t i = 0; i < w->services.count; i++) {
		struct inquiry *q = w->services.at[i].inquiry;

		if (q == NULL)
			continue;
		flush(q);
		close_case(q);
	}
	free(w->inquiries.shared);
	w->inquiries.shared = NULL;
}

void
inquiries_open(struct watcher *w)
{
	w->inquiries = (struct inquiries){ .due = MSEC_NEVER };
	ev_timer_init(&w->inquiries.timer, on_due, 0., 0.);
	w->inquiries.timer.data = w;
}
