#include "watcher/answer.h"

#include "core/flapping.h"
#include "watcher/watch.h"
#include "wire/jsonw.h"
#include "wire/varlink.h"

static void
write_entry(struct jsonw *j, const struct docket_entry *e)
{
	if (e != NULL)
		jsonw_raw(j, e->json, e->length);
}

/* The entries of D, the latest first: how many. */
static unsigned
sort(const struct docket *d, const struct docket_entry *sorted[DOCKET_KEPT])
{
	unsigned n = 0;

	for (unsigned i = 0; i < DOCKET_KEPT; i++) {
		unsigned to = n;

		if (d->at[i].number == 0)
			continue;
		for (n++; to > 0 && sorted[to - 1]->last < d->at[i].last; to--) /* by insertion: they are few */
			sorted[to] = sorted[to - 1];
		sorted[to] = &d->at[i];
	}
	return n;
}

/* Whether LATER is of the deaths that FLAPPING sums up: it began before that was told, though it goes on. */
static bool
is_summed_up(const struct docket_entry *later, const struct docket_entry *flapping)
{
	return flapping->cause == CAUSE_FLAPPING && later->first <= flapping->last &&
		later->last - flapping->last < FLAPPING_SPAN;
}

/* The latest that is an alarm, or else the latest. That workers die again and again is told once, in the middle of it, with
 * what was done about it, and comes before the single deaths. */
static const struct docket_entry *
first_alarm(const struct docket_entry *const *sorted, unsigned n)
{
	const struct docket_entry *alarm = NULL;

	for (unsigned i = 0; i < n; i++) {
		if (!sorted[i]->alarm)
			continue;
		if (alarm == NULL)
			alarm = sorted[i];
		if (is_summed_up(alarm, sorted[i]))
			return sorted[i];
	}
	return alarm != NULL || n == 0 ? alarm : sorted[0];
}

static void
write_service(struct jsonw *j, struct watcher *w, uint32_t slot, int64_t last)
{
	struct service *s = &w->services.at[slot];
	const struct docket_entry *sorted[DOCKET_KEPT];
	unsigned n;

	inquiry_look(w, s); /* what is being told now is among the answers */
	if (s->docket == NULL)
		return;
	n = sort(s->docket, sorted);
	if (last == 0)
		write_entry(j, first_alarm(sorted, n));
	for (unsigned i = 0; i < n && i < last; i++)
		write_entry(j, sorted[i]);
}

char *
answer_frame(struct watcher *w, const uint32_t *slot, int64_t last, size_t *length)
{
	struct jsonw j;

	varlink_reply_open(&j);
	jsonw_key(&j, "incidents");
	jsonw_array_open(&j);
	for (uint32_t i = 0; i < w->services.count; i++)
		if (w->services.at[i].incarnation != 0 && (slot == NULL || *slot == i))
			write_service(&j, w, i, last);
	jsonw_array_close(&j);
	return varlink_reply_take(&j, length);
}
