/*
 * deeds -- start, stop, restart, reload: what is done to services, and waited for.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "cli/connection.h"
#include "cli/commands.h"
#include "cli/errands.h"
#include "cli/field.h"
#include "cli/paint.h"

/* Restarting one by one: two generations of every service at once might not fit into memory. */
enum { ONE_BY_ONE = 1 };

/* Only what was given: what is absent is as the interface has it, whatever the version of bridled. */
static json_t *
parameters_of(const struct arguments *a)
{
	json_t *parameters = json_object();

	if ((a->given & ARGUMENT(NO_WAIT)) != 0)
		json_object_set_new(parameters, "no_wait", json_true());
	if ((a->given & ARGUMENT(COLD)) != 0)
		json_object_set_new(parameters, "cold", json_true());
	return parameters;
}

static int
do_named(const char *method, const struct arguments *a, const char *const *names, unsigned count, unsigned at_a_time)
{
	struct errands e = {
		.method = method,
		.parameters = parameters_of(a),
		.self = (a->given & ARGUMENT(NO_WAIT)) != 0 ? NULL : json_pack("{s:b}", "no_wait", 1),
		.names = names,
		.count = count,
		.at_a_time = at_a_time,
	};
	int status = errands_run(&e, a);

	json_decref(e.parameters);
	json_decref(e.self);
	return status;
}

/* With the names of all services, which live in the reply. */
static int
do_all(const char *method, const struct arguments *a, const struct varlink_reply *reply, unsigned at_a_time)
{
	const json_t *services = json_object_get(reply->parameters, "services");
	unsigned count = (unsigned)json_array_size(services);
	const char **names = calloc(count + 1, sizeof *names);
	struct trouble t;
	int status;

	if (names == NULL) {
		trouble_set(&t, CLI_FAILED, ENOMEM, "cannot name all services");
		return trouble_tell(&t);
	}
	if (count == 0)
		puts("no services are configured");
	for (unsigned i = 0; i < count; i++)
		names[i] = field_text(json_array_get(services, i), "name");
	status = do_named(method, a, names, count, at_a_time);
	free(names);
	return status;
}

static int
do_to_all(const char *method, const struct arguments *a, unsigned at_a_time)
{
	struct connection c;
	struct varlink_reply reply;
	struct trouble t;
	int status;

	if (!connection_open(&c, a, &t))
		return trouble_tell(&t);
	if (!connection_call(&c, "List", json_pack("{s:b}", "brief", 1), &reply, &t)) {
		connection_close(&c);
		return trouble_tell(&t);
	}
	connection_close(&c);
	/* closed before: each deed has a connection of its own, and bridled has places for so many (CONTROL_CLIENTS) */
	status = do_all(method, a, &reply, at_a_time);
	varlink_reply_free(&reply);
	return status;
}

/* Services by name or --all, never both and never neither: nothing is stopped by a forgotten word. */
static int
deed(const char *method, const struct arguments *a, unsigned at_a_time)
{
	bool all = (a->given & ARGUMENT(ALL)) != 0;
	struct trouble t;

	if (all == (a->count > 0)) {
		trouble_set(&t, CLI_USAGE, 0, all ? "--all and names exclude each other" : "%s needs a NAME, or --all",
			a->command);
		trouble_hint(&t, "bridle status shows all services");
		return trouble_tell(&t);
	}
	if (all)
		return do_to_all(method, a, at_a_time);
	return do_named(method, a, (const char *const *)a->operands, a->count, at_a_time);
}

/* All at once: whose turn it is (`after`, `requires`) bridled knows, and nothing is gained by asking later. */
int
start_command(const struct arguments *a)
{
	return deed("Start", a, ERRANDS_MAX);
}

int
stop_command(const struct arguments *a)
{
	return deed("Stop", a, ERRANDS_MAX);
}

int
restart_command(const struct arguments *a)
{
	return deed("Restart", a, ONE_BY_ONE);
}

/* The configuration: what was different, then what came of it. */
static int
reread(const struct arguments *a)
{
	struct connection c;
	struct varlink_reply reply;
	struct trouble t;
	size_t i;
	json_t *change;

	if (!connection_open(&c, a, &t))
		return trouble_tell(&t);
	connection_be_patient(&c); /* a large configuration, or hosts that are looked up, take their time */
	if (!connection_call(&c, "Reread", NULL, &reply, &t)) {
		connection_close(&c);
		return trouble_tell(&t);
	}
	connection_close(&c);
	json_array_foreach(json_object_get(reply.parameters, "changes"), i, change) {
		fputs("  ", stdout);
		paint_visible(stdout, json_is_string(change) ? json_string_value(change) : "");
		putchar('\n');
	}
	paint_visible(stdout, field_text(reply.parameters, "message"));
	putchar('\n');
	varlink_reply_free(&reply);
	return CLI_OK;
}

/* One by one as well: unless reload_by says otherwise, a reload is a replacement. */
int
reload_command(const struct arguments *a)
{
	if (a->count == 0)
		return reread(a);
	return do_named("Reload", a, (const char *const *)a->operands, a->count, ONE_BY_ONE);
}
