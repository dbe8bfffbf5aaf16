#include "watcher/inquiry.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "core/life.h"
#include "os/alarm.h"
#include "watcher/deaths.h"
#include "watcher/docket.h"
#include "watcher/inquiry_parts.h"
#include "watcher/own.h"
#include "watcher/watch.h"

/* What opens no case, but tells something when there is one. At most 32: each is a bit of service.context. */
static const enum fact contexts[] = { FACT_STARTING, FACT_MUTE, FACT_UNTIMED, FACT_WORKERS, FACT_LISTENING, FACT_BOOTING, FACT_READY,
	FACT_SERVED, FACT_POST_FORK };
enum { CONTEXTS = sizeof contexts / sizeof contexts[0] };

/* ---- stories ---- */

static struct service *
service_of(const struct inquiry *q)
{
	return &q->w->services.at[q->slot];
}

/* With the first thing that is told, not with the service: most never have anything to tell. */
struct inquiry *
inquiry_of(struct watcher *w, struct service *s)
{
	if (s->inquiry != NULL)
		return s->inquiry;
	s->inquiry = calloc(1, sizeof *s->inquiry);
	if (s->inquiry != NULL)
		*s->inquiry = (struct inquiry){ .w = w, .slot = s->slot, .due = MSEC_NEVER, .quiet = MSEC_NEVER };
	return s->inquiry;
}

/* What is asked for while a story is told may put it right; it does not explain it. */
static void
begin(struct inquiry *q)
{
	q->told->opened = clock_wall();
	inquiry_ask(q, clock_now());
}

/* The hearing says that one story is over and the next begins, within the same case. */
static void
judged(void *context, const struct incident *incident)
{
	struct inquiry *q = context;

	if (q->told->hearing.story.opened)
		inquiry_show(q, service_of(q), incident, true);
	q->told->number = 0; /* the next story is another incident, unless it turns out to be the same again */
	q->told->died = q->told->deaths_count = 0;
	q->told->did[0] = q->told->last_words[0] = '\0';
	q->told->hang.at = 0;
	begin(q);
}

static void
tell(struct inquiry_case *c, enum fact fact, int32_t pid)
{
	const struct story_event e = { .fact = fact, .second = clock_wall() / 1000, .pid = pid };

	hearing_told(&c->hearing, &e);
}

/* Not while another generation of it starts, whose words are among its own. */
static bool
is_serving(const struct inquiry *q)
{
	const struct service *s = service_of(q);
	struct page_service record;

	return s->sampler != NULL && services_read(&q->w->services, q->slot, &record) && record.state == LIFE_RUNNING &&
		workers_count(&s->sampler->workers, record.generation, 0, clock_now()).booted > 0;
}

/* A case begins with what is known anyway. */
static struct inquiry_case *
open_case(struct inquiry *q, uint32_t context)
{
	struct inquiry_case *c = q->told = calloc(1, sizeof *q->told);

	if (c == NULL)
		return NULL;
	hearing_init(&c->hearing, judged, q);
	c->hearing.story.watched = true; /* deaths are told by who sees them: what no line says did not happen */
	begin(q);
	for (unsigned i = 0; i < CONTEXTS; i++)
		if ((context & 1U << i) != 0)
			tell(c, contexts[i], 0);
	if (is_serving(q))
		tell(c, FACT_SERVING, 0);
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
	/* it was told with this case; the next begins with what is known then */
	service_of(q)->context = 0;
}

static void
judge_so_far(struct inquiry *q)
{
	struct incident incident;

	if (q->told == NULL || !q->told->hearing.story.opened)
		return;
	hearing_judge(&q->told->hearing, &incident);
	inquiry_show(q, service_of(q), &incident, false);
}

/* One timer for all: with a thousand services most have nothing to judge. */
static void
set_timer(struct watcher *w, msec due)
{
	w->inquiries.due = due;
	alarm_at(w->loop, &w->inquiries.timer, due);
}

static msec
next_of(const struct inquiry *q)
{
	return q->due < q->quiet ? q->due : q->quiet;
}

