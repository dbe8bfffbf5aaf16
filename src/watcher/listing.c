#include "watcher/listing.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "core/figures.h"
#include "core/life.h"
#include "os/process.h"
#include "watcher/pools.h"
#include "watcher/queues.h"
#include "watcher/reasons.h"
#include "watcher/watch.h"
#include "wire/jsonw.h"
#include "wire/statsd.h"
#include "wire/varlink.h"

static const char safe_mode[] =
	"bridled crashed again and again, so it keeps what runs and decides nothing: see its log, then 'bridle reexec'";

/* Whether it is replaced for that, or goes down and up, depends on the service. */
static const char outdated[] = "it runs with other settings than those of now: 'bridle reload' takes these up";

static void
write_worker(struct jsonw *j, const struct worker *worker, msec now)
{
	/* without CAP_SYS_PTRACE it is not, of other users' workers */
	bool seen = worker->heartbeat != HEARTBEAT_UNKNOWN;

	jsonw_object_open(j);
	jsonw_key_integer(j, "pid", worker->pid);
	jsonw_key_integer(j, "generation", worker->generation);
	jsonw_key_thousandths(j, "age", now - worker->started);
	jsonw_known_bool(j, "booted", seen, worker->heartbeat == HEARTBEAT_BEATING);
	jsonw_known_thousandths(j, "heartbeat", worker->heartbeat == HEARTBEAT_BEATING, worker->beat);
	jsonw_known_thousandths(j, "cpu", worker->cpu >= 0, (int64_t)(worker->cpu * 1000));
	jsonw_known_integer(j, "rss", worker->rss >= 0, worker->rss);
	jsonw_known_integer(j, "pss", worker->pss >= 0, worker->pss);
	jsonw_known_integer(j, "threads", worker->threads > 0, worker->threads);
	jsonw_known_integer(j, "fds", worker->fds >= 0, worker->fds);
	jsonw_key_string(j, "state", worker->state != '\0' ? (const char[]){ worker->state, '\0' } : NULL);
	jsonw_object_close(j);
}

/* The key is there in any case, but an empty list would say that nobody works: of a brief answer nobody was looked at. */
static void
write_workers(struct jsonw *j, const struct service *s, bool brief, msec now)
{
	if (brief) {
		jsonw_key_null(j, "workers");
		return;
	}
	jsonw_key(j, "workers");
	jsonw_array_open(j);
	for (uint32_t i = 0; s->sampler != NULL && i < s->sampler->workers.count; i++)
		write_worker(j, &s->sampler->workers.at[i], now);
	jsonw_array_close(j);
}

/* The word number I of WORDS, which one blank parts from the next; "" where there are fewer. */
static const char *
word_at(const char *words, unsigned i)
{
	for (; i > 0 && *words != '\0'; i--) {
		words += strcspn(words, " ");
		words += *words == ' ';
	}
	return words;
}

/* Word I of the addresses, or what the socket itself tells. */
static void
write_address(struct jsonw *j, const struct page_service *record, unsigned i)
{
	const char *p = word_at(record->addresses, i);
	size_t n = strcspn(p, " ");
	char words[32];

	jsonw_key(j, "address");
	if (n > 0) {
		jsonw_stringn(j, p, n);
		return;
	}
	snprintf(words, sizeof words, ":%u", record->listener[i].port);
	jsonw_string(j, record->listener[i].port == 0 ? "unix" : words);
}

static void
write_listeners(struct jsonw *j, struct watcher *w, struct page_service *record, bool brief)
{
	struct sockdiag_query answers[PAGE_LISTENERS];
	unsigned n = record->listeners < PAGE_LISTENERS ? record->listeners : PAGE_LISTENERS;

	if (brief) {
		jsonw_key_null(j, "listeners");
		return;
	}
	record->addresses[PAGE_ADDRESSES - 1] = '\0'; /* a copy of ours (services_read): it may be written to */
	jsonw_key(j, "listeners");
	jsonw_array_open(j);
	queues_of(w, record, answers);
	for (unsigned i = 0; i < n; i++) {
		jsonw_object_open(j);
		write_address(j, record, i);
		jsonw_known_integer(j, "queue", answers[i].queue >= 0, answers[i].queue);
		jsonw_key_integer(j, "backlog",
			/* in effect: net.core.somaxconn may have cut what was asked for (listen(2)) */
			answers[i].backlog != 0 ? answers[i].backlog : record->listener[i].backlog);
		jsonw_object_close(j);
	}
	jsonw_array_close(j);
}

