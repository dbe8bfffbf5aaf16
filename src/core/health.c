#include "core/health.h"

static uint32_t
count(uint32_t bits)
{
	uint32_t n = 0;

	for (; bits != 0; bits &= bits - 1)
		n++;
	return n;
}

bool
health_judge(struct health *h, uint32_t failures, uint32_t window, bool good)
{
	/* a shift by the whole width is undefined (C11 6.5.7) */
	uint32_t within = window < HEALTH_WINDOW_MAX ? (1u << window) - 1 : UINT32_MAX;

	h->failed = (h->failed << 1 | !good) & within;
	if (good || count(h->failed) < failures)
		return false;
	h->failed = 0; /* said once: it has to fail as often again */
	return true;
}
