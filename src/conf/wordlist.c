/*
 * wordlist.c -- grows by doubling. What it leaves behind in the arena is as much again at most, and goes with it.
 */
#include "conf/wordlist.h"

#include <string.h>

enum { FIRST_CAPACITY = 32 };

void
wordlist_add(struct wordlist *list, const char *word)
{
	if (list->count == list->capacity) {
		uint32_t capacity = list->capacity == 0 ? FIRST_CAPACITY : list->capacity * 2;
		/* what it was in before stays in the arena: doubled each time, all of that is less than the last */
		const char **more = arena_alloc(list->arena, capacity * sizeof *more);

		if (more == NULL)
			return;
		if (list->count > 0)
			memcpy(more, list->at, list->count * sizeof *more);
		list->at = more;
		list->capacity = capacity;
	}
	list->at[list->count++] = word;
}

void
wordlist_add_all(struct wordlist *list, struct conf_words words)
{
	for (uint32_t i = 0; i < words.count; i++)
		wordlist_add(list, words.at[i]);
}
