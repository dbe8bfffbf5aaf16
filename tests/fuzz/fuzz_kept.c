/* fuzz_kept -- figures and measures that a watcher before us has left, or anybody. What is believed can be counted on from. */
#include <string.h>

#include "core/figures.h"
#include "core/tally.h"
#include "core/trend.h"
#include "fuzz.h"

enum { NOW = 1000000000 };

static void
count_on(struct figures *f)
{
	uint64_t before = f->requests;

	figures_look(f, NOW);
	figures_requests(f, 3, NOW + 1);
	figures_duration(f, 1 << 30, NOW + 2);
	figures_status(f, 200, 3, NOW + 3);
	figures_logged(f, 0, 3);
	figures_look(f, NOW + 4 + FIGURES_SPAN);
	MUST(f->requests == before + 3 && f->longest >= 1 << 30);
}

static void
look_on(struct tally *t, struct trend *trend)
{
	const struct tally_seen sum = { 4000, 3, 2, 1000, 1 << 30 };
	const struct trend_seen seen = { 2, 1 << 30, 3, 7 };

	tally_look(t, &sum, NOW);
	tally_look(t, &sum, NOW + 5000);
	MUST(t->watched >= 5000 && t->standing <= t->looks);
	trend_look(trend, &seen, NOW);
	for (unsigned scale = 0; scale < TREND_SCALES; scale++) {
		for (unsigned i = 0; i < trend_scales[scale].points; i++)
			trend_point(trend, scale, i, NOW + 5000);
		MUST(trend->at[scale] == NOW / trend_scales[scale].step);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct {
		struct figures figures;
		struct tally tally;
		struct trend trend;
	} left = { 0 };

	memcpy(&left, data, size < sizeof left ? size : sizeof left);
	if (figures_are_sound(&left.figures, NOW))
		count_on(&left.figures);
	if (tally_is_sound(&left.tally, NOW) && trend_is_sound(&left.trend, NOW))
		look_on(&left.tally, &left.trend);
	return 0;
}
