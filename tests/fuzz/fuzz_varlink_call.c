/* fuzz_varlink_call -- a client's bytes, in pieces as long as the first byte says. A call that is taken says the same
 * after it was written and read again; its numbers to the 13 digits that are written (varlink.c). */
#include <string.h>

#include "fuzz.h"
#include "wire/varlink.h"

/* Short, so that inputs of a fuzzer's usual length reach the bound. */
enum { FRAME_MAX = 600 };

static void
look(const char *frame, size_t length)
{
	struct varlink_call call, again;
	struct err err = { 0 };
	char *text, *twice;

	MUST(strlen(frame) == length && length <= FRAME_MAX);
	if (!varlink_call_parse(&call, frame, length, &err)) {
		MUST(err.text[0] != '\0' && call.whole == NULL);
		return;
	}
	MUST(varlink_name_ok(call.method) && json_is_object(call.parameters) && !(call.more && call.oneway));
	text = varlink_call_format(call.method, call.parameters, call.more, &length);
	MUST(text != NULL && strlen(text) + 1 == length);
	MUST(varlink_call_parse(&again, text, length - 1, &err));
	MUST(strcmp(again.method, call.method) == 0 && again.more == call.more);
	twice = varlink_call_format(again.method, again.parameters, again.more, &length);
	MUST(twice != NULL && strcmp(twice, text) == 0);
	free(twice);
	varlink_call_free(&again);
	varlink_call_free(&call);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t piece = size > 0 && data[0] > 0 ? data[0] : 4096, i = 1;
	struct varlink_in in;

	varlink_in_init(&in, FRAME_MAX);
	while (i < size) {
		size_t n, length;
		char *at = varlink_in_room(&in, &n), *frame;

		if (at == NULL)
			break; /* hung up on */
		n = n < piece ? n : piece;
		n = n < size - i ? n : size - i;
		MUST(n > 0);
		memcpy(at, data + i, n);
		varlink_in_got(&in, n);
		i += n;
		while ((frame = varlink_in_next(&in, &length)) != NULL)
			look(frame, length);
		MUST(in.size <= FRAME_MAX + 1);
	}
	varlink_in_free(&in);
	return 0;
}
