/*
 * settings -- the settings of one section while it is being read.
 */
#ifndef BRIDLE_CONF_SETTINGS_H
#define BRIDLE_CONF_SETTINGS_H

#include "conf/arena.h"
#include "conf/conf.h"
#include "conf/keys.h"

/* Begin with all zero. */
struct settings {
	struct conf_setting *at;
	uint32_t count, capacity;
	uint32_t last[KEY_COUNT]; /* 1 + index of the last one of each key; 0: not set yet */
};

/* Add SETTING behind the others. Returns where it is until the next is added; NULL when there is no memory. */
const struct conf_setting *settings_add(struct settings *s, struct conf_setting setting);

/* The last setting of KEY, or NULL. */
const struct conf_setting *settings_last(const struct settings *s, enum key_id key);

/* Move everything to SECTION, in ARENA, and begin anew. Of lists, the last setting gets what all of them say. */
void settings_settle(struct settings *s, struct arena *arena, struct conf_section *section);

/* Forget what was not settled. Needed only where reading ends before settings_settle. */
void settings_release(struct settings *s);

#endif
