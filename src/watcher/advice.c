#include "watcher/advice.h"

#include "base/clock.h"
#include "base/text.h"
#include "watcher/watch.h"

/* What is known when advice is given. */
struct known {
	const struct page_settings *settings;
	uint32_t workers;
	const struct sampler *sampler;      /* NULL: none */
	const struct record_death *last;    /* NULL: nobody died */
	const struct record_strain *strain; /* NULL: it is about none */
	const struct worker *about;         /* NULL: it is about no single one that lives */
	uint32_t backlog;                   /* of its listeners, as it is set */
	const char *why;                    /* its last start failed because of this, before it was ready; "" */
	struct text *t;
};

typedef void adviser(const struct known *k);

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

/* Whether it hangs or is slow cannot be told from outside: twice the time tells it. */
static void
on_start_timeout(const struct known *k)
{
	text_add(k->t, "start_timeout is ");
	text_add_duration(k->t, k->settings->start_timeout);
	text_add(k->t, ": twice that, start_timeout = ");
	text_add_duration(k->t, k->settings->start_timeout * 2);
	text_add(k->t, ", tells whether it is only slow. ");
}

static void
on_command(const struct known *k)
{
	if (k->why[0] != '\0') /* else another start has begun */
		text_addf(k->t, "%s. ", k->why);
}

/* Is LIMIT one that recycles who leaks, and nobody else? Who was killed must have been seen to grow, not only be seen before it did:
 * it is looked at once a second. And who lives has less. */
static bool
tells_leaks(const struct known *k, int64_t limit)
{
	const struct workers *living = k->sampler != NULL ? &k->sampler->workers : NULL;
	int64_t grown = k->last->slope > 0 ? k->last->slope / 1000 * k->last->age / 60 : 0;

	for (uint32_t i = 0; living != NULL && i < living->count; i++)
		if (living->at[i].pss >= limit)
			return false;
	return grown >= k->last->rss / 4;
}

/* A limit that recycles a worker before it gets as large as the one that was killed. */
static void
on_memory(const struct known *k)
{
	int64_t bytes = k->last != NULL ? (k->last->pss > 0 ? k->last->pss : k->last->rss) : -1;
	int64_t limit = bytes / 10 * 8 >> 20
			<< 20; /* four fifths, in whole MiB: below what it had, and can be pasted */

	if (k->last != NULL && k->last->oom && k->last->limit_reached == 0)
		text_add(k->t,
			"Its own limit was not reached: the machine, or a group around it, ran out of memory, and others have a part in "
			"that. ");
	if (bytes <= 0)
		return;
	text_add(k->t, "It had ");
	text_add_size(k->t, (uint64_t)bytes);
	if (!tells_leaks(k, limit)) {
		text_addf(k->t, " when it was last looked at, and was one of %u. ", k->workers);
		return;
	}
	text_addf(k->t, " and was one of %u: memory_max_worker = ", k->workers);
	text_add_size(k->t, (uint64_t)limit);
	text_add(k->t, " recycles a worker before that. ");
}

static void
on_queue(const struct known *k)
{
	int64_t queue = k->sampler != NULL ? k->sampler->queue : -1;
	msec wait = queue > 0 ? samples_wait(k->sampler) : -1;

	if (queue <= 0)
		return;
	text_addf(k->t, "%lld wait for %u", (long long)queue, k->workers);
	if (wait > 0) {
		text_add(k->t, ", about ");
		text_add_duration(k->t, wait);
		text_add(k->t, " each");
	}
	text_add(k->t, ". ");
}

static bool
is_share(int32_t hundredths, int32_t per_cent)
{
	return hundredths >= per_cent * 100;
}

/* Who waits for a processor waits no less when there are more of them. */
static void
on_processors(const struct known *k)
{
	if (is_share(k->strain->steal, 10))
		text_addf(k->t, "The host of this machine gave %d %% of its processors' time to others. ",
			(int)k->strain->steal / 100);
	if (is_share(k->strain->cpu_pressure, 50))
		text_addf(k->t,
			"For %d %% of the time somebody waited for a processor: more workers would wait as well. ",
			(int)k->strain->cpu_pressure / 100);
}

/* A worker that has as many connections as it may accepts no more. */
static void
on_connections(const struct known *k)
{
	const struct record_strain *s = k->strain;

	/* nine tenths: they are counted one after the other, so never all at one moment */
	if (s->open_most <= 0 || s->open < s->open_most - s->open_most / 10)
		return;
	text_addf(k->t,
		"Its workers hold %lld of the %lld connections that they may: worker_connections = %u lets them hold "
		"twice as many. ",
		(long long)s->open, (long long)s->open_most, k->settings->connections * 2);
}

