/*
 * build.c -- two stages. While lines come in, settings of one section lie in `service` (those of [bridle], which may appear
 * in every file, in `bridle`) and complaints go to the report; at its end a section is settled into the arena. Only when
 * all files are read and nothing was complained of does a struct conf come of it: there is no half of one, but for
 * conf_check(), which has something to say of the rest, too.
 */
#include "conf/build.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "conf/environment_file.h"
#include "conf/heading.h"
#include "conf/relations.h"

bool
build_init(struct build *b, struct conf_report *report)
{
	*b = (struct build){ .arena = arena_new(), .report = report, .errors_before = report->errors };
	/* all at once: a place is two small numbers, and what they stand for never moves */
	b->files = calloc(BUILD_FILES_MAX, sizeof *b->files);
	b->by_name = calloc(CONF_SERVICES_MAX, sizeof *b->by_name);
	return b->arena != NULL && b->files != NULL && b->by_name != NULL;
}

void
build_release(struct build *b)
{
	settings_release(&b->bridle);
	settings_release(&b->service);
	free(b->services);
	free(b->by_name);
	free(b->files);
	arena_free(b->arena);
}

/* Every complaint is an error here: what is only unwise is for check.c, which sees the whole. */
void
build_complain(struct build *b, struct build_place place, const char *fmt, ...)
{
	char text[900]; /* a value may be long; what does not fit is cut */
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	conf_complain(b->report, CONF_ERROR, b->files[place.file], place.line, "%s", text);
}

uint16_t
build_file(struct build *b, const char *name, const char *directory)
{
	b->files[b->file_count] = arena_copy_string(b->arena, name);
	b->directory = directory;
	return (uint16_t)b->file_count++;
}

/* ---- sections ---- */

/* Emptied is as good as not written ("app ="). */
static bool
has(const struct build *b, enum key_id key)
{
	const struct conf_setting *setting = settings_last(&b->service, key);

	return setting != NULL && setting->value[0] != '\0';
}

/* What a service cannot do without. */
static void
check_complete(struct build *b)
{
	struct build_place place = { b->section.file, b->section.line };

	if (b->section.kind == CONF_PROGRAM && !has(b, KEY_command))
		build_complain(b, place, "%s: nothing to run: add command = ...", b->section.name);
	if (b->section.kind == CONF_GUNICORN && !has(b, KEY_app) && !has(b, KEY_args) && !has(b, KEY_config) &&
		!has(b, KEY_paste))
		build_complain(b, place, "%s: no application: add app = module:variable", b->section.name);
}

/* Where NAME is, or belongs, in by_name. Sorted while it grows: each name is looked for once to see whether it is there twice,
 * and at every reload from then on. */
