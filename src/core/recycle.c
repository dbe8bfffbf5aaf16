#include "core/recycle.h"

#include <stddef.h>

/* Whether the last chosen one is still about to go. One that outlived its patience (a request that does not end,
 * a lost signal) does not keep the others from their turn. */
static bool
is_busy(const struct recycle *r, const struct recycle_worker *workers, uint32_t n, msec now)
{
	if (r->chosen == 0 || now - r->since >= RECYCLE_PATIENCE)
		return false;
	for (uint32_t i = 0; i < n; i++)
		if (workers[i].pid == r->chosen)
			return true;
	return false;
}

int32_t
recycle_choose(struct recycle *r, struct recycle_worker *workers, uint32_t n, uint64_t limit, msec now)
{
	const struct recycle_worker *heaviest = NULL;
	bool all_booted = true;

	for (uint32_t i = 0; i < n; i++) {
		struct recycle_worker *w = &workers[i];

		/* a row: one look may meet a request that takes much for a moment and gives it back */
		w->over = limit > 0 && w->bytes > limit ? w->over + 1 : 0;
		all_booted = all_booted && w->booted;
		if (w->over >= RECYCLE_SAMPLES && (heaviest == NULL || w->bytes > heaviest->bytes))
			heaviest = w;
	}
	if (is_busy(r, workers, n, now))
		return 0;
	r->chosen = 0;
	/* a successor that has not booted is missing already: two would be */
	if (heaviest == NULL || !all_booted)
		return 0;
	r->chosen = heaviest->pid;
	r->since = now;
	return r->chosen;
}

uint64_t
recycle_limit(const struct recycle_worker *workers, uint32_t n, uint64_t each, uint64_t together)
{
	uint64_t sum = 0, heaviest = 0;

	for (uint32_t i = 0; i < n; i++) {
		sum += workers[i].bytes;
		if (workers[i].bytes > heaviest)
			heaviest = workers[i].bytes;
	}
	if (together == 0 || sum <= together)
		return each;
	/* just below it: nobody who is lighter is over */
	return each > 0 && each < heaviest ? each : heaviest - 1;
}