/* The kernel cuts what listen(2) is given to net.core.somaxconn. */
static void
on_room(const struct known *k)
{
	const struct record_strain *s = k->strain;

	if (s->dropped <= 0)
		return;
	text_addf(k->t, "%lld times one found no room", (long long)s->dropped);
	if (s->room > 0)
		text_addf(k->t, " in a queue for %lld", (long long)s->room);
	text_add(k->t, ". ");
	if (s->room > 0 && s->room < k->backlog)
		text_addf(k->t,
			"net.core.somaxconn keeps it to that: sysctl -w net.core.somaxconn=%u, for the backlog "
			"that is set. ",
			k->backlog);
	else if (s->room > 0)
		text_addf(k->t, "backlog = %lld holds twice as many, if net.core.somaxconn lets it. ",
			(long long)s->room * 2);
}

static void
on_queue_standing(const struct known *k)
{
	on_queue(k);
	if (k->strain == NULL)
		return;
	on_room(k);
	on_connections(k);
	on_processors(k);
}

static void
on_queue_full(const struct known *k)
{
	if (k->strain != NULL)
		on_room(k);
}

static void
on_spin(const struct known *k)
{
	if (k->about != NULL)
		text_addf(k->t, "It is worker %d: py-spy dump --pid %d. ", (int)k->about->pid, (int)k->about->pid);
}

static void
on_descriptors(const struct known *k)
{
	const struct worker *who = k->about;

	if (who != NULL && who->fds > 0 && who->fds_most > 0)
		text_addf(k->t, "Worker %d has %d of %lld: limit_nofile = %lld lets it have twice as many. ",
			(int)who->pid, (int)who->fds, (long long)who->fds_most, (long long)who->fds_most * 2);
}

/* Causes that are not here have the sentence of causes.def alone, which needs no figures. */
static const struct {
	enum cause cause;
	adviser *advise;
} advisers[] = {
	{ CAUSE_TIMEOUT, on_timeout },
	{ CAUSE_BOOT_TIMEOUT, on_timeout },
	{ CAUSE_FORCED_KILL, on_forced },
	{ CAUSE_START_TIMEOUT, on_start_timeout },
	{ CAUSE_COMMAND_FAILED, on_command },
	{ CAUSE_OOM_KILL, on_memory },
	{ CAUSE_QUEUE_STANDS, on_queue_standing },
	{ CAUSE_QUEUE_OVERFLOWS, on_queue_full },
	{ CAUSE_WORKER_SPINS, on_spin },
	{ CAUSE_FD_SCARCE, on_descriptors },
};

/* Who did it need not be looked for where it was asked of us. */
static const char *
sentence(const struct record *incident)
{
	enum cause cause = incident->incident->verdict.cause;

	return cause == CAUSE_MASTER_KILLED && incident->asked != NULL ?
		"That was asked for. bridle stop and bridle restart end a master without cutting requests." :
		causes[cause].advice;
}

void
advice_give(const struct service *s, const struct page_service *record, const struct record *incident,
	const struct worker *about, unsigned alike, char words[ADVICE_WORDS])
{
	enum cause cause = incident->incident->verdict.cause;
	struct text t;
	const struct known k = {
		.settings = record != NULL ? &record->settings : NULL,
		.workers = record != NULL ? record->wanted : 0,
		.why = record != NULL ? record->why : "",
		.backlog = record != NULL && record->listeners > 0 ? record->listener[0].backlog : 0,
		.sampler = s->sampler,
		.last = incident->deaths_count > 0 ? &incident->deaths[incident->deaths_count - 1] : NULL,
		.strain = incident->strain,
		.about = about,
		.t = &t,
	};

	text_init(&t, words, ADVICE_WORDS);
	if (alike > 0)
		text_addf(&t,
			"The same within a minute in %u other service%s: suspect what they share first, a "
			"database, a disk, this machine. ",
			alike, alike > 1 ? "s" : "");
	for (unsigned i = 0; record != NULL && i < sizeof advisers / sizeof advisers[0]; i++)
		if (advisers[i].cause == cause)
			advisers[i].advise(&k);
	/* behind the figures: what is particular to this service comes first */
	text_add(&t, sentence(incident));
}
