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
#include "watcher/watch.h"

enum {
	SETTLE =
		1200, /* ms without anything new before a story is judged: a timeout is ABRT, and KILL a second later */
	LINGER = 3000,        /* ms after which it is over */
	SAME = 600000,        /* ms within which the same cause is the same incident: a loop */
	WRITE_EVERY = 60000,  /* ms between lines in the file that only count on */
	ASKED_LASTS = 120000, /* ms for which a deed explains what happens */
};

/* ---- showing ---- */

/* What is no incident: nothing happened, or nothing of ours. */
static bool
is_worth_it(const struct inquiry *q, const struct incident *i)
{
	switch ((int)i->verdict.cause) {
	case CAUSE_HEALTHY:
	case CAUSE_CLIENT_NOISE:
	case CAUSE_CONTROL_SOCKET:
	case CAUSE_LOG_REOPEN: return false;
	case CAUSE_UNKNOWN: return q->hearing.story.faulty;
	default: return true;
	}
}

/* The same again soon after is the same incident: a worker that times out in a loop is a new story each time. */
static void
take_number(struct inquiry *q, struct service *s, const struct incident *i, msec wall)
{
	const struct docket_entry *last = docket_latest(s, &i->verdict);

	if (last != NULL && wall - last->last < SAME) {
		q->number = last->number;
		q->first = last->first;
		q->earlier_times = last->times;
		q->earlier_died = last->died;
		return;
	}
	q->number = s->docket != NULL ? s->docket->count + 1 : 1;
	q->first = q->opened;
	q->earlier_times = q->earlier_died = 0;
	q->written = 0;
}

static const char *
asked_by(const struct inquiry *q, msec now)
{
	return q->asked_at != 0 && now - q->asked_at < ASKED_LASTS ? q->asked : NULL;
}

static struct docket_entry
entry_of(const struct inquiry *q, const struct incident *i, msec wall)
{
	return (struct docket_entry){
		.number = q->number,
		.cause = i->verdict.cause,
		.phase = i->verdict.phase,
		.first = q->first,
		.last = wall,
		.times = q->earlier_times + 1,
		.died = q->earlier_died + q->died,
		.alarm = record_alarms(&i->verdict),
	};
}

static bool
write_entry(const struct inquiry *q, const struct service *s, const struct incident *i, struct docket_entry *e,
	bool over)
{
	char advice[ADVICE_WORDS];
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
		.deaths = q->deaths,
		.deaths_count = q->deaths_count,
		.advice = advice,
		.did = q->did[0] != '\0' ? q->did : NULL,
		.asked = asked_by(q, clock_now()),
	};
	struct jsonw j;

	advice_give(q->w, s, i->verdict.cause, q->deaths, q->deaths_count, advice);
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
	bool fresh = q->number == 0, changed;
	const struct docket_entry *old;
	struct docket_entry e;

	if (!is_worth_it(q, i))
		return;
	if (fresh)
		take_number(q, s, i, wall);
	for (unsigned k = 0; k < q->deaths_count; k++)
		if (q->deaths[k].incident == 0)
			q->deaths[k].incident = q->number;
	old = docket_find(s, q->number);
	e = entry_of(q, i, wall);
	changed = old == NULL || old->cause != e.cause || old->phase != e.phase;
	if (!fresh && !changed && old != NULL && old->died == e.died)
		e.last = old->last;
	if (!write_entry(q, s, i, &e, over))
		return;
	if (changed)
		announce(s, i);
	changed = changed || over || now - q->written >= WRITE_EVERY;
	if (changed)
		q->written = now;
	if (changed || fresh)
		control_incident(q->w, s, e.json, e.length);
	docket_keep(q->w, s, e, changed);
}

/* ---- stories ---- */

static struct service *
service_of(const struct inquiry *q)
{
	return &q->w->services.at[q->slot];
}

/* What the next story begins with. */
static void
begin_anew(struct inquiry *q)
{
	q->number = 0;
	q->died = 0;
	q->opened = 0;
	q->did[0] = '\0';
	q->served = false;
	q->due = q->quiet = MSEC_NEVER;
}

static void
judged(void *context, const struct incident *incident)
{
	struct inquiry *q = context;

	if (q->hearing.story.opened)
		show(q, service_of(q), incident, true);
	begin_anew(q);
}