/* What a look of its own would cost is not spent here: of a brief list these are as the last look left them. Who does not run
 * (LIVES) is not looked at, and what the last look weighed is gone. */
static void
write_figures(struct jsonw *j, const struct service *s, const struct page_service *record, bool lives, msec now)
{
	const struct sampler *sampler = s->sampler;
	bool sampled = sampler != NULL && sampler->looked != 0;
	int64_t memory = sampled && lives ? samples_memory(sampler) : -1;
	msec wait;

	jsonw_known_integer(j, "workers_wanted", record->kind == PAGE_GUNICORN, record->wanted);
	/* of those whose heartbeats cannot be seen nobody knows */
	jsonw_known_integer(j, "workers_booted", sampled && !sampler->workers.blind,
		sampled ? pools_seen(sampler, record, now).booted : 0);
	jsonw_known_integer(j, "memory", memory >= 0, memory);
	jsonw_known_integer(j, "queue", sampled && sampler->queue >= 0, sampled ? sampler->queue : 0);
	wait = sampled ? samples_wait(sampler) : -1;
	jsonw_known_thousandths(j, "queue_wait", wait >= 0, wait);
}

/* By class of status: 1xx to 5xx, in this order, zeros too. */
static void
write_counts(struct jsonw *j, const char *key, const uint64_t counts[FIGURES_CLASSES])
{
	jsonw_key(j, key);
	jsonw_array_open(j);
	for (unsigned i = 0; i < FIGURES_CLASSES; i++)
		jsonw_integer(j, (int64_t)counts[i]);
	jsonw_array_close(j);
}

/* What it told of itself (metrics.h). */
static void
write_told(struct jsonw *j, const struct sampler *sampler, msec now)
{
	struct figures *f = sampler != NULL ? sampler->figures : NULL;
	struct figures_view v;

	if (f == NULL) {
		jsonw_key_null(j, "figures");
		return;
	}
	v = figures_look(f, now);
	jsonw_key(j, "figures");
	jsonw_object_open(j);
	jsonw_key_thousandths(j, "since", now - f->since);
	jsonw_key_integer(j, "requests", (int64_t)f->requests);
	write_counts(j, "status", f->status);
	jsonw_key_integer(j, "critical", (int64_t)f->logged[STATSD_CRITICAL]);
	jsonw_key_integer(j, "errors", (int64_t)f->logged[STATSD_ERROR]);
	jsonw_key_integer(j, "warnings", (int64_t)f->logged[STATSD_WARNING]);
	jsonw_key_integer(j, "exceptions", (int64_t)f->logged[STATSD_EXCEPTION]);
	jsonw_key_thousandths(j, "rate", v.rate);
	write_counts(j, "recent", v.status);
	jsonw_known_thousandths(j, "mean_ms", v.mean >= 0, v.mean);
	jsonw_known_thousandths(j, "p50_ms", v.median >= 0, v.median);
	jsonw_known_thousandths(j, "p95_ms", v.worst >= 0, v.worst);
	jsonw_known_integer(j, "workers", sampler->told_workers >= 0, sampler->told_workers);
	jsonw_object_close(j);
}

