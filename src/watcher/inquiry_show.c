/*
 * inquiry_show -- an incident, from the judgement to those who hear of it.
 *
 * A story is judged again and again while more is told of it. Each time the docket's entry is made anew; what goes
 * out is only what is news: to the log, to syslog, into the journal, to on_incident, and to those who watch.
 */
#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "judge/asked.h"
#include "watcher/advice.h"
#include "watcher/docket.h"
#include "watcher/errands.h"
#include "watcher/inquiry_parts.h"
#include "watcher/watch.h"

enum {
	SAME = 600000,       /* ms within which the same cause is the same incident: a loop */
	TOGETHER = 60000,    /* ms within which the same in two services is hardly by chance */
	WRITE_EVERY = 60000, /* ms between lines in the file that only count on */
	LASTS = 30000,       /* ms after which a story of what was caught is no single slip any more */
};

/* An exception was printed by a service whose workers serve, and nobody died of it: the application had caught it. */
static bool
was_caught(const struct inquiry_case *c)
{
	return c->died == 0 && c->hearing.story.evidence.count[FACT_SERVING] > 0;
}

static bool
is_often_caught(enum cause cause)
{
	return cause == CAUSE_DEPENDENCY || cause == CAUSE_DISK_FULL || cause == CAUSE_FD_EXHAUSTED ||
		cause == CAUSE_THREAD_EXHAUSTED || cause == CAUSE_MEMORY_ERROR;
}

/* Nothing says that a request failed of it either: then the application printed what it had an answer to, and a retry, a cache that
 * is away, are no reason to wake somebody. When it comes again, or goes on, they are. */
static bool
is_a_slip(const struct inquiry_case *c, const struct incident *i, msec wall)
{
	static const enum fact failed[] = { FACT_REQUEST_ERROR, FACT_AT_REQUEST, FACT_AT_REPLY, FACT_AT_LOOP,
		FACT_ANSWER_500, FACT_WORKER_EXCEPTION };

	for (unsigned k = 0; k < sizeof failed / sizeof failed[0]; k++)
		if (c->hearing.story.evidence.count[failed[k]] > 0)
			return false;
	return is_often_caught(i->verdict.cause) && was_caught(c) && c->earlier_times == 0 && wall - c->opened < LASTS;
}

/* What is no incident: nothing happened, or nothing of ours. */
static bool
is_worth_it(const struct inquiry_case *c, const struct incident *i)
{
	switch ((int)i->verdict.cause) {
	case CAUSE_HEALTHY:
	case CAUSE_CLIENT_NOISE:
	case CAUSE_CONTROL_SOCKET:
	case CAUSE_LOG_REOPEN: return false;
	case CAUSE_UNKNOWN: return c->hearing.story.faulty && !was_caught(c);
	default: return true;
	}
}

/* Is it known what ended, and not why? */
static bool
leaves_open(const struct incident *i)
{
	if (i->traceback.blocks > 0)
		return false;
	switch ((int)i->verdict.cause) {
	case CAUSE_APP_SYSEXIT:
	case CAUSE_BOOT_UNEXPLAINED:
	case CAUSE_WORKER_EXIT:
	case CAUSE_MASTER_GONE: return true;
	default: return false;
	}
}

