/*
 * fuzz_recognise -- a log from anywhere. What is recognised does not depend on the pieces in which it comes, points into
 * what was given, and is about lines that there are.
 */
#include <string.h>

#include "fuzz.h"
#include "wire/recognise.h"

struct heard {
	uint64_t hash;
	uint64_t last; /* line */
	unsigned count;
};

static void
mix(struct heard *h, const void *bytes, size_t n)
{
	const unsigned char *at = bytes;

	for (size_t i = 0; i < n; i++)
		h->hash = (h->hash ^ at[i]) * 1099511628211u;
}

static void
hear(void *context, const struct recognised *what)
{
	struct heard *h = context;

	MUST(what->line > 0 && what->length <= RECOGNISER_LINE);
	MUST(what->kind != RECOGNISED_TRACEBACK || what->traceback != NULL);
	MUST(what->kind != RECOGNISED_LINE || what->match.signature < SIGNATURES);
	MUST(what->match.pid >= 0 && what->match.detail >= 0 && what->speaker >= 0);
	mix(h, &what->line, sizeof what->line);
	mix(h, &what->second, sizeof what->second);
	mix(h, &what->match.signature, sizeof what->match.signature);
	mix(h, what->text, what->length);
	if (what->kind == RECOGNISED_TRACEBACK) {
		const struct traceback *t = what->traceback;

		MUST(memchr(t->last.name, '\0', sizeof t->last.name) != NULL);
		MUST(memchr(t->last.message, '\0', sizeof t->last.message) != NULL);
		MUST(memchr(t->root.file, '\0', sizeof t->root.file) != NULL);
		mix(h, t->last.message, strlen(t->last.message));
	} else {
		MUST(what->line >= h->last);
		h->last = what->line;
	}
	h->count++;
}

static const struct signature_own own[] = {
	{ "own.number", "%s %d", 1 },
	{ "own.any", "%*pid%*", 2 },
	{ "own.header", "Worker %*", 3 },
};

static struct heard
listen(const uint8_t *data, size_t size, size_t piece)
{
	static struct recogniser r;
	struct heard h = { .hash = 14695981039346656037u };

	recogniser_init(&r, hear, &h);
	r.copied = size % 2 == 0;
	recogniser_know(&r, own, sizeof own / sizeof own[0]);
	for (size_t at = 0; at < size; at += piece) {
		size_t n = size - at < piece ? size - at : piece;
		char *copy = malloc(n); /* of its own, so that a read past it is seen */

		if (copy == NULL)
			abort();
		memcpy(copy, data + at, n);
		recogniser_feed(&r, copy, n);
		free(copy);
	}
	recogniser_end(&r);
	return h;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct heard whole = listen(data, size, size > 0 ? size : 1), pieces = listen(data, size, 11);

	MUST(whole.hash == pieces.hash && whole.count == pieces.count);
	return 0;
}
