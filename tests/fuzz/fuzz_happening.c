/*
 * fuzz_happening -- the input is a line of the journal. What is read is whole and within its ranges, and is written and read back
 * as what it is.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "wire/happening.h"

static void
check_text(const char *words, size_t size)
{
	MUST(memchr(words, '\0', size) != NULL);
}

static void
check(const struct happening *h)
{
	MUST((unsigned)h->kind < HAPPENING_KIND_COUNT && h->time > 0);
	MUST(h->uid >= -1 && h->pid >= 0 && h->generation >= 0);
	MUST(h->workers >= -1 && h->bytes >= -1 && h->queue >= -1 && h->rate >= -1);
	check_text(h->service, sizeof h->service);
	check_text(h->what, sizeof h->what);
	check_text(h->words, sizeof h->words);
}

/* Bytes that are no UTF-8 are written as U+FFFD, which may then be too long: from the second time on nothing changes. */
static void
round_trip(struct happening h)
{
	for (int i = 0; i < 3; i++) {
		struct happening again;
		struct jsonw w;
		size_t length;
		char *line;

		jsonw_init(&w, 1 << 16);
		happening_write(&w, &h);
		line = jsonw_take(&w, &length);
		MUST(line != NULL && happening_read(&again, line, length - 1));
		free(line);
		check(&again);
		MUST(again.kind == h.kind && again.uid == h.uid && again.pid == h.pid && again.workers == h.workers);
		MUST(again.bytes == h.bytes && again.queue == h.queue && again.alarm == h.alarm);
		MUST(i == 0 || (strcmp(again.words, h.words) == 0 && strcmp(again.what, h.what) == 0));
		h = again;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *exact = malloc(size + 1);
	struct happening h;

	MUST(exact != NULL);
	memcpy(exact, data, size);
	if (happening_read(&h, exact, size)) {
		check(&h);
		round_trip(h);
	}
	free(exact);
	return 0;
}
