/*
 * wordlist -- words being collected, in an arena: an argument vector or an environment in the making.
 */
#ifndef BRIDLE_CONF_WORDLIST_H
#define BRIDLE_CONF_WORDLIST_H

#include "conf/arena.h"
#include "conf/conf.h"

/* Begin with `arena` set and the rest zero. */
struct wordlist {
	struct arena *arena;
	const char **at;
	uint32_t count, capacity;
};

/* Add WORD, which must live as long as the arena. Without memory nothing is added, and the arena remembers. */
void wordlist_add(struct wordlist *list, const char *word);
void wordlist_add_all(struct wordlist *list, struct conf_words words);

#endif
