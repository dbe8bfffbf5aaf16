/*
 * keys -- finding one's way in the list of keys.def. The list itself, conf_keys, is declared in conf.h.
 */
#ifndef BRIDLE_CONF_KEYS_H
#define BRIDLE_CONF_KEYS_H

#include "conf/conf.h"

/* A number for each key: its place in conf_keys. */
enum key_id {
#define KEY(scope, name, kind, fallback, lowest, highest, reload, meaning) KEY_##name,
#define PASS(name, flag, kind, since, meaning) KEY_##name,
#include "conf/keys.def"
	KEY_COUNT
};

struct value_kind;

/* The kind of conf_keys[ID], and where its value lies in struct conf_bridle or struct conf_service. The offset
 * is KEY_NO_FIELD for keys that are only handed on. */
#define KEY_NO_FIELD ((size_t)-1)
struct key_place {
	const struct value_kind *kind;
	size_t offset;
};
extern const struct key_place key_places[KEY_COUNT];

static inline enum key_id
key_id(const struct conf_key *key)
{
	return (enum key_id)(key - conf_keys);
}

/* The key of that name, in any scope; NULL when there is none. */
const struct conf_key *key_find(const char *name);

/* Whether a section of KIND may have KEY. */
bool key_fits(const struct conf_key *key, enum conf_kind kind);

/* The key of a section of KIND whose name is most like NAME; NULL when none is near enough to be meant. */
const struct conf_key *key_nearest(const char *name, enum conf_kind kind);

#endif
