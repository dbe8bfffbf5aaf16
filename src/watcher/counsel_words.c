/*
 * counsel_words -- reasons in sentences, with the figures that they come from. Pure.
 */
#include "watcher/counsel.h"

/* Below ten milliseconds tenths of them matter; above, nobody plans by them. */
static void
add_us(struct text *t, int64_t us)
{
	if (us < 10000)
		text_addf(t, "%lld.%lldms", (long long)(us / 1000), (long long)(us % 1000 / 100));
	else
		text_add_duration(t, us / 1000);
}

/* In tenths: nobody plans by less. */
static void
add_thousandths(struct text *t, int64_t n)
{
	text_addf(t, "%lld.%lld", (long long)(n / 1000), (long long)(n % 1000 / 100));
}

static void
add_size(struct text *t, int64_t bytes)
{
	text_add_size(t, bytes > 0 ? (uint64_t)bytes : 0);
}

/* What a reason is made of. */
struct saying {
	const struct advise_list *l;
	const struct advise_numbers *n;
	const struct advise_measures *m;
	const struct advice *a;
};

typedef void say(struct text *t, const struct saying *s);

/* ---- workers ---- */

/* By Little's law: requests a second times seconds each are requests at a time (core/advise.h). */
static void
say_load(struct text *t, const struct saying *s)
{
	text_add(t, "in the busiest minute ");
	add_thousandths(t, s->m->busiest);
	text_add(t, " requests a second of ");
	add_us(t, s->n->mean);
	text_add(t, " each were ");
	add_thousandths(t, s->n->busy);
	text_add(t, " at a time, and needed a processor for ");
	if (s->n->share < 1)
		text_add(t, "less than 1 % of it");
	else
		text_addf(t, "%lld %% of it", (long long)s->n->share);
}

static void
say_enough(struct text *t, const struct saying *s)
{
	say_load(t, s);
	text_addf(t, ": %lld leave a third free", (long long)s->a->value);
}

static void
say_two(struct text *t, const struct saying *s)
{
	say_load(t, s);
	text_add(t, ": one would do, and the other serves while that is exchanged or hangs");
}

static void
say_queue(struct text *t, const struct saying *s)
{
	text_addf(t, "at %lld %% of the looks as many connections waited as there were workers: half more than %lld",
		(long long)s->m->standing, (long long)s->m->workers);
}

static void
say_starved(struct text *t, const struct saying *s)
{
	text_addf(t,
		"at %lld %% of the looks as many connections waited as there were workers, but at %lld %% of these so did "
		"somebody for a processor: more workers would wait as well",
		(long long)s->m->standing, (long long)s->m->starved);
}

static void
say_range(struct text *t, const struct saying *s)
{
	say_load(t, s);
	text_add(t, ": within the range there are as many as the queue asks for");
}

static void
say_not_fewer(struct text *t, const struct saying *s)
{
	say_load(t, s);
	text_addf(t, ": %lld would do, but a day has to be seen before there are fewer", (long long)s->n->by_load);
}

static void
say_cpus(struct text *t, const struct saying *s)
{
	say_load(t, s);
	text_addf(t, ": more would wait for a processor, of which there %s %lld", s->m->cpus == 1 ? "is" : "are",
		(long long)s->m->cpus);
}

static void
say_room(struct text *t, const struct saying *s)
{
	text_add(t, "the largest worker had ");
	add_size(t, s->m->worker);
	text_add(t, " and the master ");
	add_size(t, s->m->master);
	text_add(t, ": no more fit into four fifths of the ");
	add_size(t, s->m->memory);
	text_add(t, " that it has or may take");
}

static void
say_waits(struct text *t, const struct saying *s)
{
	text_addf(t,
		"a request waits for %lld %% of its time, and memory holds no more workers: threads wait side by "
		"side, where the application is safe with them",
		(long long)(100 - s->n->share));
}

/* ---- time ---- */

static void
say_slowest(struct text *t, const struct saying *s)
{
	text_addf(t, "the longest of %llu requests took ", (unsigned long long)s->m->timed);
	add_us(t, s->m->longest);
	text_add(t,
		s->a->kept ? ": there is room for one that takes twice as long" :
			     ", and this is at least twice as long");
}

static void
say_hung(struct text *t, const struct saying *s)
{
	text_addf(t, "%lld worker%s ended for not answering in time: nobody knows how long that would have taken",
		(long long)s->m->timeouts, s->m->timeouts == 1 ? " was" : "s were");
}

static void
say_never(struct text *t, const struct saying *s)
{
	say_slowest(t, s);
	text_add(t, "; without a limit nothing ends a worker that hangs");
}

/* ---- memory ---- */

static void
say_grows(struct text *t, const struct saying *s)
{
	text_add(t, "a worker grows by ");
	add_size(t, s->m->growth);
	text_add(t, " an hour, ");
	add_size(t, s->n->per_request / 1000);
	text_add(t, " a request: after so many by ");
	add_size(t, s->n->per_request / 1000 * s->a->value);
}

