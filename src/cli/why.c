/*
 * why -- `bridle why`: what went wrong, from bridled, or from a log (why_log.c).
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/account.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/connection.h"
#include "cli/jsonout.h"
#include "cli/trouble.h"
#include "cli/why_log.h"

enum { MOST = 1000 /* far more than the watcher keeps (DOCKET_KEPT): no number of a person is refused */ };

static void
print_json(const json_t *incidents)
{
	size_t i;
	json_t *incident;

	json_array_foreach((json_t *)incidents, i, incident) {
		jsonout_line(incident);
	}
}

static void
print(const json_t *incidents, const struct arguments *a)
{
	struct paint p = paint_for(STDOUT_FILENO);
	size_t i;
	json_t *incident;

	if ((a->given & ARGUMENT(JSON)) != 0) {
		print_json(incidents);
		return;
	}
	json_array_foreach((json_t *)incidents, i, incident) {
		if (i > 0)
			putchar('\n');
		account_print(incident, stdout, p);
	}
	if (json_array_size(incidents) == 0)
		puts("nothing has gone wrong, as far as Bridle saw");
}

static json_t *
question(const struct arguments *a, struct trouble *t)
{
	const char *last = a->value[OPTION_LAST];
	json_t *parameters = json_object();
	int64_t n;

	if (last != NULL && !text_parse_int(last, 1, MOST, &n)) {
		trouble_set(t, CLI_USAGE, 0, "'%s' is not a number from 1 to %d", last, MOST);
		json_decref(parameters);
		return NULL;
	}
	if (a->count > 0)
		json_object_set_new(parameters, "name", json_string(a->operands[0]));
	if (last != NULL)
		json_object_set_new(parameters, "last", json_integer(n));
	return parameters;
}

static int
ask(const struct arguments *a)
{
	struct trouble t;
	json_t *parameters = question(a, &t);
	struct varlink_reply reply;
	struct connection c;
	bool ok;

	if (parameters == NULL)
		return trouble_tell(&t);
	if (!connection_open(&c, a, &t)) {
		json_decref(parameters);
		return trouble_tell(&t);
	}
	ok = connection_call(&c, "Why", parameters, &reply, &t);
	if (ok) {
		print(json_object_get(reply.parameters, "incidents"), a);
		varlink_reply_free(&reply);
	}
	connection_close(&c);
	return ok ? CLI_OK : trouble_tell(&t);
}

int
why_command(const struct arguments *a)
{
	struct trouble t;

	if (a->value[OPTION_LOG] == NULL)
		return ask(a);
	if (a->count == 0 && a->value[OPTION_LAST] == NULL)
		return why_log(a);
	trouble_set(&t, CLI_USAGE, 0, "--log goes without NAME and without --last");
	return trouble_tell(&t);
}
