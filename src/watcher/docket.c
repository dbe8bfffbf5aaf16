#include "watcher/docket.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/log.h"
#include "watcher/watch.h"

static const char name[] = "incidents.jsonl", old_name[] = "incidents.jsonl.1";
enum { READ_BACK = 1 << 20 /* bytes of each file that are looked at again */ };

/* ---- in memory ---- */

struct docket_entry *
docket_find(struct service *s, uint32_t number)
{
	struct docket_entry *e = s->docket != NULL ? &s->docket->at[number % DOCKET_KEPT] : NULL;

	return e != NULL && number != 0 && e->number == number ? e : NULL;
}

struct docket_entry *
docket_latest(struct service *s, const struct cause_verdict *v)
{
	struct docket_entry *latest = NULL;

	for (unsigned i = 0; s->docket != NULL && i < DOCKET_KEPT; i++) {
		struct docket_entry *e = &s->docket->at[i];

		if (e->number == 0 || (v != NULL && (e->cause != v->cause || e->phase != v->phase)))
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
	if (to->number > entry->number)
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

static int
open_file(struct watcher *w)
{
	return openat(w->logs.log_dir, name, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0640);
}

/* Two files at most: what is older than both is history. */
static void
rotate(struct watcher *w, int fd)
{
	struct stat st;

	if (fstat(fd, &st) == 0 && st.st_size >= DOCKET_FILE_SIZE)
		renameat(w->logs.log_dir, name, w->logs.log_dir, old_name);
}

/* A disk that is full takes part of a line at most: the next one begins anew. */
static void
append(struct watcher *w, const struct docket_entry *e)
{
	int fd = open_file(w);
	struct iovec parts[] = { { e->json, e->length }, { "\n", 1 } };

	if (fd < 0 || writev(fd, parts, 2) != (ssize_t)e->length + 1)
		log_warning("an incident is not in '%s': %s", name, strerror(errno));
	if (fd < 0)
		return;
	rotate(w, fd);
	close(fd);
}

void
docket_keep(struct watcher *w, struct service *s, struct docket_entry entry, bool to_file)
{
	if (to_file)
		append(w, &entry);
	if (!put(s, &entry))
		free(entry.json);
}

/* ---- reading back ---- */

static enum cause
cause_of(const char *word)
{
	for (unsigned i = 0; word != NULL && i < CAUSES; i++)
		if (strcmp(causes[i].name, word) == 0)
			return (enum cause)i;
	return CAUSE_UNKNOWN;
}

static enum cause_phase
phase_of(const char *word)
{
	for (unsigned i = 0; word != NULL && i < PHASES; i++)
		if (strcmp(cause_phases[i], word) == 0)
			return (enum cause_phase)i;
	return PHASE_UNKNOWN;
}

static msec
milliseconds(const json_t *object, const char *key)
{
	return (msec)(json_number_value(json_object_get(object, key)) * 1000);
}

/* What a later version wrote, or somebody else, is passed over. */
static void
take_line(struct watcher *w, const char *line, size_t length)
{
	json_t *object = json_loadb(line, length, 0, NULL);
	const char *service = json_string_value(json_object_get(object, "service"));
	json_int_t number = json_integer_value(json_object_get(object, "number"));
	struct docket_entry e = { .length = length };
	uint32_t slot;

	if (service != NULL && json_integer_value(json_object_get(object, "version")) == RECORD_VERSION && number > 0 &&
		number < UINT32_MAX && services_find(&w->services, service, &slot) &&
		(e.json = strndup(line, length)) != NULL) {
		e.number = (uint32_t)number;
		e.cause = cause_of(json_string_value(json_object_get(object, "class")));
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

static void
read_back(struct watcher *w, const char *file)
{
	int fd = openat(w->logs.log_dir, file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK);
	char *bytes = fd >= 0 ? malloc(READ_BACK) : NULL, *newline;
	off_t size = fd >= 0 ? lseek(fd, 0, SEEK_END) : 0;
	ssize_t n = bytes != NULL ? pread(fd, bytes, READ_BACK, size > READ_BACK ? size - READ_BACK : 0) : 0;

	for (char *at = bytes, *end = bytes + (n > 0 ? n : 0); at < end; at = newline + 1) {
		newline = memchr(at, '\n', (size_t)(end - at));
		if (newline == NULL)
			break;
		if (newline - at < RECORD_MAX)
			take_line(w, at, (size_t)(newline - at));
	}
	free(bytes);
	if (fd >= 0)
		close(fd);
}

void
docket_open(struct watcher *w)
{
	read_back(w, old_name);
	read_back(w, name);
}
