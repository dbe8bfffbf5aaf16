#include "cli/tell.h"

#include <stdio.h>

#include "cli/cli.h"
#include "cli/connection.h"
#include "cli/field.h"
#include "cli/paint.h"

int
tell_outcome(const struct arguments *a, const char *method, json_t *parameters)
{
	struct connection c;
	struct varlink_reply reply;
	struct trouble t;
	bool ok;

	if (!connection_open(&c, a, &t)) {
		json_decref(parameters);
		return trouble_tell(&t);
	}
	connection_be_patient(&c);
	ok = connection_call(&c, method, parameters, &reply, &t);
	connection_close(&c);
	if (!ok) {
		trouble_about(&t, a->count > 0 ? a->operands[0] : NULL);
		return trouble_tell(&t);
	}
	paint_visible(stdout, field_text(reply.parameters, "message"));
	putchar('\n');
	varlink_reply_free(&reply);
	return CLI_OK;
}
