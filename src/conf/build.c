#include "conf/build.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "conf/digest.h"
#include "conf/values.h"

bool
build_init(struct build *b, struct conf_report *report)
{
	*b = (struct build){ .arena = arena_new(), .report = report, .errors_before = report->errors };
	b->files = calloc(BUILD_FILES_MAX, sizeof *b->files);
	b->by_name = calloc(CONF_SERVICES_MAX, sizeof *b->by_name);
	return b->arena != NULL && b->files != NULL && b->by_name != NULL;
}

void
build_release(struct build *b)
{
	free(b->bridle.at);
	free(b->service.at);
	free(b->services);
	free(b->by_name);
	free(b->files);
	arena_free(b->arena);
}

void
build_complain(struct build *b, struct build_place place, const char *fmt, ...)
{
	char text[900];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	conf_complain(b->report, CONF_ERROR, b->files[place.file], place.line, "%s", text);
}

/* Room for one more of SIZE bytes behind COUNT in *AT. */
static bool
make_room(struct build *b, void *at, uint32_t count, uint32_t *capacity, size_t size)
{
	uint32_t wanted = *capacity == 0 ? 16 : *capacity * 2;
	void *more;

	if (count < *capacity)
		return true;
	more = reallocarray(*(void **)at, wanted, size);
	if (more == NULL) {
		b->failed = true;
		return false;
	}
	*(void **)at = more;
	*capacity = wanted;
	return true;
}

uint16_t
build_file(struct build *b, const char *name, const char *directory)
{
	b->files[b->file_count] = arena_copy_string(b->arena, name);
	b->directory = directory;
	return (uint16_t)b->file_count++;
}

/* ---- settings ---- */

static const char *
section_label(const struct build *b)
{
	if (b->section.kind == CONF_BRIDLE)
		return "[bridle]";
	return b->section.name[0] != '\0' ? b->section.name : "this section";
}

static void
complain_unknown(struct build *b, struct build_place place, const char *name)
{
	const struct conf_key *near = key_nearest(name, b->section.kind);
	char seen[80];
	struct text t;

	text_init(&t, seen, sizeof seen);
	text_add_visible(&t, name, strlen(name));
	if (near != NULL)
		build_complain(b, place, "%s: unknown key '%s': did you mean '%s'?", section_label(b), seen, near->name);
	else
		build_complain(b, place, "%s: unknown key '%s'", section_label(b), seen);
}

static void
complain_misplaced(struct build *b, struct build_place place, const struct conf_key *key)
{
	static const char *const home[] = {
		[CONF_SCOPE_bridle] = "[bridle]", [CONF_SCOPE_service] = "[gunicorn:NAME] and [program:NAME]",
		[CONF_SCOPE_gunicorn] = "[gunicorn:NAME]", [CONF_SCOPE_program] = "[program:NAME]",
	};
	static const char *const here[] = {
		[CONF_BRIDLE] = "[bridle]", [CONF_GUNICORN] = "[gunicorn:NAME]", [CONF_PROGRAM] = "[program:NAME]",
	};

	build_complain(b, place, "%s: '%s' belongs in a section %s, not in %s", section_label(b), key->name,
		home[key->scope], here[b->section.kind]);
}

/* The list that a setting of the section being read goes to: [bridle] is one section however often it appears. */
static struct build_list *
current_list(struct build *b)
{
	return b->section.kind == CONF_BRIDLE ? &b->bridle : &b->service;
}

static bool
is_repeated(struct build *b, struct build_place place, const struct conf_key *key)
{
	const struct build_list *list = current_list(b);
	const struct conf_setting *first;

	if (list->last[key_id(key)] == 0 || key_places[key_id(key)].kind->joined)
		return false;
	first = &list->at[list->last[key_id(key)] - 1];
	if (first->file == place.file)
		build_complain(b, place, "%s: '%s' is set twice: first in line %u", section_label(b), key->name, first->line);
	else
		build_complain(b, place, "%s: '%s' is set twice: first in %s:%u", section_label(b), key->name,
			b->files[first->file], first->line);
	return true;
}

static const struct conf_setting *
add_setting(struct build *b, struct build_place place, const struct conf_key *key, const char *value)
{
	const struct value_place where = { .arena = b->arena, .key = key, .directory = b->directory };
	struct build_list *list = current_list(b);
	void *decoded = arena_alloc(b->arena, value_size(key_places[key_id(key)].kind));
	struct conf_setting *setting;
	struct err err;

	if (decoded == NULL || !make_room(b, &list->at, list->count, &list->capacity, sizeof *list->at))
		return NULL;
	if (!value_parse(&where, value, decoded, &err)) {
		build_complain(b, place, "%s: %s: %s", section_label(b), key->name, err.text);
		decoded = NULL;
	}
	setting = &list->at[list->count++];
	*setting = (struct conf_setting){ .key = key, .value = arena_copy_string(b->arena, value),
		.decoded = decoded, .line = place.line, .file = place.file };
	list->last[key_id(key)] = list->count;
	return decoded == NULL ? NULL : setting;
}

