#include "watcher/exchanges.h"

#include "core/exchange.h"
#include "watcher/watch.h"

static struct exchange_seen
look(const struct sampler *sampler, const struct page_service *record, uint32_t number, msec now)
{
	const struct workers *workers = &sampler->workers;
	struct exchange_seen seen = { .wanted = record->wanted > 0 ? record->wanted : 1 };

	for (uint32_t i = 0; i < workers->count; i++) {
		const struct worker *worker = &workers->at[i];

		if (worker->generation == number)
			seen.fresh++;
		else if (worker->generation == record->generation && worker->leaving != 0)
			seen.leaving++;
		else if (worker->generation == record->generation)
			seen.staying++;
	}
	/* proven for min_ready, as in any replacement: one that dies young has not taken over */
	seen.up = workers_up_for(workers, number, record->settings.min_ready, now);
	return seen;
}

/* Whether it may be done now the supervisor judges: it knows what was decided since this look was taken. */
static bool
ask(struct watcher *w, const struct service *s, const struct page_service *record, enum link_deed deed)
{
	struct link_record r = uplink_request(deed, s->slot, record);

	return uplink_send(w, &r);
}

bool
exchanges_judge(struct watcher *w, struct service *s, const struct page_service *record,
	const struct page_generation *next, msec now)
{
	struct sampler *sampler = s->sampler;
	struct exchange_seen seen = look(sampler, record, next->number, now);
	struct worker *oldest;

	if (sampler->exchanging != next->number) /* another replacement: what was asked for in the last one is over */
		sampler->exchange = (struct exchange){ 0 };
	sampler->exchanging = next->number;
	if (sampler->workers.unsure) /* who is not seen is not missing */
		return false;
	switch (exchange_step(&sampler->exchange, &seen, record->due, now)) {
	case EXCHANGE_NOTHING: break;
	case EXCHANGE_ONE_MORE: ask(w, s, record, DEED_STEP_UP); break;
	case EXCHANGE_ONE_LESS:
		oldest = workers_oldest(&sampler->workers, record->generation); /* whom TTOU takes */
		if (ask(w, s, record, DEED_STEP_DOWN) && oldest != NULL)
			oldest->leaving = now;
		break;
	case EXCHANGE_DONE: return true;
	}
	return false;
}