static void
judge_so_far(struct inquiry *q)
{
	struct incident incident;

	if (!q->hearing.story.opened)
		return;
	hearing_judge(&q->hearing, &incident);
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

/* Something was told that may change the verdict. */
static void
stir(struct inquiry *q)
{
	const struct story *story = &q->hearing.story;
	msec now = clock_now();

	if (!story->opened)
		return;
	if (q->opened == 0)
		q->opened = clock_wall();
	q->due = now + SETTLE;
	q->quiet = now + LINGER;
	if (q->due < q->w->inquiries.due)
		set_timer(q->w, q->due);
}

static void
on_due(struct ev_loop *loop, ev_timer *timer, int revents)
{
	struct watcher *w = timer->data;
	msec now = clock_now(), due = MSEC_NEVER;

	(void)loop;
	(void)revents;
	for (uint32_t i = 0; i < w->services.count; i++) {
		struct inquiry *q = w->services.at[i].inquiry;

		if (q == NULL)
			continue;
		if (q->due <= now) {
			q->due = MSEC_NEVER;
			judge_so_far(q);
		}
		if (q->quiet <= now)
			hearing_close(&q->hearing, false);
		if (next_of(q) < due)
			due = next_of(q);
	}
	set_timer(w, due);
}

/* ---- lines ---- */

/* What a service's own output cannot prove: the kernel, the proxy and the platform do not write there, and a 504 is the
 * application's. Who prints their words quotes them. */
static bool
is_foreign(const struct recognised *what)
{
	return what->kind == RECOGNISED_LINE && signatures[what->match.signature].who == SIGNATURE_BY_FOREIGN;
}

/* The end of a worker that is watched is told by who saw it, and exactly; what its master says of it is only kept. */
static bool
is_seen_otherwise(const struct inquiry *q, const struct recognised *what)
{
	const struct service *s = service_of(q);

	return what->kind == RECOGNISED_LINE && what->match.pid > 0 && witness_ends(what) && q->w->deaths.fd >= 0 &&
		s->sampler != NULL && workers_find(&s->sampler->workers, what->match.pid) != NULL;
}

static void
heard(void *context, const struct recognised *what)
{
	struct inquiry *q = context;
	struct recognised now = *what;

	if (what->kind == RECOGNISED_ANSWER) {
		if (!q->served)
			inquiry_told(service_of(q), FACT_SERVED, 0);
		q->served = true;
		return;
	}
	if (is_foreign(what))
		return;
	if (is_seen_otherwise(q, what)) {
		hearing_keep(&q->hearing, what);
		return;
	}
	now.second = clock_wall() / 1000; /* one clock for lines and for what is seen */
	hearing_line(&q->hearing, &now);
	stir(q);
}

void
inquiry_read(struct service *s, const char *bytes, size_t n)
{
	if (s->inquiry != NULL)
		recogniser_feed(&s->inquiry->recogniser, bytes, n);
}

/* ---- what was seen ---- */

void
inquiry_told(struct service *s, enum fact fact, int32_t pid)
{
	struct story_event e = { .fact = fact, .second = clock_wall() / 1000, .pid = pid };

	if (s->inquiry == NULL)
		return;
	hearing_told(&s->inquiry->hearing, &e);
	if (facts[fact].weight != WEIGHT_CONTEXT || s->inquiry->hearing.story.opened)
		stir(s->inquiry);
}

void
inquiry_death(struct service *s, const struct record_death *death)
{
	struct inquiry *q = s->inquiry;

	if (q == NULL)
		return;
	if (q->deaths_count == INQUIRY_DEATHS) {
		memmove(q->deaths, q->deaths + 1, sizeof q->deaths - sizeof q->deaths[0]);
		q->deaths_count--;
	}
	q->deaths[q->deaths_count++] = *death;
	q->died += death->asked != DEATH_ENDED;
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
note_deed(struct inquiry *q, const struct link_record *move)
{
	struct text t;

	text_init(&t, q->did, sizeof q->did);
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

void
inquiry_moved(struct watcher *w, struct service *s, const struct link_record *move)
{
	struct inquiry *q = s->inquiry;
	enum fact fact;

	if (q == NULL)
		return;
	logs_catch_up(w, s); /* what the master said before */
	if (move->to == LIFE_RETRYING || (move->from == LIFE_REPLACING && move->event == ON_TIMEOUT))
		inquiry_told(s, FACT_START_TIMEOUT, 0);
	if (ended_a_master(move) && move->from != LIFE_RETRYING /* that was our ladder */ &&
		move->pid != q->master_ended) {
		q->master_ended = move->pid;
		fact = fact_of_master(move->status);
		if (fact == FACT_MASTER_KILLED && deaths_by_memory(w, s, move->pid))
			inquiry_told(s, FACT_OOM, move->pid);
		else if (fact != FACT_NONE)
			inquiry_told(s, fact, 0);
	}
	if (q->hearing.story.faulty)
		note_deed(q, move);
}

void
inquiry_asked(struct service *s, enum link_deed deed, uint32_t uid)
{
	static const char *const words[DEEDS] = { [DEED_START] = "start",
		[DEED_STOP] = "stop",
		[DEED_RESTART] = "restart",
		[DEED_RESTART_COLD] = "restart --cold",
		[DEED_RELOAD] = "reload",
		[DEED_SIGNAL] = "signal",
		[DEED_SCALE] = "scale" };
	struct inquiry *q = s->inquiry;

	if (q == NULL || words[deed] == NULL)
		return;
	snprintf(q->asked, sizeof q->asked, "bridle %s, by uid %u", words[deed], (unsigned)uid);
	q->asked_at = clock_now();
}

/* ---- services ---- */

void
inquiry_look(struct watcher *w, struct service *s)
{
	if (s->inquiry == NULL)
		return;
	logs_catch_up(w, s);
	deaths_hear(w);
	judge_so_far(s->inquiry);
}

void
inquiry_follow(struct watcher *w, struct service *s, const struct page_service *record)
{
	struct inquiry *q;

	if (record->kind != PAGE_GUNICORN || s->inquiry != NULL)
		return;
	q = s->inquiry = calloc(1, sizeof *q); /* what is never touched takes no memory */
	if (q == NULL) {
		log_error("%s: no memory to say why", s->name);
		return;
	}
	q->w = w;
	q->slot = s->slot;
	recogniser_init(&q->recogniser, heard, q);
	hearing_init(&q->hearing, judged, q);
	q->hearing.story.watched = true;
	begin_anew(q);
}

void
inquiry_forget(struct watcher *w, struct service *s)
{
	(void)w;
	free(s->inquiry);
	s->inquiry = NULL;
	docket_free(s->docket);
	s->docket = NULL;
}

void
inquiries_end(struct watcher *w)
{
	for (uint32_t i = 0; i < w->services.count; i++)
		if (w->services.at[i].inquiry != NULL)
			hearing_close(&w->services.at[i].inquiry->hearing, false);
}

void
inquiries_open(struct watcher *w)
{
	w->inquiries.due = MSEC_NEVER;
	ev_timer_init(&w->inquiries.timer, on_due, 0., 0.);
	w->inquiries.timer.data = w;
}
