/*
 * effective -- one setting as it is in effect: its value, and how that would be written.
 */
#ifndef BRIDLE_CONF_EFFECTIVE_H
#define BRIDLE_CONF_EFFECTIVE_H

#include "conf/arena.h"
#include "conf/conf.h"
#include "conf/keys.h"
#include "conf/values.h"

/* A section decoded, whatever its kind. */
struct effective {
	const struct conf_section *section;
	union {
		struct conf_bridle bridle;
		struct conf_service service;
	} is;
	const struct conf_setting *last[KEY_COUNT]; /* the setting that counts, NULL where there is none */
};

/* SECTION of CONF, both of which E points into and must outlive it. */
void effective_init(struct effective *e, const struct conf *conf, const struct conf_section *section);

/* The value of KEY, as the C type of its kind: set or by default. */
const void *effective_value(const struct effective *e, enum key_id key);

/* The names of KEY's values, a kind of secrets, blanks between. Made in ARENA. */
const char *effective_names(const struct effective *e, enum key_id key, struct arena *arena);

/* KEY as it would be written, so that it reads back to the same from any directory; "" when it is not set. BETWEEN
 * stands between the words of a list: " ", or a line break and blanks. Made in ARENA. */
const char *effective_text(const struct effective *e, enum key_id key, const char *between, struct arena *arena);

#endif
