#include "watcher/idleness.h"

#include "base/clock.h"
#include "base/log.h"
#include "core/life.h"
#include "watcher/queues.h"
#include "watcher/watch.h"

enum {
	SOONEST = 100, /* ms between looks, however short idle_stop is */
	EIGHTHS = 8,   /* a busy service is counted anew so often within idle_stop: each time wakes the supervisor */
};

/* The count that was judged goes along: if the supervisor has seen one more arrive, it refuses (DEED_REST). */
static void
ask_for(struct watcher *w, struct service *s, const struct page_service *record, enum link_deed deed)
{
	struct link_record request = uplink_request(deed, s->slot, record);

	request.arg = deed == DEED_REST ? record->arrivals : 0;
	uplink_send(w, &request);
}

/* Did anybody but us arrive since the last look? What was not counted may have been somebody. */
static bool
somebody_came(const struct idleness *i, const struct page_service *record, uint32_t own)
{
	return !record->counting || i->generation != record->generation ||
		record->arrivals - i->arrivals != own - i->own;
}

static bool
somebody_is_there(struct watcher *w, struct service *s, const struct page_service *record)
{
	struct idleness *i = &s->sampler->idleness;
	int64_t open;

	queues_ask(w, s, record);
	open = queues_open(w, record);
	if ((open < 0 || s->sampler->queue < 0) && !i->told) {
		log_warning("%s: its connections cannot be seen (sock_diag): it is never stopped for being idle",
			s->name);
		i->told = true;
	}
	return open != 0 || s->sampler->queue != 0; /* unknown is -1, and counts as somebody */
}

void
idleness_look(struct watcher *w, struct service *s, const struct page_service *record)
{
	struct idleness *i = &s->sampler->idleness;
	uint32_t own = s->sampler->probes.probe.connected;
	msec now = clock_now();
	bool busy;

	/* most services have none, and are spared the questions to the kernel */
	if (record->settings.idle_stop <= 0)
		return;
	busy = i->since == 0 || somebody_came(i, record, own) || somebody_is_there(w, s, record);
	i->generation = record->generation;
	i->arrivals = record->arrivals;
	i->own = own; /* both counts as of this look: what comes from here on is new */
	if (busy)
		i->since = now;
	if (!record->counting && (i->asked == 0 || now - i->asked >= record->settings.idle_stop / EIGHTHS)) {
		ask_for(w, s, record, DEED_COUNT);
		i->asked = now;
	} else if (!busy && now - i->since >= record->settings.idle_stop) {
		ask_for(w, s, record, DEED_REST);
	}
}

msec
idleness_due(const struct idleness *i, const struct page_service *record, msec now)
{
	msec due = i->since + record->settings.idle_stop;

	if (record->state != LIFE_RUNNING || record->settings.idle_stop <= 0)
		return MSEC_NEVER;
	return due > now + SOONEST ? due : now + SOONEST;
}
