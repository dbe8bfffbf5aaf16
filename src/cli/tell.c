#include "cli/tell.h"

#include <stdio.h>

#include "cli/cli.h"
#include "cli/client.h"
#include "cli/field.h"
#include "cli/paint.h"

int
tell_outcome(const struct arguments *a, const char *method, json_t *parameters)
{
	struct client c;
	struct varlink_reply reply;
	struct trouble t;
	bool ok;

	if (!client_open(&c, a, &t)) {
		json_decref(parameters);
		return trouble_tell(&t);
	}
	client_be_patient(&c);
	ok = client_call(&c, method, parameters, &reply, &t);
	client_close(&c);
	if (!ok)
		return trouble_tell(&t);
	paint_visible(stdout, field_text(reply.parameters, "message"));
	putchar('\n');
	varlink_reply_free(&reply);
	return CLI_OK;
}
