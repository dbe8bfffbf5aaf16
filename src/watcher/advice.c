#include "watcher/advice.h"

#include "base/clock.h"
#include "base/text.h"
#include "core/figures.h"
#include "watcher/watch.h"

/* What is known when advice is given. */
struct known {
	const struct page_settings *settings;
	uint32_t workers;
	const struct sampler *sampler;   /* NULL: none */
	const struct record_death *last; /* NULL: nobody died */
	struct text *t;
};

typedef void advise(const struct known *k);

static void
on_timeout(const struct known *k)
{
	if (k->settings->timeout <= 0)
		return;
	text_add(k->t, "timeout is ");
	text_add_duration(k->t, k->settings->timeout);
	if (k->workers == 1)
		text_add(k->t, ", and this was the only worker: workers = 2 keeps one free");
	text_add(k->t, ". ");
}

static void
on_forced(const struct known *k)
{
	if (k->settings->graceful_timeout <= 0)
		return;
	text_add(k->t, "graceful_timeout is ");
	text_add_duration(k->t, k->settings->graceful_timeout);
	text_add(k->t, ". ");
}

static void
on_start_timeout(const struct known *k)
{
	text_add(k->t, "start_timeout is ");
	text_add_duration(k->t, k->settings->start_timeout);
	text_add(k->t, ": twice that, start_timeout = ");
	text_add_duration(k->t, k->settings->start_timeout * 2);
	text_add(k->t, ", tells whether it is only slow. ");
}

/* A limit that recycles a worker before it gets as large as the one that was killed. */
static void
on_memory(const struct known *k)
{
	int64_t bytes = k->last != NULL ? (k->last->pss > 0 ? k->last->pss : k->last->rss) : -1;

	if (bytes <= 0)
		return;
	text_add(k->t, "It had ");
	text_add_size(k->t, (uint64_t)bytes);
	text_addf(k->t, " and was one of %u: memory_max_worker = ", k->workers);
	text_add_size(k->t, (uint64_t)(bytes / 10 * 8) >> 20 << 20);
	text_add(k->t, " recycles a worker before that. ");
}

/* By Little's law: who waits, divided by those who are served a second. */
static void
on_queue(const struct known *k)
{
	int64_t queue = k->sampler != NULL ? k->sampler->queue : -1, rate = 0;

	if (queue <= 0)
		return;
	text_addf(k->t, "%lld wait for %u", (long long)queue, k->workers);
	if (k->sampler->figures != NULL)
		rate = figures_look(k->sampler->figures, clock_now()).rate;
	if (rate > 0) {
		text_add(k->t, ", about ");
		text_add_duration(k->t, queue * 1000000 / rate);
		text_add(k->t, " each");
	}
	text_add(k->t, ". ");
}

static const struct {
	enum cause cause;
	advise *advise;
} advisers[] = {
	{ CAUSE_TIMEOUT, on_timeout },
	{ CAUSE_BOOT_TIMEOUT, on_timeout },
	{ CAUSE_FORCED_KILL, on_forced },
	{ CAUSE_START_TIMEOUT, on_start_timeout },
	{ CAUSE_OOM_KILL, on_memory },
	{ CAUSE_QUEUE_STANDS, on_queue },
};

void
advice_give(struct watcher *w, const struct service *s, enum cause cause, const struct record_death *deaths,
	unsigned count, char words[ADVICE_WORDS])
{
	struct page_service record;
	struct text t;
	struct known k = { .sampler = s->sampler, .last = count > 0 ? &deaths[count - 1] : NULL, .t = &t };

	text_init(&t, words, ADVICE_WORDS);
	if (services_read(&w->services, s->slot, &record)) {
		k.settings = &record.settings;
		k.workers = record.wanted;
		for (unsigned i = 0; i < sizeof advisers / sizeof advisers[0]; i++)
			if (advisers[i].cause == cause)
				advisers[i].advise(&k);
	}
	text_add(&t, causes[cause].advice);
}