static void
write_words(struct jsonw *j, const struct watcher *w, const struct page_service *record)
{
	char words[384];
	struct text t;

	text_init(&t, words, sizeof words);
	reasons_of_state(&t, record);
	jsonw_key_string(j, "reason", words);
	text_init(&t, words, sizeof words);
	jsonw_key_string(j, "last_end", reasons_of_end(&t, record) ? words : NULL);
	if (record->settings.log != PAGE_LOG_FILE && record->settings.log != PAGE_LOG_BOTH) {
		jsonw_key_null(j, "log");
		return;
	}
	/* Where the watcher writes it (logs.c): from `log` alone nobody knows the directory. */
	snprintf(words, sizeof words, "%s/%s/current", services_header(&w->services)->log_dir, record->name);
	jsonw_key_string(j, "log", words);
}

/* Words with blanks between them, as for the other lists of names that the interface has. */
static void
write_withheld(struct jsonw *j, const struct page_service *record)
{
	char words[384];
	struct text t;

	text_init(&t, words, sizeof words);
	for (enum page_withheld bit = 0; bit < PAGE_WITHHELD_COUNT; bit++)
		if (record->settings.withheld >> bit & 1)
			text_addf(&t, "%s%s", t.len > 0 ? " " : "", page_withheld_key(bit));
	jsonw_key_string(j, "withheld", t.len > 0 ? words : NULL);
}

static void
write_service(struct jsonw *j, struct watcher *w, struct service *s, struct page_service *record, bool brief)
{
	const struct page_generation *g = services_generation(record, record->generation);
	bool lives = g != NULL && g->master > 0;
	msec now = clock_now();

	jsonw_object_open(j);
	jsonw_key_string(j, "name", record->name);
	jsonw_key_string(j, "kind", record->kind == PAGE_GUNICORN ? "gunicorn" : "program");
	jsonw_key_string(j, "state", life_state_name((enum life_state)record->state));
	jsonw_key_thousandths(j, "since", now - record->since);
	jsonw_known_thousandths(j, "due", record->due != MSEC_NEVER, record->due > now ? record->due - now : 0);
	jsonw_key_integer(j, "generation", record->generation);
	jsonw_known_integer(j, "master", lives, lives ? g->master : 0);
	jsonw_known_thousandths(j, "uptime", lives, lives ? now - g->started : 0);
	jsonw_key_integer(j, "restarts", record->restarts);
	write_words(j, w, record);
	jsonw_key_string(j, "says", proofs_status(w, s->slot)[0] != '\0' ? proofs_status(w, s->slot) : NULL);
	write_withheld(j, record);
	jsonw_key_string(j, "outdated", record->outdated ? outdated : NULL);
	jsonw_key_string(j, "safe_mode", services_header(&w->services)->safe ? safe_mode : NULL);
	write_figures(j, s, record, lives, now);
	write_told(j, s->sampler, now);
	write_workers(j, s, brief, now);
	write_listeners(j, w, record, brief);
	jsonw_object_close(j);
}

static void
write_slot(struct jsonw *j, struct watcher *w, uint32_t slot, bool brief, enum workers_depth depth)
{
	struct service *s = &w->services.at[slot];
	struct page_service record;

	if (!services_read(&w->services, slot, &record))
		return;
	/* figures lie in the socket for up to 100 ms (metrics.h): they belong to what is asked now */
	if (!brief && s->sampler != NULL) {
		metrics_take(w);
		samples_look(w, s, &record, depth);
	}
	write_service(j, w, s, &record, brief);
}

char *
listing_frame(struct watcher *w, const uint32_t *slot, bool brief, size_t *length)
{
	struct jsonw j;

	varlink_reply_open(&j);
	jsonw_key(&j, "services");
	jsonw_array_open(&j);
	/* PSS makes the kernel walk every page (smaps_rollup, proc_pid_smaps(5)): of one service, not of thousands */
	if (slot != NULL)
		write_slot(&j, w, *slot, brief, WORKERS_ALL);
	for (uint32_t i = 0; slot == NULL && i < services_header(&w->services)->used; i++)
		write_slot(&j, w, i, brief, WORKERS_FIGURES);
	jsonw_array_close(&j);
	return varlink_reply_take(&j, length);
}
