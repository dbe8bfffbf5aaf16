#include "watcher/chronicle.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "core/figures.h"
#include "core/life.h"
#include "watcher/jsonl.h"
#include "watcher/pools.h"
#include "watcher/reasons.h"
#include "watcher/watch.h"

enum {
	FRESH = 12000,    /* ms for which a look says how things stand */
	NEWEST = 1 << 16, /* bytes of the file in which its latest line is looked for */
	TOLERANCE = 50,   /* ms between a move and its line */
	GATHERED = 1 << 14
};

static struct jsonl
file_of(const struct watcher *w)
{
	return (struct jsonl){ "history.jsonl", "history.jsonl.1",
		CHRONICLE_FILE_SIZE + (off_t)services_header(&w->services)->used * CHRONICLE_SERVICE_SIZE };
}

/* ---- writing ---- */

static void
append(struct watcher *w, const char *lines, size_t length)
{
	const struct jsonl file = file_of(w);
	bool ok = lines != NULL && jsonl_append(&file, w->logs.log_dir, lines, length);

	/* said once, when it begins: each service that moves would say it again */
	if (!ok && !w->chronicle.failed)
		log_warning("what happens is not in '%s': %s", file.name,
			lines == NULL ? "no memory" : strerror(errno));
	w->chronicle.failed = !ok;
}

static void
append_gathered(struct watcher *w)
{
	struct chronicle *c = &w->chronicle;

	if (c->gathered > 0)
		/* the last newline is jsonl_append's to write */
		append(w, c->lines, c->gathered - 1);
	c->gathered = 0;
}

/* LINE with its newline, LENGTH bytes. */
static void
gather(struct watcher *w, const char *line, size_t length)
{
	struct chronicle *c = &w->chronicle;

	_Static_assert((int)HAPPENING_MAX <= (int)GATHERED, "one has room");
	if (length > GATHERED - c->gathered)
		append_gathered(w);
	memcpy(c->lines + c->gathered, line, length);
	c->gathered += length;
}

static void
keep(struct watcher *w, const struct happening *h)
{
	struct jsonw j;
	size_t length;
	char *line;

	jsonw_init(&j, HAPPENING_MAX);
	happening_write(&j, h);
	line = jsonw_take(&j, &length);
	if (line == NULL || w->chronicle.lines == NULL) {
		append(w, line, line == NULL ? 0 : length - 1);
	} else {
		line[length - 1] = '\n';
		gather(w, line, length);
	}
	free(line);
}

void
chronicle_gather(struct watcher *w)
{
	w->chronicle.lines = malloc(GATHERED); /* without: each is written as it comes */
}

void
chronicle_append(struct watcher *w)
{
	append_gathered(w);
	free(w->chronicle.lines);
	w->chronicle.lines = NULL;
}

/* How things stood with S when it was looked at last, unless that is long ago. */
static void
note_figures(struct happening *h, const struct service *s, const struct page_service *record)
{
	struct sampler *sampler = s->sampler;
	msec now = clock_now();

	if (sampler == NULL || sampler->looked == 0 || now - sampler->looked > FRESH)
		return;
	h->workers = sampler->workers.blind ? -1 : (int64_t)pools_seen(sampler, record, now).booted;
	h->bytes = samples_memory(sampler);
	h->queue = sampler->queue;
	if (sampler->figures != NULL)
		h->rate = figures_look(sampler->figures, now).rate;
}

static struct happening
about(enum happening_kind kind, const struct service *s, msec time)
{
	struct happening h = happening_make(kind, time);

	if (s != NULL)
		text_copy(h.service, sizeof h.service, s->name);
	return h;
}

/* A generation whose master has ended has no pid any more: 0, which the journal writes as null. */
static void
note_master(struct happening *h, const struct page_service *record, uint32_t generation)
{
	const struct page_generation *g = services_generation(record, generation);

	h->generation = generation;
	h->pid = g != NULL ? g->master : 0;
}

/* ---- moves ---- */

/* What nobody asked for. A first death of what ran well is made good at once, and is one all the same. */
static bool
is_alarm(enum life_state to, enum life_event event)
{
	return to == LIFE_FAILED || to == LIFE_WAITING || to == LIFE_RETRYING || event == ON_NEXT_DIED ||
		event == ON_DIED_NOW;
}

void
chronicle_moved(struct watcher *w, struct service *s, const struct link_record *move)
{
	struct happening h = about(HAPPENING_MOVED, s, clock_wall());
	struct page_service record;
	struct text t;

	/* what happened before we began is written by chronicle_open(), from the page, and the link may bring it as well */
	if (!services_read(&w->services, s->slot, &record) || record.since <= w->chronicle.opened)
		return;
	text_copy(h.what, sizeof h.what, life_state_name((enum life_state)move->to));
	text_init(&t, h.words, sizeof h.words);
	reasons_of_move(&t, &record, move);
	h.alarm = is_alarm((enum life_state)move->to, (enum life_event)move->event);
	note_master(&h, &record, record.generation);
	if (life_event_ends((enum life_event)move->event)) {
		h.pid = move->pid;
		h.generation = move->generation;
	}
	if (move->from == LIFE_RUNNING) /* in any other state only heartbeats are looked at */
		note_figures(&h, s, &record);
	keep(w, &h);
}

/* The state that S is in, from the page alone. */
static void
keep_state(struct watcher *w, const struct service *s, const struct page_service *record, msec time)
{
	struct happening h = about(HAPPENING_MOVED, s, time);
	struct text t;

	text_copy(h.what, sizeof h.what, life_state_name((enum life_state)record->state));
	text_init(&t, h.words, sizeof h.words);
	reasons_of_state(&t, record);
	h.alarm = is_alarm((enum life_state)record->state, (enum life_event)record->event);
	note_master(&h, record, record->generation);
	keep(w, &h);
}

