/* fuzz_varlink_reply -- what a daemon, or somebody on its socket, answers. A reply that is taken says the same after it
 * was written and read again; its numbers to the 13 digits that are written (varlink.c). */
#include <string.h>

#include "fuzz.h"
#include "wire/varlink.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct varlink_reply reply, again;
	struct err err = { 0 };
	size_t length;
	char *text, *twice;

	if (!varlink_reply_parse(&reply, (const char *)data, size, &err)) {
		MUST(err.text[0] != '\0' && reply.whole == NULL);
		return 0;
	}
	MUST(json_is_object(reply.parameters) && (reply.error == NULL || varlink_name_ok(reply.error)));
	text = varlink_reply_format(reply.error, reply.parameters, reply.continues, &length);
	MUST(text != NULL && strlen(text) + 1 == length);
	MUST(varlink_reply_parse(&again, text, length - 1, &err));
	MUST((again.error == NULL) == (reply.error == NULL) && again.continues == reply.continues);
	MUST(reply.error == NULL || strcmp(again.error, reply.error) == 0);
	twice = varlink_reply_format(again.error, again.parameters, again.continues, &length);
	MUST(twice != NULL && strcmp(twice, text) == 0);
	free(twice);
	varlink_reply_free(&again);
	varlink_reply_free(&reply);
	free(text);
	return 0;
}
