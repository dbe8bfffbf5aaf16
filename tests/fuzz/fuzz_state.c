/* fuzz_state -- an image of anybody's. What state_check takes can be read to its end and written to, and what was read
 * is what is read again. */
#include <string.h>

#include "fuzz.h"
#include "wire/state.h"

static void
count(void *context, int fd)
{
	MUST(fd >= 0);
	(*(unsigned *)context)++;
}

static void
ended_by_nul(const struct state_service *s)
{
	MUST(memchr(s->name, '\0', sizeof s->name) != NULL && memchr(s->why, '\0', sizeof s->why) != NULL);
	for (uint32_t i = 0; i < s->listener_count; i++)
		MUST(memchr(s->listeners[i].text, '\0', STATE_TEXT) != NULL &&
			memchr(s->listeners[i].path, '\0', STATE_TEXT) != NULL);
}

/* What says nothing is not written, listeners apart, so the second reading has no more than the first. */
static void
look(char *image, uint32_t slot)
{
	struct state_service *a = calloc(2, sizeof *a), *b = a + 1;
	struct state_change change;
	unsigned descriptors = 0;

	MUST(a != NULL);
	if (state_get_service(image, slot, a)) {
		MUST(a->listener_count <= STATE_LISTENERS);
		ended_by_nul(a);
		state_descriptors_of_service(a, count, &descriptors);
		if (state_put_service(image, slot, a))
			MUST(state_get_service(image, slot, b) && memcmp(a, b, sizeof *a) == 0);
		state_change_forget(image + state_offset(slot), &change);
		MUST(!state_get_service(image, slot, b));
	}
	free(a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *image = malloc(size > 0 ? size : 1); /* aligned, as a mapping is */
	struct state_bridled bridled;
	struct err err = { 0 };
	unsigned descriptors = 0;

	MUST(image != NULL);
	memcpy(image, data, size);
	if (state_check(image, size, &err)) {
		MUST(state_size(state_header(image)->capacity) <= size);
		if (state_get_bridled(image, &bridled)) {
			state_descriptors_of_bridled(&bridled, count, &descriptors);
			MUST(state_put_bridled(image, &bridled));
		}
		for (uint32_t i = 0; i < state_header(image)->capacity && i < 4; i++)
			look(image, i);
	} else {
		MUST(err.text[0] != '\0');
	}
	free(image);
	return 0;
}