static uint32_t
name_position(const struct build *b, const char *name, bool *found)
{
	uint32_t low = 0, high = b->service_count;

	*found = false;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = strcmp(name, b->services[b->by_name[middle]].name);

		if (order == 0) {
			*found = true;
			return middle;
		}
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static bool
make_room(struct build *b)
{
	uint32_t capacity = b->service_capacity == 0 ? 16 : b->service_capacity * 2;
	struct conf_section *more;

	if (b->service_count < b->service_capacity)
		return true;
	more = reallocarray(b->services, capacity, sizeof *more);
	if (more == NULL) {
		b->failed = true;
		return false;
	}
	b->services = more; /* sections are moved, not pointed to, until all of them are read */
	b->service_capacity = capacity;
	return true;
}

static void
keep_service(struct build *b)
{
	struct build_place place = { b->section.file, b->section.line };
	const struct conf_section *other;
	uint32_t at;
	bool found;

	at = name_position(b, b->section.name, &found);
	if (found) {
		other = &b->services[b->by_name[at]];
		build_complain(b, place, "there is a service '%s' already, in %s:%u", b->section.name,
			b->files[other->file], other->line);
		return;
	}
	if (b->service_count == CONF_SERVICES_MAX) {
		build_complain(b, place, "more than %d services", CONF_SERVICES_MAX);
		return;
	}
	if (!make_room(b))
		return;
	/* indices, not sections: four bytes each, and 4096 of them at most */
	memmove(b->by_name + at + 1, b->by_name + at, (b->service_count - at) * sizeof *b->by_name);
	b->by_name[at] = b->service_count;
	b->section.environment_digest = environment_files_digest(&b->section);
	b->services[b->service_count++] = b->section;
}

static void
end_section(struct build *b)
{
	if (b->in_section && b->section.kind == CONF_BRIDLE) { /* it goes on in the next file */
		b->bridle_incomplete = b->bridle_incomplete || b->report->errors != b->section_errors;
	} else if (b->in_section) {
		build_profile(b);
		if (b->section.name[0] != '\0') /* else its heading was complaint enough */
			check_complete(b);
		b->section.incomplete = b->report->errors != b->section_errors;
		if (b->section.name[0] != '\0')
			b->own_errors += b->report->errors - b->section_errors;
		settings_settle(&b->service, b->arena, &b->section);
		if (b->section.name[0] != '\0')
			keep_service(b);
	}
	/* what comes next, in another file, belongs to no section until there is a heading */
	b->in_section = b->bad_section = false;
}

void
build_section(struct build *b, struct build_place place, const char *words)
{
	end_section(b);
	/* its settings lie in b->service until it ends */
	b->section = (struct conf_section){ .name = "", .line = place.line, .file = place.file };
	b->section_errors = b->report->errors;
	heading_read(b, place, words);
}

void
build_file_end(struct build *b)
{
	end_section(b);
}

/* ---- the end ---- */

/* A copy in the arena of what grew elsewhere; NULL when there is no memory. */
static void *
settle(struct build *b, const void *at, size_t count, size_t size)
{
	void *kept = arena_alloc(b->arena, count * size);

	if (kept != NULL && count > 0)
		memcpy(kept, at, count * size);
	return kept;
}

/* Capacity that was not used goes: a configuration lies in memory for months. */
static struct conf *
make_conf(struct build *b)
{
	struct conf *conf = arena_alloc(b->arena, sizeof *conf);

	if (conf == NULL)
		return NULL;
	*conf = (struct conf){ .file_count = b->file_count, .service_count = b->service_count, .arena = b->arena };
	conf->files = settle(b, b->files, b->file_count, sizeof *b->files);
	conf->services = settle(b, b->services, b->service_count, sizeof *b->services);
	conf->by_name = settle(b, b->by_name, b->service_count, sizeof *b->by_name);
	conf->bridle = (struct conf_section){ .kind = CONF_BRIDLE,
		.name = "",
		.line = b->bridle_place.line,
		.file = b->bridle_place.file,
		.incomplete = b->bridle_incomplete };
	settings_settle(&b->bridle, b->arena, &conf->bridle);
	return conf;
}

struct conf *
build_finish(struct build *b, bool anyhow)
{
	const char *file = b->file_count > 0 ? b->files[0] : "";
	struct conf *conf = NULL;
	bool all_known;

	if (b->service_count == 0 && b->report->errors == b->errors_before)
		conf_complain(b->report, CONF_ERROR, file, 0,
			"no service: add a [gunicorn:NAME] section with app = module:variable");
	/* of a service whose heading or file was refused, nobody shall hear that there is no such service */
	all_known = !b->names_lost && b->report->errors == b->errors_before + b->own_errors;
	if (!b->failed)
		conf = make_conf(b);
	if (conf != NULL && !arena_failed(b->arena))
		relations_check(conf, all_known, b->report);
	if (b->report->errors != b->errors_before && !anyhow) /* whatever made it: nothing is taken up by half */
		conf = NULL;
	if (b->failed || arena_failed(b->arena)) {
		conf_complain(b->report, CONF_ERROR, file, 0, "not enough memory to read it");
		conf = NULL;
	}
	if (conf != NULL)
		b->arena = NULL; /* it is the configuration's now */
	return conf;
}
