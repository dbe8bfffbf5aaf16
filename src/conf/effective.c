/*
 * effective.c -- for printing and comparing: a section decoded once, and for each key the setting that counts. What it
 * prints reads back to the same, from whatever directory.
 */
#include "conf/effective.h"

#include <string.h>

#include "conf/words.h"

void
effective_init(struct effective *e, const struct conf *conf, const struct conf_section *section)
{
	*e = (struct effective){ .section = section };
	if (section->kind == CONF_BRIDLE)
		conf_decode_bridle(conf, &e->is.bridle);
	else
		conf_decode_service(section, &e->is.service);
	for (uint32_t i = 0; i < section->count; i++)
		e->last[key_id(section->settings[i].key)] = &section->settings[i];
}

/* What "not set" is for kinds that are only handed on. */
static const void *
unset_value(const struct value_kind *kind)
{
	static const int64_t number = -1;
	static const int small = -1;
	static const char *const string = "";
	static const struct conf_words words = { 0 };

	switch (kind->shape) {
	case VALUE_NUMBER: return &number;
	case VALUE_INT: return &small;
	case VALUE_STRING: return &string;
	case VALUE_WORDS:
	case VALUE_BINDS:
	case VALUE_WORKERS:
	case VALUE_PAIR: break;
	}
	return &words;
}

const void *
effective_value(const struct effective *e, enum key_id key)
{
	const struct key_place *place = &key_places[key];

	if (place->offset != KEY_NO_FIELD)
		return (const char *)&e->is + place->offset;
	return e->last[key] != NULL ? e->last[key]->decoded : unset_value(place->kind);
}

/* Commands are quoted already. A ; at the end of a line is not taken for a comment. */
static const char *
commands_text(struct arena *arena, const struct conf_words *words, const char *between)
{
	const char *text = "";

	for (uint32_t i = 0; i < words->count && text != NULL; i++)
		text = arena_printf(arena, "%s%s%s%s", text, i > 0 ? " ;" : "", i > 0 ? between : "", words->at[i]);
	return text == NULL ? "" : text;
}

/* Socket paths as they are meant; other addresses as they were written. */
static const char *
binds_text(struct arena *arena, const struct conf_binds *binds, const char *between)
{
	const char **at = arena_alloc(arena, (binds->count + 1) * sizeof *at);

	for (uint32_t i = 0; at != NULL && i < binds->count; i++)
		at[i] = binds->at[i].family == CONF_BIND_UNIX ? arena_printf(arena, "unix:%s", binds->at[i].path) :
								binds->at[i].text;
	return at == NULL ? "" : words_join(arena, &(struct conf_words){ at, binds->count }, between);
}

/* Defaults that hang on other settings: see conf_decode_service. */
static const char *
default_text(const struct effective *e, enum key_id key, struct arena *arena)
{
	if (key == KEY_stop_timeout)
		return arena_printf(arena, "%llds", (long long)(e->is.service.stop_timeout / 1000));
	if (key == KEY_restart && e->is.service.restart == CONF_RESTART_NEVER)
		return "never";
	if (key == KEY_start_timeout && e->is.service.start_timeout == MSEC_NEVER)
		return "";
	if (key == KEY_log_full)
		return key_places[key].kind->choices[e->is.service.log_full];
	return conf_keys[key].fallback;
}

const char *
effective_text(const struct effective *e, enum key_id key, const char *between, struct arena *arena)
{
	const struct conf_setting *setting = e->last[key];
	const struct value_kind *kind = key_places[key].kind;

	/* of a list, the last line may be empty and the ones before it not */
	if (setting == NULL || (setting->value[0] == '\0' && !kind->joined))
		return default_text(e, key, arena);
	switch (kind->shape) {
	case VALUE_WORDS: return (kind->commands ? commands_text : words_join)(arena, setting->decoded, between);
	case VALUE_BINDS: return binds_text(arena, setting->decoded, between);
	case VALUE_STRING: return *(const char *const *)setting->decoded; /* a path is absolute then */
	case VALUE_NUMBER:
	case VALUE_INT:
	case VALUE_WORKERS:
	case VALUE_PAIR: break;
	}
	return setting->value;
}

/* What stands in front of the colon: a value of a secret never gets to where something is printed. */
const char *
effective_names(const struct effective *e, enum key_id key, struct arena *arena)
{
	const struct conf_words *words = effective_value(e, key);
	const char *names = "";

	for (uint32_t i = 0; i < words->count && names != NULL; i++)
		names = arena_printf(arena, "%s%s%.*s", names, i > 0 ? " " : "", (int)strcspn(words->at[i], ":"),
			words->at[i]);
	return names == NULL ? "" : names;
}
