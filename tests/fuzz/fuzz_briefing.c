/*
 * fuzz_briefing -- the input is what a watcher has in its descriptor. What is taken is what briefing_write() makes of the
 * same values, byte for byte, and can stand in an environment.
 */
#include <string.h>

#include "fuzz.h"
#include "wire/briefing.h"

static void
check_taken(const uint8_t *data, size_t size, char *const variables[BRIEFING_COUNT])
{
	const char *values[BRIEFING_COUNT];
	char *again = malloc(BRIEFING_MAX);

	for (unsigned i = 0; i < BRIEFING_COUNT; i++) {
		MUST(strncmp(variables[i], "BRIDLE_", 7) == 0);
		values[i] = strchr(variables[i], '=') + 1;
	}
	MUST(again != NULL && briefing_write(values, strlen(values[BRIEFING_INCIDENT]), again) == size);
	MUST(memcmp(again, data, size) == 0);
	free(again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *bytes = malloc(size + 1), *variables[BRIEFING_COUNT];

	if (size > BRIEFING_MAX - 1 || bytes == NULL) { /* one byte is text_init()'s: the watcher never sends more */
		free(bytes);
		return 0;
	}
	memcpy(bytes, data, size);
	if (briefing_read(bytes, size, variables))
		check_taken(data, size, variables);
	free(bytes);
	return 0;
}
