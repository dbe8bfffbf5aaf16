/*
 * figures.c -- counters and a histogram. Quantiles come from buckets, not from samples: their error is that
 * of a bucket's width, and they cost the same for one request and for a million. All numbers come from
 * datagrams that anybody on loopback may send.
 */
#include "core/figures.h"

/* Microseconds: no bucket is wider than half of what is in it, up to half a minute. */
static const int64_t bounds[FIGURES_BOUNDS] = { 500, 1000, 1500, 2000, 3000, 5000, 7000, 10000, 15000, 20000, 30000,
	50000, 70000, 100000, 150000, 200000, 300000, 500000, 700000, 1000000, 2000000, 5000000, 10000000, 30000000 };

/* Begin the span that NOW is in. */
static void
roll(struct figures *f, msec now)
{
	const struct figures_span none = { 0 };
	msec spans = (now - f->began) / FIGURES_SPAN;

	if (spans <= 0)
		return;
	f->before = spans == 1 ? f->now : none; /* after more, nothing came in the span before */
	f->now = none;
	f->began += spans * FIGURES_SPAN;
}

/* Counters do not wrap, whoever counts. */
static void
add(uint32_t *counter, int64_t count)
{
	*counter = count > (int64_t)(UINT32_MAX - *counter) ? UINT32_MAX : *counter + (uint32_t)count;
}

void
figures_requests(struct figures *f, int64_t count, msec now)
{
	roll(f, now);
	add(&f->now.requests, count);
	f->requests += (uint64_t)count;
}

void
figures_duration(struct figures *f, int64_t us, msec now)
{
	struct figures_span *s = &f->now;
	unsigned i = 0;

	roll(f, now);
	if (us > f->longest)
		f->longest = us;
	if (f->us <= INT64_MAX - us) { /* sum and number together, or the mean would be wrong */
		f->us += us;
		f->timed++;
	}
	while (i < FIGURES_BOUNDS && us >= bounds[i])
		i++;
	if (s->timed == UINT32_MAX || s->us > INT64_MAX - us)
		return;
	s->timed++;
	s->faster[i]++;
	s->us += us;
	if (us > s->longest)
		s->longest = us;
}

void
figures_status(struct figures *f, int status, int64_t count, msec now)
{
	int class = status / 100 - 1; /* 1xx is the first */

	roll(f, now);
	if (class < 0 || class >= FIGURES_CLASSES)
		return;
	add(&f->now.status[class], count);
	f->status[class] += (uint64_t)count;
}

void
figures_logged(struct figures *f, unsigned level, int64_t count)
{
	f->logged[level] += (uint64_t)count;
}

/* What PERCENT of the TIMED requests are not above: somewhere in a bucket, and where in it is taken to be even. */
static int64_t
quantile(const struct figures *f, uint64_t timed, unsigned percent)
{
	int64_t longest = f->now.longest > f->before.longest ? f->now.longest : f->before.longest;
	/* rounded up: of a single request, the median is that one */
	uint64_t wanted = (timed * percent + 99) / 100, below = 0;

	for (unsigned i = 0; i <= FIGURES_BOUNDS; i++) {
		uint64_t here = (uint64_t)f->now.faster[i] + f->before.faster[i];
		int64_t from = i > 0 ? bounds[i - 1] : 0, to = i < FIGURES_BOUNDS ? bounds[i] : longest;

		if (below + here < wanted) {
			below += here;
			continue;
		}
		to = to < longest ? to : longest;
		return to > from ? from + (int64_t)((double)(to - from) * (double)(wanted - below) / (double)here) : to;
	}
	return longest;
}

struct figures_view
figures_look(struct figures *f, msec now)
{
	struct figures_view v = { .mean = -1, .median = -1, .worst = -1 };
	msec elapsed;
	uint64_t timed;

	roll(f, now);
	/* the span before counts whole, if there was one; at least a second: a rate over the first moments would be any number */
	elapsed = now - f->began + (f->began > f->since ? FIGURES_SPAN : 0);
	v.rate = (int64_t)(((uint64_t)f->now.requests + f->before.requests) * 1000000 /
		(uint64_t)(elapsed > 1000 ? elapsed : 1000));
	for (unsigned i = 0; i < FIGURES_CLASSES; i++)
		v.status[i] = (uint64_t)f->now.status[i] + f->before.status[i];
	timed = (uint64_t)f->now.timed + f->before.timed;
	if (timed == 0)
		return v;
	v.mean = (int64_t)(((uint64_t)f->now.us + (uint64_t)f->before.us) / timed);
	v.median = quantile(f, timed, 50);
	v.worst = quantile(f, timed, 95);
	return v;
}

msec
figures_wait(struct figures *f, int64_t queue, msec now)
{
	int64_t rate = queue > 0 ? figures_look(f, now).rate : 0;

	if (queue <= 0)
		return queue;
	/* the rate is in thousandths of a request a second */
	return rate > 0 ? queue * 1000000 / rate : -1;
}

static bool
span_is_sound(const struct figures_span *s)
{
	return s->us >= 0 && s->us <= INT64_MAX / 2 && s->longest >= 0 && s->longest <= s->us;
}

bool
figures_are_sound(const struct figures *f, msec now)
{
	/* so far from the end that whatever is still to be added does not overflow */
	const uint64_t most = INT64_MAX / 2;

	for (unsigned i = 0; i < FIGURES_CLASSES; i++)
		if (f->status[i] > most)
			return false;
	for (unsigned i = 0; i < FIGURES_LEVELS; i++)
		if (f->logged[i] > most)
			return false;
	return f->since > 0 && f->since <= f->began && f->began <= now && f->requests <= most && f->timed <= most &&
		f->us >= 0 && f->longest >= 0 && span_is_sound(&f->now) && span_is_sound(&f->before);
}