/* ---- beginning ---- */

static void
note_latest(void *context, const char *line, size_t length)
{
	msec *latest = context;
	struct happening h;

	if (happening_read(&h, line, length) && h.time > *latest)
		*latest = h.time;
}

/* There may be a gap before it: whoever reads the journal sees where. */
static void
keep_beginning(struct watcher *w, msec wall)
{
	const struct page_header *page = services_header(&w->services);
	struct happening h = happening_make(HAPPENING_BEGAN, wall);

	if (page->watcher_restarts > 0) {
		text_copy(h.what, sizeof h.what, "watcher");
		text_copy(h.words, sizeof h.words, "the process that looks was started again; services did not notice");
		h.alarm = true;
	} else {
		text_copy(h.what, sizeof h.what, "bridled");
		text_copy(h.words, sizeof h.words,
			page->reexecs > 0 ? "bridled went on as another program" : "bridled was started");
	}
	keep(w, &h);
}

void
chronicle_open(struct watcher *w)
{
	const struct jsonl file = file_of(w);
	msec now = clock_now(), wall = clock_wall(), latest = 0;

	w->chronicle = (struct chronicle){ .opened = now };
	jsonl_read(&file, w->logs.log_dir, NEWEST, HAPPENING_MAX, note_latest, &latest);
	/* else nothing would be later than the journal, and moves that nobody has told would never be in it */
	if (latest > wall)
		latest = 0; /* the clock was set back */
	keep_beginning(w, wall);
	for (uint32_t i = 0; i < w->services.count; i++) {
		struct page_service record;

		if (services_read(&w->services, i, &record) && record.since > 0 &&
			/* one that is in the file is not written again by the next watcher */
			wall - (now - record.since) > latest + TOLERANCE)
			keep_state(w, &w->services.at[i], &record, wall - (now - record.since));
	}
}

/* ---- deeds, scalings, incidents ---- */

/* What is asked for, as it is typed. */
static void
add_deed(struct text *t, enum link_deed deed, int64_t arg)
{
	static const char *const words[DEEDS] = {
		[DEED_START] = "start",
		[DEED_STOP] = "stop",
		[DEED_RESTART] = "restart",
		[DEED_RESTART_COLD] = "restart --cold",
		[DEED_RELOAD] = "reload",
		[DEED_SIGNAL] = "signal ",
		[DEED_SCALE] = "scale ",
		[DEED_REREAD] = "reload of the configuration",
		[DEED_SHUTDOWN] = "shutdown",
		[DEED_TAKE] = "takeover",
		[DEED_REEXEC] = "reexec",
	};

	text_add(t, words[deed] != NULL ? words[deed] : "a deed");
	if (deed == DEED_SIGNAL)
		text_add(t, link_signal_name((int)arg));
	if (deed == DEED_SCALE)
		text_addf(t, "%lld", (long long)arg);
}

void
chronicle_asked(struct watcher *w, struct service *s, enum link_deed deed, int64_t arg, uint32_t uid, msec at)
{
	struct happening h = about(HAPPENING_ASKED, s, clock_wall() - (clock_now() - at));
	struct page_service record;
	struct text t;

	text_init(&t, h.what, sizeof h.what);
	add_deed(&t, deed, arg);
	h.uid = uid;
	if (s != NULL && services_read(&w->services, s->slot, &record))
		note_figures(&h, s, &record);
	keep(w, &h);
}

void
chronicle_scaled(struct watcher *w, struct service *s, uint32_t from, uint32_t to, const char *words)
{
	struct happening h = about(HAPPENING_SCALED, s, clock_wall());
	struct page_service record;

	snprintf(h.what, sizeof h.what, "%u -> %u", from, to);
	text_copy(h.words, sizeof h.words, words);
	if (services_read(&w->services, s->slot, &record))
		note_figures(&h, s, &record);
	keep(w, &h);
}

void
chronicle_incident(struct watcher *w, struct service *s, const struct incident *i, bool alarm)
{
	struct happening h = about(HAPPENING_INCIDENT, s, clock_wall());
	struct page_service record;

	text_copy(h.what, sizeof h.what, incident_name(i));
	text_copy(h.words, sizeof h.words, causes[i->verdict.cause].what);
	h.alarm = alarm;
	if (services_read(&w->services, s->slot, &record)) {
		note_master(&h, &record, record.generation);
		note_figures(&h, s, &record);
	}
	keep(w, &h);
}

/* ---- reading ---- */

struct reading {
	const char *name;
	char wanted[PAGE_NAME + 16]; /* as our own lines have it: others are not taken apart */
	chronicle_take *take;
	void *context;
};

/* First by bytes: most lines are of other services, and parsing is what takes the time. */
static void
take_line(void *context, const char *line, size_t length)
{
	static const char ours[] = "\"service\":\"\""; /* about none: of bridled and the watcher, for everybody */
	const struct reading *r = context;
	struct happening h;

	if (memmem(line, length, r->wanted, strlen(r->wanted)) == NULL &&
		memmem(line, length, ours, sizeof ours - 1) == NULL)
		return;
	if (happening_read(&h, line, length) && (h.service[0] == '\0' || strcmp(h.service, r->name) == 0))
		r->take(r->context, &h);
}

void
chronicle_read(struct watcher *w, const struct service *s, chronicle_take *take, void *context)
{
	const struct jsonl file = file_of(w);
	struct reading r = { .name = s->name, .take = take, .context = context };

	snprintf(r.wanted, sizeof r.wanted, "\"service\":\"%s\"", s->name);
	jsonl_read(&file, w->logs.log_dir, (size_t)file.most + HAPPENING_MAX, HAPPENING_MAX, take_line, &r);
}