const struct conf_setting *
build_setting(struct build *b, struct build_place place, const char *name, const char *value)
{
	const struct conf_key *key = key_find(name);

	if (!b->in_section) {
		if (!b->bad_section) /* of what follows a bad heading, the heading is complaint enough */
			build_complain(b, place, "'%s' stands before the first [section]", name);
		return NULL;
	}
	if (key == NULL)
		complain_unknown(b, place, name);
	else if (!key_fits(key, b->section.kind))
		complain_misplaced(b, place, key);
	else if (!is_repeated(b, place, key))
		return add_setting(b, place, key, value);
	return NULL;
}

/* ---- sections ---- */

static size_t
element_size(const struct value_kind *kind)
{
	return kind->shape == VALUE_BINDS ? sizeof(struct conf_bind) : sizeof(char *);
}

/* struct conf_words and struct conf_binds alike are a pointer and a count. */
static void
get_list(const struct conf_setting *setting, const void **at, uint32_t *count)
{
	const struct value_kind *kind = key_places[key_id(setting->key)].kind;

	if (kind->shape == VALUE_BINDS) {
		*at = ((const struct conf_binds *)setting->decoded)->at;
		*count = ((const struct conf_binds *)setting->decoded)->count;
	} else {
		*at = ((const struct conf_words *)setting->decoded)->at;
		*count = ((const struct conf_words *)setting->decoded)->count;
	}
}

static void
set_list(struct build *b, struct conf_setting *setting, const void *at, uint32_t count)
{
	const struct value_kind *kind = key_places[key_id(setting->key)].kind;
	void *decoded = arena_alloc(b->arena, value_size(kind));

	if (decoded == NULL)
		return;
	if (kind->shape == VALUE_BINDS)
		*(struct conf_binds *)decoded = (struct conf_binds){ .at = at, .count = count };
	else
		*(struct conf_words *)decoded = (struct conf_words){ .at = at, .count = count };
	setting->decoded = decoded;
}

/* Give the last setting of KEY in LIST what all of them say together. */
static void
join(struct build *b, struct build_list *list, enum key_id key)
{
	size_t size = element_size(key_places[key].kind), total = 0;
	struct conf_setting *last = &list->at[list->last[key] - 1];
	const void *at;
	char *all;
	uint32_t count, filled = 0;

	for (struct conf_setting *s = list->at; s <= last; s++) {
		if (s->key != last->key)
			continue;
		if (s->decoded == NULL) /* was complained of */
			return;
		get_list(s, &at, &count);
		total += count;
	}
	all = arena_alloc(b->arena, (total + 1) * size); /* zeroed: NULL-ended */
	for (struct conf_setting *s = list->at; all != NULL && s <= last; s++) {
		if (s->key != last->key)
			continue;
		get_list(s, &at, &count);
		if (count > 0)
			memcpy(all + filled * size, at, count * size);
		filled += count;
	}
	if (all != NULL)
		set_list(b, last, all, filled);
}

/* Move what LIST holds to SECTION, in the arena. */
static void
settle_list(struct build *b, struct build_list *list, struct conf_section *section)
{
	struct conf_setting *kept;

	for (unsigned key = 0; key < KEY_COUNT; key++)
		if (list->last[key] != 0 && key_places[key].kind->joined)
			join(b, list, key);
	kept = arena_alloc(b->arena, list->count * sizeof *kept);
	if (kept != NULL && list->count > 0)
		memcpy(kept, list->at, list->count * sizeof *kept);
	section->settings = kept;
	section->count = kept == NULL ? 0 : list->count;
	list->count = 0;
	memset(list->last, 0, sizeof list->last);
}

