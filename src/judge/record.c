#include "judge/record.h"

#include "base/text.h"
#include "wire/ending.h"

/* Nothing has happened yet. */
static bool
is_advice(enum cause cause)
{
	return cause == CAUSE_SINGLE_WORKER || cause == CAUSE_OVERCOMMITTED;
}

/* What was asked for is no alarm, unless it had to be forced: then something did not end as it should. */
bool
record_alarms(const struct cause_verdict *v)
{
	return v->cause == CAUSE_FORCED_KILL ||
		(!is_advice(v->cause) && v->phase != PHASE_RECYCLE && v->phase != PHASE_RELOAD &&
			v->phase != PHASE_SHUTDOWN);
}

/* Also where parts are unknown: a key that is always there is easier to read for a program than one that may be. */
static void
write_error(struct jsonw *w, const char *key, const struct traceback_error *e)
{
	jsonw_key(w, key);
	jsonw_object_open(w);
	jsonw_key_string(w, "type", e->name);
	jsonw_key_string(w, "message", e->message);
	jsonw_key_string(w, "file", e->file);
	jsonw_key_integer(w, "row", e->row);
	jsonw_object_close(w);
}

static void
write_lines(struct jsonw *w, const struct incident *i)
{
	jsonw_key(w, "lines");
	jsonw_array_open(w);
	for (unsigned k = 0; k < INCIDENT_LINES && i->lines[k].line != 0; k++) {
		jsonw_object_open(w);
		jsonw_key_integer(w, "line", (int64_t)i->lines[k].line);
		jsonw_key_string(w, "text", i->lines[k].text);
		jsonw_object_close(w);
	}
	jsonw_array_close(w);
}

static void
write_facts(struct jsonw *w, const struct incident *i)
{
	jsonw_key(w, "facts");
	jsonw_array_open(w);
	for (unsigned k = 0; k < CAUSE_FACTS && i->verdict.facts[k] != FACT_NONE; k++)
		jsonw_string(w, facts[i->verdict.facts[k]].words);
	jsonw_array_close(w);
	jsonw_key(w, "also");
	jsonw_array_open(w);
	for (unsigned k = 0; k < INCIDENT_ALSO && i->also[k] != CAUSE_UNKNOWN; k++)
		jsonw_string(w, causes[i->also[k]].name);
	jsonw_array_close(w);
}

void
incident_write(struct jsonw *w, const struct incident *i)
{
	const struct cause_entry *cause = &causes[i->verdict.cause];

	jsonw_key_string(w, "phase", cause_phases[i->verdict.phase]);
	jsonw_key_string(w, "class", incident_name(i));
	jsonw_key(w, "confidence");
	jsonw_thousandths(w, (int64_t)i->verdict.confidence * 10); /* per cent as 0 to 1 */
	jsonw_key_string(w, "what", cause->what);
	jsonw_key_string(w, "advice", cause->advice);
	write_lines(w, i);
	write_facts(w, i);
	if (i->traceback.blocks > 0) {
		write_error(w, "exception", &i->traceback.last);
		/* of one block root and last are the same */
		if (i->traceback.blocks > 1)
			write_error(w, "root_exception", &i->traceback.root);
	}
}

/* ---- deaths ---- */

static void
write_ending(struct jsonw *w, int32_t status)
{
	char words[96];
	struct text t;

	text_init(&t, words, sizeof words);
	if (status >= 0)
		ending_add(&t, status);
	jsonw_key_string(w, "ended", status >= 0 ? words : NULL);
	/* exit status or signal, as the kernel has them in one number (wait(2)); 0x80: with a core */
	jsonw_known_integer(w, "status", status >= 0 && (status & 0x7f) == 0, status < 0 ? 0 : status >> 8);
	jsonw_known_integer(w, "signal", status >= 0 && (status & 0x7f) != 0, status & 0x7f);
	jsonw_key_bool(w, "core", status >= 0 && (status & 0x7f) != 0 && (status & 0x80) != 0);
}

/* An empty word in these structs is one that was not seen: null, as for numbers. */
static const char *
known_words(const char *words)
{
	return words[0] != '\0' ? words : NULL;
}

/* Hundredths of a per cent, as per cent with three decimals. */
static void
write_share(struct jsonw *w, const char *key, int32_t hundredths)
{
	jsonw_known_thousandths(w, key, hundredths >= 0, (msec)hundredths * 10);
}

static void
write_pressures(struct jsonw *w, int32_t memory, int32_t io, int32_t cpu, bool of_group)
{
	write_share(w, "memory_pressure", memory);
	write_share(w, "io_pressure", io);
	write_share(w, "cpu_pressure", cpu);
	jsonw_key_string(w, "pressure_of", of_group ? "group" : "machine");
}

