/*
 * fuzz_entries -- a log, which may be JSON. Each byte stays, or becomes a blank or a newline; and the pieces in which the log comes
 * make no difference.
 */
#include <string.h>

#include "fuzz.h"
#include "wire/entries.h"

static char *
unfold(const uint8_t *data, size_t size, size_t piece)
{
	char *bytes = malloc(size + 1);
	struct entries e;

	if (bytes == NULL)
		abort();
	memcpy(bytes, data, size);
	entries_begin(&e, bytes, size);
	for (size_t at = 0; at < size; at += piece)
		entries_unfold(&e, bytes + at, size - at < piece ? size - at : piece);
	return bytes;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *whole, *pieces;

	if (size == 0)
		return 0;
	whole = unfold(data, size, size);
	pieces = unfold(data, size, 7);
	for (size_t i = 0; i < size; i++)
		MUST(whole[i] == (char)data[i] || whole[i] == ' ' || whole[i] == '\n');
	MUST(memcmp(whole, pieces, size) == 0);
	free(whole);
	free(pieces);
	return 0;
}