/* The same again soon after is the same incident: a worker that times out in a loop is a new story each time. */
static void
take_number(struct inquiry_case *c, struct service *s, const struct incident *i, msec wall)
{
	/* by cause and phase: the words of a loop may differ each time */
	const struct docket_entry *last = docket_latest(s, &i->verdict, i->own);

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

static struct docket_entry
entry_of(const struct inquiry_case *c, const struct incident *i, msec wall)
{
	struct docket_entry e = {
		.number = c->number,
		.cause = i->verdict.cause,
		.phase = i->verdict.phase,
		.first = c->first,
		.last = wall,
		.times = c->earlier_times + 1,
		.died = c->earlier_died + c->died,
		.alarm = record_alarms(&i->verdict) && !is_a_slip(c, i, wall),
	};

	if (i->own != NULL)
		text_copy(e.own, sizeof e.own, i->own);
	return e;
}

/* What comes from outside as often as from within; an application that raises does so for itself. */
static bool
may_be_shared(enum cause cause)
{
	switch ((int)cause) {
	case CAUSE_TIMEOUT:
	case CAUSE_BOOT_TIMEOUT:
	case CAUSE_START_TIMEOUT:
	case CAUSE_DEPENDENCY:
	case CAUSE_BOOT_DEPENDENCY:
	case CAUSE_OOM_KILL:
	case CAUSE_DISK_FULL:
	case CAUSE_QUEUE_STANDS:
	case CAUSE_WORKERS_MISSING: return true;
	default: return false;
	}
}

/* Other services in which the same was seen at about the same time. */
static unsigned
alike(struct watcher *w, const struct service *s, const struct cause_verdict *v, msec wall)
{
	unsigned n = 0;

	for (uint32_t i = 0; i < w->services.count && may_be_shared(v->cause); i++) {
		struct service *other = &w->services.at[i];
		const struct docket_entry *last = other != s ? docket_latest(other, v, NULL) : NULL;

		n += last != NULL && last->last - wall < TOGETHER && wall - last->last < TOGETHER;
	}
	return n;
}

static bool
write_entry(const struct inquiry *q, const struct service *s, const struct incident *i, struct docket_entry *e,
	bool over)
{
	const struct inquiry_case *c = q->told;
	struct page_service page;
	bool known = services_read(&q->w->services, s->slot, &page);
	const struct worker *about = s->sampler != NULL ? workers_find(&s->sampler->workers, c->about) : NULL;
	struct record_strain strain;
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
		.deaths = c->deaths,
		.deaths_count = c->deaths_count,
		.hang = c->hang.at != 0 ? &c->hang : NULL,
		.strain = known && burden_of(q->w, s, &page, i->verdict.cause, &strain) ? &strain : NULL,
		.advice = advice,
		.did = c->did[0] != '\0' ? c->did : NULL,
		.asked = c->asked[0] != '\0' &&
				asked_explains((enum link_deed)c->asked_deed, c->asked_signal, &i->verdict) ?
			c->asked :
			NULL,
		.last_words = c->last_words[0] != '\0' && leaves_open(i) ? c->last_words : NULL,
	};
	struct jsonw j;

	advice_give(s, known ? &page : NULL, &record, about, alike(q->w, s, &i->verdict, e->last), advice);
	jsonw_init(&j, RECORD_MAX);
	record_write(&j, &record);
	e->json = jsonw_take(&j, &e->length);
	if (e->json != NULL)
		e->length--; /* the NUL */
	return e->json != NULL;
}

static void
announce(const struct service *s, const struct incident *i, bool alarm)
{
	if (alarm)
		log_warning("%s: %s%s: %s (bridle why %s)", s->name,
			i->verdict.confidence < CAUSE_CONFIDENT ? "likely " : "", incident_name(i),
			causes[i->verdict.cause].what, s->name);
	else
		log_info("%s: %s: %s", s->name, incident_name(i), causes[i->verdict.cause].what);
}

void
inquiry_show(struct inquiry *q, struct service *s, const struct incident *i, bool over)
{
	msec now = clock_now(), wall = clock_wall();
	struct inquiry_case *c = q->told;
	bool fresh = c->number == 0, changed; /* a story is shown several times as more is told of it */
	const struct docket_entry *old;
	struct docket_entry e;

	if (!is_worth_it(c, i))
		return;
	if (fresh)
		take_number(c, s, i, wall);
	old = docket_find(s, c->number);
	e = entry_of(c, i, wall);
	changed = old == NULL || old->cause != e.cause || old->phase != e.phase;
	/* what was a slip at first, and is an alarm now, is news; of the same trouble no alarm is taken back */
	if (!changed) {
		changed = e.alarm && !old->alarm;
		e.alarm = e.alarm || old->alarm;
	}
	/* nothing was added but our looking: the time of the incident stays that of what happened */
	if (!fresh && !changed && old->died == e.died)
		e.last = old->last;
	e.written = old != NULL ? old->written : 0;
	if (!write_entry(q, s, i, &e, over))
		return;
	if (changed)
		announce(s, i, e.alarm);
	if (changed)
		herald_tell(q->w, s, i, &e);
	if (changed)
		chronicle_incident(q->w, s, i, e.alarm);
	if (changed && e.alarm)
		errands_tell(q->w, s, e.json, e.length);
	if (changed || fresh)
		control_incident(q->w, s, e.json, e.length);
	changed = changed || (over && fresh) || now - e.written >= WRITE_EVERY;
	if (changed)
		e.written = now;
	docket_keep(q->w, s, e, changed);
}
