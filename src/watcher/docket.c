#include "watcher/docket.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "judge/phase.h"
#include "judge/record.h"
#include "watcher/jsonl.h"
#include "watcher/watch.h"

static const struct jsonl file = { "incidents.jsonl", "incidents.jsonl.1", DOCKET_FILE_SIZE };
enum { READ_BACK = 1 << 20 /* bytes of each file that are looked at again */ };

/* ---- in memory ---- */

static bool
is_of(const struct docket_entry *e, const struct cause_verdict *v, const char *own)
{
	/* the same trouble in another phase is another incident: a crash at boot is not one under load */
	return v == NULL || (e->cause == v->cause && e->phase == v->phase && (own == NULL || strcmp(e->own, own) == 0));
}

/* Numbers grow by one, so that each has its place, and finds there only itself or a later one. */
struct docket_entry *
docket_find(struct service *s, uint32_t number)
{
	struct docket_entry *e = s->docket != NULL ? &s->docket->at[number % DOCKET_KEPT] : NULL;

	return e != NULL && number != 0 && e->number == number ? e : NULL;
}

struct docket_entry *
docket_latest(struct service *s, const struct cause_verdict *v, const char *own)
{
	struct docket_entry *latest = NULL;

	for (unsigned i = 0; s->docket != NULL && i < DOCKET_KEPT; i++) {
		struct docket_entry *e = &s->docket->at[i];

		if (e->number == 0 || !is_of(e, v, own))
			continue;
		if (latest == NULL || e->last > latest->last)
			latest = e;
	}
	return latest;
}

static bool
put(struct service *s, const struct docket_entry *entry)
{
	struct docket_entry *to;

	if (s->docket == NULL)
		s->docket = calloc(1, sizeof *s->docket);
	if (s->docket == NULL || entry->number == 0)
		return false;
	to = &s->docket->at[entry->number % DOCKET_KEPT];
	if (to->number > entry->number) /* places are given in turn: this one is too old to be kept */
		return false;
	free(to->json);
	*to = *entry;
	if (entry->number > s->docket->count)
		s->docket->count = entry->number;
	return true;
}

void
docket_free(struct docket *d)
{
	for (unsigned i = 0; d != NULL && i < DOCKET_KEPT; i++)
		free(d->at[i].json);
	free(d);
}

/* ---- the file ---- */

void
docket_keep(struct watcher *w, struct service *s, struct docket_entry entry, bool to_file)
{
	if (to_file && !jsonl_append(&file, w->logs.log_dir, entry.json, entry.length))
		log_warning("an incident is not in '%s': %s", file.name, strerror(errno));
	/* in memory all the same: a full disk may be what it is about */
	if (!put(s, &entry))
		free(entry.json);
}

/* The line is written once more, whole: whoever reads the file takes the last of each number. */
void
docket_amend(struct watcher *w, struct service *s, const struct cause_verdict *v, const char *words)
{
	struct docket_entry *e = docket_latest(s, v, NULL), amended;
	json_t *object = e != NULL ? json_loadb(e->json, e->length, 0, NULL) : NULL;

	if (object == NULL)
		return;
	amended = *e;
	json_object_set_new(object, "did", json_string(words));
	/* times are milliseconds since 1970: thirteen digits and three */
	amended.json = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(16));
	json_decref(object);
	if (amended.json == NULL)
		return;
	amended.length = strlen(amended.json);
	docket_keep(w, s, amended, true);
}

/* ---- reading back ---- */

/* A name that the catalogue does not have is one of the user's. */
static void
take_class(struct docket_entry *e, const char *word)
{
	e->cause = CAUSE_UNKNOWN;
	for (unsigned i = 0; word != NULL && i < CAUSES; i++)
		if (strcmp(causes[i].name, word) == 0) {
			e->cause = (enum cause)i;
			return;
		}
	if (word != NULL && text_copy(e->own, sizeof e->own, word))
		e->cause = CAUSE_OWN;
}

/* Of a time since 1970. What is none, or of an age that no clock shows, is 0: to convert it would be undefined (C11 6.3.1.4). */
static msec
milliseconds(const json_t *object, const char *key)
{
	double seconds = json_number_value(json_object_get(object, key));

	return seconds > 0 && seconds < 1e12 ? (msec)(seconds * 1000) : 0;
}

/* What a later version wrote, or somebody else, is passed over. */
static void
take_line(void *context, const char *line, size_t length)
{
	struct watcher *w = context;
	json_t *object = json_loadb(line, length, 0, NULL);
	const char *service = json_string_value(json_object_get(object, "service"));
	json_int_t number = json_integer_value(json_object_get(object, "number"));
	struct docket_entry e = { .length = length };
	uint32_t slot;

	if (service != NULL && json_integer_value(json_object_get(object, "version")) == RECORD_VERSION && number > 0 &&
		number < UINT32_MAX && services_find(&w->services, service, &slot) &&
		(e.json = strndup(line, length)) != NULL) {
		e.number = (uint32_t)number;
		take_class(&e, json_string_value(json_object_get(object, "class")));
		e.phase = phase_of(json_string_value(json_object_get(object, "phase")));
		e.first = milliseconds(object, "time");
		e.last = milliseconds(object, "last");
		e.times = (unsigned)json_integer_value(json_object_get(object, "times"));
		e.died = (unsigned)json_integer_value(json_object_get(object, "died"));
		e.alarm = json_is_true(json_object_get(object, "alarm"));
		docket_keep(w, &w->services.at[slot], e, false);
	}
	json_decref(object);
}

void
docket_open(struct watcher *w)
{
	jsonl_read(&file, w->logs.log_dir, READ_BACK, RECORD_MAX, take_line, w);
}
