#include "watcher/counsel.h"

#include "watcher/measures.h"
#include "watcher/watch.h"
#include "wire/jsonw.h"
#include "wire/varlink.h"

enum { SENTENCE = 320 };

static void
write_missing(struct jsonw *j, const struct advise_list *l, const struct advise_measures *m)
{
	jsonw_key(j, "missing");
	jsonw_array_open(j);
	for (unsigned i = 0; i < ADVISE_MISSING_COUNT; i++) {
		char words[SENTENCE];
		struct text t;

		if ((l->missing & 1U << i) == 0)
			continue;
		text_init(&t, words, sizeof words);
		counsel_missing(&t, (enum advise_missing)i, m);
		jsonw_string(j, words);
	}
	jsonw_array_close(j);
}

/* What is right already is among it: who asks wants to know that it was looked at. */
static void
write_advice(struct jsonw *j, const struct advise_list *l, const struct advise_measures *m)
{
	jsonw_key(j, "advice");
	jsonw_array_open(j);
	for (unsigned i = 0; i < l->count; i++) {
		const struct advice *a = &l->at[i];
		char words[SENTENCE];
		struct text t;

		jsonw_object_open(j);
		jsonw_key_string(j, "key", advise_key_name(a->key));
		text_init(&t, words, sizeof words);
		counsel_value(&t, a);
		jsonw_key_string(j, "value", words);
		jsonw_key_bool(j, "kept", a->kept);
		text_init(&t, words, sizeof words);
		counsel_reason(&t, l, m, a);
		jsonw_key_string(j, "reason", words);
		jsonw_object_close(j);
	}
	jsonw_array_close(j);
}

static void
write_known(struct jsonw *j, const char *key, bool thousandths, int64_t value)
{
	if (thousandths)
		jsonw_known_thousandths(j, key, value >= 0, value);
	else
		jsonw_known_integer(j, key, value >= 0, value);
}

static void
write_measures(struct jsonw *j, const struct advise_measures *m)
{
	bool timed = m->timed > 0; /* requests may have been counted, and none timed */

	jsonw_key(j, "measures");
	jsonw_object_open(j);
	write_known(j, "since", true, m->since);
	write_known(j, "watched", true, m->watched);
	write_known(j, "requests", false, (int64_t)m->requests);
	write_known(j, "rate", true, m->busiest);
	write_known(j, "mean_ms", true, timed ? m->us / (int64_t)m->timed : -1);
	write_known(j, "longest_ms", true, timed ? m->longest : -1);
	write_known(j, "cpu", true, m->cpu_us / 1000);
	write_known(j, "standing", false, m->standing);
	write_known(j, "starved", false, m->starved);
	write_known(j, "timeouts", false, m->timeouts);
	write_known(j, "worker", false, m->worker > 0 ? m->worker : -1);
	write_known(j, "master", false, m->master > 0 ? m->master : -1);
	write_known(j, "rss", false, m->rss);
	write_known(j, "pss", false, m->pss);
	/* over less, what it took at its start looks like growth */
	jsonw_known_integer(j, "growth", m->growth_over >= ADVISE_GROWTH_TIME, m->growth);
	write_known(j, "memory", false, m->memory);
	write_known(j, "cpus", false, m->cpus);
	jsonw_object_close(j);
}

char *
counsel_frame(struct watcher *w, struct service *s, const struct page_service *record, size_t *length)
{
	struct advise_measures m;
	struct advise_list l;
	struct jsonw j;

	inquiry_look(w, s); /* a worker that was ended just now counts */
	/* looked at now, not at the last tick: who asks again after a change wants to see it */
	measures_take(w, s, record, &m);
	advise(&l, &m);
	varlink_reply_open(&j);
	write_missing(&j, &l, &m);
	write_advice(&j, &l, &m);
	write_measures(&j, &m);
	return varlink_reply_take(&j, length);
}
