/*
 * keys.c -- keys.def, made into tables: what people see of a key, and where its value
 * lies. A key's number is its place in both.
 */
#include "conf/keys.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "conf/values.h"

const struct conf_key conf_keys[] = {
#define KEY(scope, name, kind, fallback, lowest, highest, reload, meaning) \
	{ #name, CONF_SCOPE_##scope, #kind, fallback, lowest, highest, CONF_RELOAD_CLASS_##reload, NULL, "", meaning },
#define PASS(name, flag, kind, since, meaning) \
	{ #name, CONF_SCOPE_gunicorn, #kind, "", "", "", CONF_RELOAD_CLASS_REPLACE, flag, since, meaning },
#include "conf/keys.def"
};
const unsigned conf_key_count = KEY_COUNT;
_Static_assert(sizeof conf_keys / sizeof conf_keys[0] == KEY_COUNT, "one list makes both");

#define OFFSET_bridle(name) offsetof(struct conf_bridle, name)
#define OFFSET_service(name) offsetof(struct conf_service, name)
#define OFFSET_gunicorn(name) offsetof(struct conf_service, name)
#define OFFSET_program(name) offsetof(struct conf_service, name)

const struct key_place key_places[KEY_COUNT] = {
#define KEY(scope, name, kind, fallback, lowest, highest, reload, meaning) { &value_kind_##kind, OFFSET_##scope(name) },
#define PASS(name, flag, kind, since, meaning) { &value_kind_pass_##kind, KEY_NO_FIELD },
#include "conf/keys.def"
};

/* From the first to the last: some hundreds of short names, once a line of a file. */
const struct conf_key *
key_find(const char *name)
{
	for (unsigned i = 0; i < KEY_COUNT; i++)
		if (strcmp(conf_keys[i].name, name) == 0)
			return &conf_keys[i];
	return NULL;
}

bool
key_fits(const struct conf_key *key, enum conf_kind kind)
{
	switch (key->scope) {
	case CONF_SCOPE_bridle: return kind == CONF_BRIDLE;
	case CONF_SCOPE_service: return kind != CONF_BRIDLE;
	case CONF_SCOPE_gunicorn: return kind == CONF_GUNICORN;
	case CONF_SCOPE_program: return kind == CONF_PROGRAM;
	}
	return false;
}

/* A short name has few letters to be wrong in: "apq" is app, but not "log". */
static unsigned
distance_allowed(const char *name)
{
	size_t n = strlen(name);

	return n < 4 ? 1 : n < 8 ? 2 : 3;
}

/* Among those that fit the section only: a good name in the wrong place is told of by another complaint. */
const struct conf_key *
key_nearest(const char *name, enum conf_kind kind)
{
	unsigned least = distance_allowed(name) + 1;
	const struct conf_key *found = NULL;
	char small[40]; /* no key is as long */
	size_t n = strnlen(name, sizeof small - 1);

	/* USER is user, whatever it costs to write it small */
	for (size_t i = 0; i < n; i++)
		small[i] = (char)tolower((unsigned char)name[i]);
	small[n] = '\0';

	for (unsigned i = 0; i < KEY_COUNT; i++) {
		unsigned d = key_fits(&conf_keys[i], kind) ? text_distance(small, conf_keys[i].name) : least;

		if (d < least) {
			least = d;
			found = &conf_keys[i];
		}
	}
	return found;
}
