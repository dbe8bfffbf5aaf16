/*
 * arena.c -- a chain of chunks, of which only the newest is handed out from. Nothing is ever given back alone: a
 * configuration is read once, lives until the next one replaces it, and goes as a whole.
 */
#include "conf/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Small enough that a configuration of one service costs a page, large enough that a thousand take few calls. */
enum { CHUNK = 4096 - 64, ALIGNMENT = 8 };

struct chunk {
	struct chunk *next;
	size_t size, used;
	_Alignas(ALIGNMENT) char bytes[];
};

struct arena {
	struct chunk *chunks; /* the newest first */
	bool failed;
};

struct arena *
arena_new(void)
{
	return calloc(1, sizeof(struct arena));
}

void
arena_free(struct arena *arena)
{
	struct chunk *next;

	if (arena == NULL)
		return;
	for (struct chunk *c = arena->chunks; c != NULL; c = next) {
		next = c->next;
		free(c);
	}
	free(arena);
}

static struct chunk *
chunk_add(struct arena *arena, size_t least)
{
	/* what is larger than a chunk gets one of its own, and the next small piece begins another */
	size_t size = least > CHUNK ? least : CHUNK;
	/* zeroed, as arena_alloc promises; calloc(3) need not touch pages that are zero anyway */
	struct chunk *c = least > SIZE_MAX / 2 ? NULL : calloc(1, sizeof *c + size);

	if (c == NULL) {
		arena->failed = true;
		return NULL;
	}
	c->size = size;
	c->next = arena->chunks;
	arena->chunks = c;
	return c;
}

void *
arena_alloc(struct arena *arena, size_t size)
{
	struct chunk *c = arena->chunks;
	/* a size that large is refused by chunk_add: rounded up it might be a small one again */
	size_t rounded = size > SIZE_MAX / 2 ? size : (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	void *piece;

	if (c == NULL || c->size - c->used < rounded) /* the rest of the old one is given up: it is small */
		c = chunk_add(arena, rounded);
	if (c == NULL)
		return NULL;
	piece = c->bytes + c->used;
	c->used += rounded;
	return piece;
}

const char *
arena_copy(struct arena *arena, const char *bytes, size_t n)
{
	char *copy = arena_alloc(arena, n + 1);

	if (copy == NULL)
		return "";
	memcpy(copy, bytes, n);
	copy[n] = '\0';
	return copy;
}

const char *
arena_copy_string(struct arena *arena, const char *words)
{
	return arena_copy(arena, words, strlen(words));
}

const char *
arena_printf(struct arena *arena, const char *fmt, ...)
{
	va_list args, again;
	char *text = NULL;
	int n;

	va_start(args, fmt);
	va_copy(again, args); /* read twice: for its length, then for the text */
	n = vsnprintf(NULL, 0, fmt, args);
	if (n >= 0 && (text = arena_alloc(arena, (size_t)n + 1)) != NULL)
		vsnprintf(text, (size_t)n + 1, fmt, again);
	va_end(again);
	va_end(args);
	return text == NULL ? "" : text;
}

bool
arena_failed(const struct arena *arena)
{
	return arena->failed;
}
