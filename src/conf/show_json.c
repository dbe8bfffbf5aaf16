/*
 * show_json.c -- the same for programs: an object a section, an object a key. Values are words, as they would be
 * written: what kind they are is in the manual.
 */
#include "conf/show.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "conf/effective.h"

/* Values are any bytes but NUL; JSON is UTF-8. */
static json_t *
json_visible(struct arena *arena, const char *words)
{
	size_t size = 4 * strlen(words) + 1;
	char *buffer = arena_alloc(arena, size);
	struct text t;

	if (buffer == NULL)
		return NULL;
	text_init(&t, buffer, size);
	text_add_visible(&t, words, strlen(words));
	return json_string(buffer);
}

/* A secret is not in it at all: only names are. */
static json_t *
json_of_key(const struct conf *conf, const struct effective *e, enum key_id key, struct arena *arena)
{
	const struct conf_setting *setting = e->last[key];
	bool secret = key_places[key].kind->secret;
	json_t *value =
		json_visible(arena, secret ? effective_names(e, key, arena) : effective_text(e, key, " ", arena));

	if (setting == NULL)
		return json_pack("{s:o, s:n, s:i}", "value", value, "file", "line", 0);
	return json_pack("{s:o, s:o, s:i}", "value", value, "file", json_visible(arena, conf->files[setting->file]),
		"line", (int)setting->line);
}

static json_t *
json_of_section(const struct conf *conf, const struct conf_section *section, bool all, struct arena *arena)
{
	json_t *object = json_object();
	struct effective e;

	effective_init(&e, conf, section);
	for (unsigned i = 0; i < KEY_COUNT; i++)
		if (e.last[i] != NULL || (all && conf_keys[i].flag == NULL && key_fits(&conf_keys[i], section->kind)))
			json_object_set_new(object, conf_keys[i].name, json_of_key(conf, &e, i, arena));
	return object;
}

bool
conf_show_json(FILE *out, const struct conf *conf, const char *name, bool all)
{
	struct arena *arena = arena_new();
	json_t *object = json_object();
	bool ok = arena != NULL && object != NULL && (name == NULL || conf_find(conf, name) != NULL);

	if (ok && name == NULL && (all || conf->bridle.count > 0))
		json_object_set_new(object, "[bridle]", json_of_section(conf, &conf->bridle, all, arena));
	for (uint32_t i = 0; ok && i < conf->service_count; i++)
		if (name == NULL || strcmp(conf->services[i].name, name) == 0)
			json_object_set_new(object, conf->services[i].name,
				json_of_section(conf, &conf->services[i], all, arena));
	/* an object that lacks a key for want of memory is none to be printed */
	ok = ok && !arena_failed(arena) && json_dumpf(object, out, JSON_COMPACT | JSON_PRESERVE_ORDER) == 0 &&
		fputs("\n", out) >= 0;
	json_decref(object);
	arena_free(arena);
	return ok;
}