static bool
has(const struct build *b, enum key_id key)
{
	return b->service.last[key] != 0 && b->service.at[b->service.last[key] - 1].value[0] != '\0';
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

/* Where NAME is, or belongs, in by_name. */
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

/* An environment file is part of the configuration: a reload is to see that it changed. */
static uint64_t
digest_environment(const struct conf_section *section)
{
	const struct conf_setting *setting = conf_setting_of(section, "environment_file");
	const struct conf_words *files = setting == NULL ? NULL : setting->decoded;
	uint64_t digest = DIGEST_INIT;

	for (uint32_t i = 0; files != NULL && i < files->count; i++)
		digest = digest_file(digest_bytes(digest, "", 1), files->at[i] + (files->at[i][0] == '-'));
	return files == NULL || files->count == 0 ? 0 : digest;
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
	if (!make_room(b, &b->services, b->service_count, &b->service_capacity, sizeof *b->services))
		return;
	memmove(b->by_name + at + 1, b->by_name + at, (b->service_count - at) * sizeof *b->by_name);
	b->by_name[at] = b->service_count;
	b->section.environment_digest = digest_environment(&b->section);
	b->services[b->service_count++] = b->section;
}

static void
end_section(struct build *b)
{
	if (b->in_section && b->section.kind != CONF_BRIDLE) {
		if (b->section.name[0] != '\0') /* else its heading was complaint enough */
			check_complete(b);
		settle_list(b, &b->service, &b->section);
		if (b->section.name[0] != '\0')
			keep_service(b);
	}
	b->in_section = b->bad_section = false;
}

/* The name behind "gunicorn:"; "" when it will not do, after complaining. */
static const char *
section_name(struct build *b, struct build_place place, const char *words, const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.@-");

	if (*name == '\0')
		build_complain(b, place, "a service needs a name: [%sNAME]", words);
	else if (name[n] != '\0' || name[0] == '.' || name[0] == '-')
		build_complain(b, place, "'%s' cannot be the name of a service: letters, digits, _ . @ and -, and no . or "
			"- in front", name);
	else if (n > CONF_NAME_MAX)
		build_complain(b, place, "the name '%s' is longer than %d letters", name, CONF_NAME_MAX);
	else
		return arena_copy(b->arena, name, n);
	return "";
}

/* What somebody may have meant by an unknown heading: the kind by its beginning, the name by its end. */
static bool
guess_section(struct build *b, struct build_place place, const char *words)
{
	static const struct { const char *word; enum conf_kind kind; } kinds[] = {
		{ "bridle", CONF_BRIDLE }, { "gunicorn", CONF_GUNICORN }, { "program", CONF_PROGRAM },
	};
	char first[16];
	size_t n = strcspn(words, ": \t");

	snprintf(first, sizeof first, "%.*s", (int)n, words);
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		const char *rest = words + n + strspn(words + n, ": \t");

		if (text_distance(first, kinds[i].word) > 2)
			continue;
		if (kinds[i].kind == CONF_BRIDLE)
			build_complain(b, place, "unknown section [%s]: did you mean [bridle]?", words);
		else
			build_complain(b, place, "unknown section [%s]: did you mean [%s:%s]?", words, kinds[i].word,
				*rest == '\0' ? "NAME" : rest);
		b->section.kind = kinds[i].kind;
		return true;
	}
	build_complain(b, place, "unknown section [%s]: expected [bridle], [gunicorn:NAME] or [program:NAME]", words);
	return false;
}

void
build_section(struct build *b, struct build_place place, const char *words)
{
	end_section(b);
	b->section = (struct conf_section){ .name = "", .line = place.line, .file = place.file };
	b->in_section = true;
	if (strcmp(words, "bridle") == 0) {
		b->section.kind = CONF_BRIDLE;
		if (b->bridle_place.line == 0)
			b->bridle_place = place;
	} else if (strncmp(words, "gunicorn:", 9) == 0) {
		b->section.kind = CONF_GUNICORN;
		b->section.name = section_name(b, place, words, words + 9);
	} else if (strncmp(words, "program:", 8) == 0) {
		b->section.kind = CONF_PROGRAM;
		b->section.name = section_name(b, place, words, words + 8);
	} else {
		b->in_section = guess_section(b, place, words);
		b->bad_section = !b->in_section;
	}
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
	conf->bridle = (struct conf_section){ .kind = CONF_BRIDLE, .name = "", .line = b->bridle_place.line,
		.file = b->bridle_place.file };
	settle_list(b, &b->bridle, &conf->bridle);
	return conf;
}

struct conf *
build_finish(struct build *b)
{
	const char *file = b->file_count > 0 ? b->files[0] : "";
	struct conf *conf = NULL;

	if (b->service_count == 0 && b->report->errors == b->errors_before)
		conf_complain(b->report, CONF_ERROR, file, 0,
			"no service: add a [gunicorn:NAME] section with app = module:variable");
	if (b->report->errors == b->errors_before)
		conf = make_conf(b);
	if (b->failed || arena_failed(b->arena)) {
		conf_complain(b->report, CONF_ERROR, file, 0, "not enough memory to read it");
		conf = NULL;
	}
	if (conf != NULL)
		b->arena = NULL; /* it is the configuration's now */
	return conf;
}
