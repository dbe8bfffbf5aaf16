#include "watcher/probes.h"

#include "base/clock.h"
#include "base/log.h"
#include "core/life.h"
#include "watcher/queues.h"
#include "watcher/troubles.h"
#include "watcher/watch.h"

/* Slots move in memory when the page does. */
static struct service *
of(const struct probes *p)
{
	return &p->w->services.at[p->slot];
}

static void
tell_unasked(struct probes *p)
{
	if (!p->unasked_told)
		log_warning("%s: the watcher's user may not connect to its socket (socket_mode, socket_group): "
			    "its probe is not asked, and heartbeats alone tell when it is ready",
			of(p)->name);
	p->unasked_told = true;
}

static void
judge_health(struct probes *p, const struct page_service *record, bool good)
{
	const struct page_probe *settings = &record->settings.probe;

	if (!good)
		log_info("%s: probe failed: %s", of(p)->name, p->probe.trouble);
	if (!health_judge(&p->health, settings->failures, settings->window, good))
		return;
	log_warning("%s: unhealthy: %u of the last %u probes failed, at last: %s", of(p)->name, settings->failures,
		settings->window, p->probe.trouble);
	inquiry_stands(p->w, of(p), FACT_UNHEALTHY, 0);
	/* what is done about it (on_unhealthy), and how often, is the supervisor's to say */
	troubles_judged(p->w, of(p), record->generation, LINK_UNHEALTHY, 0);
}

static void
on_done(struct probe *probe, enum probe_result result)
{
	struct probes *p = probe->data;
	struct page_service record;

	if (result == PROBE_UNASKED) /* no permission: that says nothing of the service */
		tell_unasked(p);
	if (!services_read(&p->w->services, p->slot, &record))
		return;
	if (p->for_readiness) { /* PROBE_UNASKED passes: heartbeats alone have to do */
		p->passed = result != PROBE_BAD;
		if (p->passed) /* the next look, which finds it ready, is not to be waited for */
			samples_moved(p->w, of(p));
	} else if (record.state == LIFE_RUNNING && record.since == p->since && result != PROBE_UNASKED) {
		judge_health(p, &record, result == PROBE_GOOD);
	}
}

void
probes_init(struct probes *p, struct watcher *w, const struct service *s)
{
	*p = (struct probes){ .w = w, .slot = s->slot };
	probe_init(&p->probe, w->loop, on_done, p);
}

void
probes_stop(struct probes *p)
{
	probe_stop(&p->probe);
}

bool
probes_passed(struct probes *p, const struct page_service *record, uint32_t number)
{
	bool same = p->number == number && p->since == record->since && p->for_readiness;

	if (record->settings.probe.target[0] == '\0' || (same && p->passed))
		return true;
	/* it is being asked: one question at a time */
	if (same && p->probe.fd >= 0)
		return false;
	probe_stop(&p->probe);
	p->for_readiness = true;
	p->number = number;
	p->since = record->since;
	p->passed = false;
	probe_ask(&p->probe, record);
	return p->passed; /* a socket that may not be asked is known at once */
}

msec
probes_due(const struct page_service *record, msec now)
{
	msec interval = record->settings.probe.interval;

	if (record->state != LIFE_RUNNING || record->settings.probe.target[0] == '\0' || interval <= 0)
		return MSEC_NEVER;
	return (now / interval + 1) * interval; /* multiples: all services are asked in one awakening */
}

void
probes_look(struct probes *p, const struct page_service *record)
{
	msec now = clock_now();

	if (p->since != record->since) { /* it runs anew: what was before says nothing */
		p->health = (struct health){ 0 };
		p->due = probes_due(record, now);
		p->since = record->since;
		p->for_readiness = false;
		probe_stop(&p->probe);
	}
	/* one that is answered late is not asked again meanwhile: probe_timeout ends it */
	if (now < p->due || p->probe.fd >= 0)
		return;
	p->due = probes_due(record, now);
	if (p->due == MSEC_NEVER)
		return;
	/* who is overloaded is not unwell, and is not given one more request to answer; -1, not known, is no reason */
	queues_ask(p->w, of(p), record);
	if (of(p)->sampler->queue <= 0)
		probe_ask(&p->probe, record);
}
