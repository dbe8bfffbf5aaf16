/*
 * build_settings.c -- a line "name = value" of a configuration coming into being: which key it is, whether it belongs there, and
 * what it means, or the complaint.
 */
#include "conf/build.h"

#include <string.h>

#include "base/text.h"
#include "conf/comment.h"
#include "conf/values.h"

/* A section whose name was refused has none: its keys are complained of all the same. */
static const char *
section_label(const struct build *b)
{
	if (b->section.kind == CONF_BRIDLE)
		return "[bridle]";
	return b->section.name[0] != '\0' ? b->section.name : "this section";
}

/* The name may be a line of anything, a log file's say, and complaints go to terminals. */
static void
complain_unknown(struct build *b, struct build_place place, const char *name)
{
	const struct conf_key *near = key_nearest(name, b->section.kind);
	char seen[80];
	struct text t;

	text_init(&t, seen, sizeof seen);
	text_add_visible(&t, name, strlen(name));
	if (near != NULL)
		build_complain(b, place, "%s: unknown key '%s': did you mean '%s'?", section_label(b), seen,
			near->name);
	else
		build_complain(b, place, "%s: unknown key '%s'", section_label(b), seen);
}

/* It is known, so that there is a better answer than "unknown": where it belongs. */
static void
complain_misplaced(struct build *b, struct build_place place, const struct conf_key *key)
{
	static const char *const home[] = {
		[CONF_SCOPE_bridle] = "[bridle]",
		[CONF_SCOPE_service] = "[gunicorn:NAME] and [program:NAME]",
		[CONF_SCOPE_gunicorn] = "[gunicorn:NAME]",
		[CONF_SCOPE_program] = "[program:NAME]",
	};
	static const char *const here[] = {
		[CONF_BRIDLE] = "[bridle]",
		[CONF_GUNICORN] = "[gunicorn:NAME]",
		[CONF_PROGRAM] = "[program:NAME]",
	};

	b->names_lost = b->names_lost || key_id(key) == KEY_include;
	build_complain(b, place, "%s: '%s' belongs in a section %s, not in %s", section_label(b), key->name,
		home[key->scope], here[b->section.kind]);
}

/* Where a setting of the section being read goes to: [bridle] is one section however often it appears. */
static struct settings *
current_settings(struct build *b)
{
	return b->section.kind == CONF_BRIDLE ? &b->bridle : &b->service;
}

/* Two values of one key are a slip more often than an intention. Lists add up. */
static bool
is_repeated(struct build *b, struct build_place place, const struct conf_key *key)
{
	const struct conf_setting *first = settings_last(current_settings(b), key_id(key));

	if (first == NULL || key_places[key_id(key)].kind->joined)
		return false;
	if (first->file == place.file)
		build_complain(b, place, "%s: '%s' is set twice: first in line %u", section_label(b), key->name,
			first->line);
	else
		build_complain(b, place, "%s: '%s' is set twice: first in %s:%u", section_label(b), key->name,
			b->files[first->file], first->line);
	return true;
}

static const struct conf_setting *
add_setting(struct build *b, struct build_place place, const struct conf_key *key, const char *value)
{
	const struct value_place where = { .arena = b->arena, .key = key, .directory = b->directory };
	void *decoded = arena_alloc(b->arena, value_size(key_places[key_id(key)].kind));
	const struct conf_setting *setting;
	struct err err;

	if (decoded == NULL)
		return NULL; /* the arena remembers */
	/* kept with no value: the next one of that key is still "set twice", and the section not incomplete for it */
	if (!value_parse(&where, value, decoded, &err)) {
		build_complain(b, place, "%s: %s: %s%s", section_label(b), key->name, err.text,
			comment_in_refused(key, value) != NULL ? "; a comment needs a line of its own" : "");
		decoded = NULL;
	}
	setting = settings_add(current_settings(b),
		(struct conf_setting){ .key = key,
			.value = arena_copy_string(b->arena, value),
			.decoded = decoded,
			.line = place.line,
			.file = place.file });
	if (setting == NULL)
		b->failed = true;
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

void
build_profile(struct build *b)
{
	static const struct {
		enum key_id key;
		const char *value;
	} web[] = {
#define SET(name, value, reason) { KEY_##name, value },
#include "conf/profile.def"
#undef SET
	};
	const struct conf_setting *profile = settings_last(&b->service, KEY_profile);
	struct build_place place;

	if (profile == NULL || profile->decoded == NULL ||
		*(const enum conf_profile *)profile->decoded != CONF_PROFILE_WEB)
		return;
	place = (struct build_place){ profile->file, profile->line };
	for (size_t i = 0; i < sizeof web / sizeof web[0]; i++)
		if (settings_last(&b->service, web[i].key) == NULL)
			add_setting(b, place, &conf_keys[web[i].key], web[i].value);
}