void
inquiry_wake_by(struct inquiry *q, msec due)
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

	/* lines of one trouble come in bursts: it is judged when they have settled, and over when nothing more is told for
	 * long. Where they never settle, as when every request fails, it is judged all the same. */
	q->quiet = now + LINGER;
	if (q->stirred == 0)
		q->stirred = now;
	inquiry_wake_by(q, now + SETTLE < q->stirred + RESTLESS ? now + SETTLE : q->stirred + RESTLESS);
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
			q->stirred = 0;
			inquiry_flush(q);
			judge_so_far(q);
		}
		if (q->quiet <= now && !inquiry_lasts(q, now))
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
	if (fact == FACT_STARTING) /* what was told of the master before it is not about this one */
		s->context = 0;
	for (unsigned i = 0; i < CONTEXTS; i++)
		if (contexts[i] == fact)
			s->context |= 1U << i;
	return true;
}

struct inquiry_case *
inquiry_case_for(struct watcher *w, struct service *s, enum fact fact)
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
	struct inquiry_case *c = inquiry_case_for(w, s, fact);

	if (c != NULL)
		tell(c, fact, pid);
}

/* The story that is being told may be of what it led to, or of what somebody does about it: each stays an incident of its
 * own. */
void
inquiry_stands(struct watcher *w, struct service *s, enum fact fact, int32_t pid)
{
	struct inquiry *q = inquiry_of(w, s);
	struct inquiry_case *story = q != NULL ? q->told : NULL, *c;
	struct incident incident;

	if (q == NULL)
		return;
	c = open_case(q, 0);
	if (c != NULL) {
		tell(c, fact, pid);
		c->about = pid;
		/* how workers died of late belongs to it as well: flapping, say, consists of it */
		if (story != NULL) {
			memcpy(c->deaths, story->deaths, sizeof c->deaths);
			c->deaths_count = story->deaths_count;
		}
		hearing_judge(&c->hearing, &incident);
		inquiry_show(q, s, &incident, true);
	}
	free(c);
	q->told = story;
}

struct inquiry_case *
inquiry_part(struct service *s)
{
	struct inquiry_case *story = s->inquiry != NULL ? s->inquiry->told : NULL;

	if (story == NULL || story->hearing.story.evidence.count[FACT_TIMEOUT] == 0)
		return NULL;
	s->inquiry->told = NULL;
	return story;
}

void
inquiry_rejoin(struct service *s, struct inquiry_case *story)
{
	struct inquiry *q = s->inquiry;
	struct incident incident;

	if (story == NULL)
		return;
	if (q->told != NULL) {
		hearing_judge(&q->told->hearing, &incident);
		inquiry_show(q, s, &incident, true);
	}
	free(q->told);
	q->told = story;
}

void
inquiry_death(struct service *s, const struct record_death *death, const struct record_hang *hang)
{
	struct inquiry_case *c = s->inquiry != NULL ? s->inquiry->told : NULL;

	if (c == NULL)
		return;
	if (c->deaths_count == INQUIRY_DEATHS) {
		/* the latest few: in a loop they are all alike */
		memmove(c->deaths, c->deaths + 1, sizeof c->deaths - sizeof c->deaths[0]);
		c->deaths_count--;
	}
	c->deaths[c->deaths_count++] = *death;
	if (hang != NULL)
		c->hang = *hang;
	c->died += death->asked != DEATH_ENDED;
}

/* The first that ended: the words of a loop are the same each time. */
void
inquiry_ended(struct service *s, msec since)
{
	struct inquiry_case *c = s->inquiry != NULL ? s->inquiry->told : NULL;
	const char *line = s->sampler != NULL ? lastline_since(&s->sampler->lastline, since) : NULL;

	if (c != NULL && line != NULL && c->last_words[0] == '\0')
		text_copy(c->last_words, sizeof c->last_words, line);
}

/* ---- services ---- */

void
inquiry_look(struct watcher *w, struct service *s)
{
	logs_catch_up(w, s);
	deaths_hear(w);
	if (s->inquiry == NULL)
		return;
	inquiry_flush(s->inquiry);
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
		inquiry_flush(q);
		close_case(q);
		free(q->own);
		q->own = NULL;
	}
	free(w->inquiries.shared);
	w->inquiries.shared = NULL;
	free(w->inquiries.own);
	w->inquiries.own = NULL;
}

void
inquiries_learn(struct watcher *w)
{
	struct own *own = own_of(w->services.page);

	if (own_same(own, w->inquiries.own)) {
		free(own);
		return;
	}
	inquiries_end(w);
	w->inquiries.own = own;
}

void
inquiries_open(struct watcher *w)
{
	w->inquiries = (struct inquiries){ .due = MSEC_NEVER, .own = own_of(w->services.page) };
	ev_timer_init(&w->inquiries.timer, on_due, 0., 0.);
	w->inquiries.timer.data = w;
}