static void
write_death(struct jsonw *w, const struct record_death *d)
{
	static const char
		*const asked[] = { [DEATH_UNASKED] = NULL, [DEATH_RECYCLED] = "recycled", [DEATH_ENDED] = "ended" };

	jsonw_object_open(w);
	jsonw_key_integer(w, "pid", d->pid);
	jsonw_key_integer(w, "generation", d->generation);
	jsonw_key_thousandths(w, "time", d->at);
	write_ending(w, d->status);
	jsonw_known_bool(w, "booted", d->booted != DEATH_BOOTED_UNKNOWN, d->booted == DEATH_BOOTED);
	jsonw_key_string(w, "asked", asked[d->asked]);
	jsonw_key_bool(w, "oom", d->oom);
	jsonw_known_bool(w, "limit_reached", d->limit_reached >= 0, d->limit_reached > 0);
	jsonw_known_thousandths(w, "age", d->age >= 0, d->age);
	jsonw_known_thousandths(w, "heartbeat", d->beat >= 0, d->beat);
	jsonw_known_integer(w, "rss", d->rss >= 0, d->rss);
	jsonw_known_integer(w, "pss", d->pss >= 0, d->pss);
	jsonw_known_integer(w, "rss_per_minute", d->rss >= 0, d->slope);
	jsonw_known_thousandths(w, "cpu", d->cpu >= 0, (int64_t)(d->cpu * 1000));
	jsonw_known_integer(w, "queue", d->queue >= 0, d->queue);
	write_pressures(w, d->memory_pressure, d->io_pressure, d->cpu_pressure, d->of_group);
	jsonw_key_string(w, "state", d->state != '\0' ? (const char[]){ d->state, '\0' } : NULL);
	jsonw_key_string(w, "where", known_words(d->where));
	jsonw_known_integer(w, "requests", d->requests >= 0, d->requests);
	jsonw_object_close(w);
}

static void
write_peers(struct jsonw *w, const struct record_hang *h)
{
	jsonw_key(w, "peers");
	jsonw_array_open(w);
	for (unsigned i = 0; i < h->peer_count; i++) {
		jsonw_object_open(w);
		jsonw_key_string(w, "address", h->peers[i].address);
		jsonw_key_bool(w, "connecting", h->peers[i].connecting);
		jsonw_known_thousandths(w, "silent", h->peers[i].silent >= 0, h->peers[i].silent);
		jsonw_object_close(w);
	}
	jsonw_array_close(w);
}

static void
write_hang(struct jsonw *w, const struct record_hang *h)
{
	if (h == NULL) {
		jsonw_key_null(w, "hang");
		return;
	}
	jsonw_key(w, "hang");
	jsonw_object_open(w);
	jsonw_key_thousandths(w, "time", h->at);
	jsonw_key_thousandths(w, "heartbeat", h->beat);
	jsonw_known_thousandths(w, "cpu", h->cpu >= 0, (int64_t)(h->cpu * 1000));
	jsonw_key_string(w, "state", h->state != '\0' ? (const char[]){ h->state, '\0' } : NULL);
	jsonw_key_string(w, "call", known_words(h->call));
	jsonw_key_string(w, "where", known_words(h->where));
	jsonw_key_string(w, "stack", known_words(h->stack));
	write_peers(w, h);
	jsonw_key_string(w, "dump", known_words(h->dump));
	jsonw_object_close(w);
}

static void
write_strain(struct jsonw *w, const struct record_strain *s)
{
	if (s == NULL) {
		jsonw_key_null(w, "strain");
		return;
	}
	jsonw_key(w, "strain");
	jsonw_object_open(w);
	jsonw_known_integer(w, "queue", s->queue >= 0, s->queue);
	jsonw_known_integer(w, "room", s->room >= 0, s->room);
	jsonw_known_thousandths(w, "wait", s->wait >= 0, s->wait);
	jsonw_known_integer(w, "dropped", s->dropped >= 0, s->dropped);
	jsonw_known_integer(w, "open", s->open >= 0, s->open);
	jsonw_known_integer(w, "open_most", s->open_most >= 0, s->open_most);
	write_share(w, "steal", s->steal);
	write_pressures(w, s->memory_pressure, s->io_pressure, s->cpu_pressure, s->of_group);
	jsonw_object_close(w);
}

void
record_write(struct jsonw *w, const struct record *r)
{
	jsonw_object_open(w);
	jsonw_key_integer(w, "version", RECORD_VERSION);
	jsonw_key_string(w, "service", r->service);
	jsonw_key_integer(w, "number", r->number);
	jsonw_key_thousandths(w, "time", r->first);
	jsonw_key_thousandths(w, "last", r->last);
	jsonw_key_integer(w, "times", r->times);
	jsonw_key_bool(w, "alarm", r->alarm);
	jsonw_key_bool(w, "over", r->over);
	incident_write(w, r->incident);
	jsonw_key_string(w, "last_words", r->last_words);
	write_hang(w, r->hang);
	write_strain(w, r->strain);
	/* `advice` is the catalogue's sentence, `action` what can be done with this service's settings */
	jsonw_key_string(w, "action", r->advice);
	jsonw_key_string(w, "did", r->did);
	jsonw_key_string(w, "asked", r->asked);
	jsonw_key_integer(w, "died", r->died);
	jsonw_key(w, "deaths");
	jsonw_array_open(w);
	for (unsigned i = 0; i < r->deaths_count; i++)
		write_death(w, &r->deaths[i]);
	jsonw_array_close(w);
	jsonw_object_close(w);
}