static void
say_steady(struct text *t, const struct saying *s)
{
	text_add(t, "workers grow by ");
	add_size(t, s->m->growth);
	text_add(t, " an hour: nothing asks for them to be recycled");
}

static void
say_young(struct text *t, const struct saying *s)
{
	(void)s;
	text_add(t, "no worker was looked at for as long as ");
	text_add_duration(t, ADVISE_GROWTH_TIME);
	text_add(t, ", which it takes to see whether they grow");
}

static void
say_together(struct text *t, const struct saying *s)
{
	(void)s;
	text_add(t, "workers that were started together would be recycled together");
}

static void
say_largest(struct text *t, const struct saying *s)
{
	text_add(t, "the largest worker had ");
	add_size(t, s->m->worker);
	if (s->m->rss > s->m->worker) {
		text_add(t, ", and ");
		add_size(t, s->m->rss);
		text_add(t, " with all that workers share");
	}
	text_add(t, ": one that gets well above it is exchanged before memory runs out");
}

static void
say_own(struct text *t, const struct saying *s)
{
	text_addf(t, "%lld %% of the ", (long long)s->n->own);
	add_size(t, s->m->rss);
	text_add(t,
		" of a worker are its own: what is loaded before the fork is shared (connections must not be "
		"opened there)");
}

static void
say_shared(struct text *t, const struct saying *s)
{
	text_addf(t, "%lld %% of the ", (long long)s->n->own);
	add_size(t, s->m->rss);
	text_add(t, " of a worker are its own, and it has or may take ");
	add_size(t, s->m->memory);
	text_add(t, ": there is little to be gained");
}

/* clang-format off */
static say *const sayings[ADVISE_REASON_COUNT] = {
	[ADVISE_FOR_LOAD] = say_enough,
	[ADVISE_FOR_TWO] = say_two,
	[ADVISE_FOR_QUEUE] = say_queue,
	[ADVISE_FOR_STARVED] = say_starved,
	[ADVISE_FOR_RANGE] = say_range,
	[ADVISE_FOR_NOT_FEWER] = say_not_fewer,
	[ADVISE_FOR_CPUS] = say_cpus,
	[ADVISE_FOR_ROOM] = say_room,
	[ADVISE_FOR_WAITS] = say_waits,
	[ADVISE_FOR_SLOWEST] = say_slowest,
	[ADVISE_FOR_HUNG] = say_hung,
	[ADVISE_FOR_NEVER] = say_never,
	[ADVISE_FOR_GROWS] = say_grows,
	[ADVISE_FOR_STEADY] = say_steady,
	[ADVISE_FOR_YOUNG] = say_young,
	[ADVISE_FOR_TOGETHER] = say_together,
	[ADVISE_FOR_LARGEST] = say_largest,
	[ADVISE_FOR_OWN] = say_own,
	[ADVISE_FOR_SHARED] = say_shared,
};
/* clang-format on */

void
counsel_reason(struct text *t, const struct advise_list *l, const struct advise_measures *m, const struct advice *a)
{
	const struct saying s = { l, &l->numbers, m, a };

	sayings[a->reason](t, &s);
}

void
counsel_value(struct text *t, const struct advice *a)
{
	switch (a->key) {
	case ADVISE_WORKER_CLASS: text_add(t, "gthread"); return; /* there is no other that is advised */
	case ADVISE_TIMEOUT: text_addf(t, "%llds", (long long)(a->value / 1000)); return;
	case ADVISE_MEMORY_MAX_WORKER:
		text_addf(t, "%lldM", (long long)(a->value >> 20));
		return; /* exactly */
	/* conf's words for a boolean */
	case ADVISE_PRELOAD: text_add(t, a->value != 0 ? "yes" : "no"); return;
	case ADVISE_WORKERS: /* plain numbers, below */
	case ADVISE_THREADS:
	case ADVISE_MAX_REQUESTS:
	case ADVISE_JITTER:
	case ADVISE_KEY_COUNT: break;
	}
	if (a->fewest > 0)
		text_addf(t, "%lld..", (long long)a->fewest);
	text_addf(t, "%lld", (long long)a->value);
}

void
counsel_missing(struct text *t, enum advise_missing missing, const struct advise_measures *m)
{
	switch (missing) {
	case ADVISE_NO_TIME:
		text_add(t, "it was watched for ");
		text_add_duration(t, m->watched - m->watched % 1000);
		text_add(t, ", and it takes ");
		text_add_duration(t, ADVISE_TIME);
		break;
	case ADVISE_NO_FIGURES:
		text_add(t, "it has told nothing of its requests: none was answered, or statsd = no");
		break;
	case ADVISE_NO_REQUESTS:
		text_addf(t, "it has answered %llu request%s, and it takes %d", (unsigned long long)m->requests,
			m->requests == 1 ? "" : "s", ADVISE_REQUESTS);
		break;
	case ADVISE_NO_MEMORY: text_add(t, "none of its workers could be weighed"); break;
	case ADVISE_NO_ROOM: text_add(t, "how much memory there is for it cannot be seen"); break;
	case ADVISE_MISSING_COUNT: break;
	}
}
