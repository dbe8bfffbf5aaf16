/*
 * settings.c -- one array for a section, in the order of its lines, used again for the next one. Only as much
 * as a section has is copied to the arena.
 */
#include "conf/settings.h"

#include <stdlib.h>
#include <string.h>

#include "conf/values.h"

const struct conf_setting *
settings_add(struct settings *s, struct conf_setting setting)
{
	uint32_t capacity = s->capacity == 0 ? 16 : s->capacity * 2;
	struct conf_setting *more;

	if (s->count == s->capacity) {
		more = reallocarray(s->at, capacity, sizeof *more);
		if (more == NULL)
			return NULL;
		s->at = more;
		s->capacity = capacity;
	}
	s->at[s->count++] = setting;
	s->last[key_id(setting.key)] = s->count; /* its place and one: 0 is none */
	return &s->at[s->count - 1];
}

const struct conf_setting *
settings_last(const struct settings *s, enum key_id key)
{
	return s->last[key] == 0 ? NULL : &s->at[s->last[key] - 1];
}

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
set_list(struct arena *arena, struct conf_setting *setting, const void *at, uint32_t count)
{
	const struct value_kind *kind = key_places[key_id(setting->key)].kind;
	void *decoded = arena_alloc(arena, value_size(kind));

	if (decoded == NULL)
		return;
	if (kind->shape == VALUE_BINDS)
		*(struct conf_binds *)decoded = (struct conf_binds){ .at = at, .count = count };
	else
		*(struct conf_words *)decoded = (struct conf_words){ .at = at, .count = count };
	setting->decoded = decoded;
}

/* Give the last setting of KEY what all of them say together: it is the one that settings_last() and conf_setting_of() find. */
static void
join(struct settings *s, struct arena *arena, enum key_id key)
{
	size_t size = element_size(key_places[key].kind), total = 0;
	struct conf_setting *last = &s->at[s->last[key] - 1];
	const void *at;
	char *all;
	uint32_t count, filled = 0;

	for (struct conf_setting *one = s->at; one <= last; one++) {
		if (one->key != last->key)
			continue;
		if (one->decoded == NULL) /* was complained of */
			return;
		get_list(one, &at, &count);
		total += count;
	}
	all = arena_alloc(arena, (total + 1) * size); /* zeroed: NULL-ended */
	for (struct conf_setting *one = s->at; all != NULL && one <= last; one++) {
		if (one->key != last->key)
			continue;
		get_list(one, &at, &count);
		if (count > 0)
			memcpy(all + filled * size, at, count * size);
		filled += count;
	}
	if (all != NULL)
		set_list(arena, last, all, filled);
}

void
settings_settle(struct settings *s, struct arena *arena, struct conf_section *section)
{
	struct conf_setting *kept;

	for (unsigned key = 0; key < KEY_COUNT; key++)
		if (s->last[key] != 0 && key_places[key].kind->joined)
			join(s, arena, key);
	kept = arena_alloc(arena, s->count * sizeof *kept);
	if (kept != NULL && s->count > 0)
		memcpy(kept, s->at, s->count * sizeof *kept);
	section->settings = kept;
	section->count = kept == NULL ? 0 : s->count;
	s->count = 0;
	memset(s->last, 0, sizeof s->last);
}

void
settings_release(struct settings *s)
{
	free(s->at);
	*s = (struct settings){ 0 };
}
