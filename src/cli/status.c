/*
 * status -- `bridle status`: asks for all services briefly, or for some of them closely.
 */
#include <jansson.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/connection.h"
#include "cli/detail.h"
#include "cli/field.h"
#include "cli/jsonout.h"
#include "cli/overview.h"
#include "cli/state.h"

/* All services as they are read: without building them first. */
static bool
show_all(struct connection *c, const struct arguments *a, struct trouble *t)
{
	struct varlink_reply reply;
	size_t length;
	const char *frame;
	bool names = (a->given & ARGUMENT(NAMES)) != 0;

	if (!connection_send(c, "List", json_pack("{s:b}", "brief", 1), false, t))
		return false;
	frame = connection_frame(c, &length, t);
	if (frame == NULL)
		return false;
	if (names ? overview_print_names(frame, length, stdout) :
		    overview_print(frame, length, stdout, paint_for(STDOUT_FILENO)))
		return true;
	/* read once more, slowly: most likely it is an error, which this puts into words */
	if (connection_understand(frame, length, &reply, t)) {
		varlink_reply_free(&reply);
		trouble_set(t, CLI_FAILED, 0, "the answer of bridled makes no sense: no list of services");
	}
	return false;
}

/* Each service that is named, or all of them: a new array, or NULL with T. */
static json_t *
fetch(struct connection *c, const struct arguments *a, struct trouble *t)
{
	/* one call for each: only of one service is everything looked at (listing.h) */
	json_t *services = json_array();
	unsigned i = 0;

	do {
		json_t *parameters =
			a->count > 0 ? json_pack("{s:s}", "name", a->operands[i]) : json_pack("{s:b}", "brief", 1);
		struct varlink_reply reply;

		if (!connection_call(c, "List", parameters, &reply, t)) {
			json_decref(services);
			return NULL;
		}
		json_array_extend(services, json_object_get(reply.parameters, "services"));
		varlink_reply_free(&reply);
	} while (++i < a->count);
	return services;
}

static void
print_names(const json_t *services)
{
	size_t i;
	json_t *service;

	json_array_foreach((json_t *)services, i, service) {
		paint_visible(stdout, field_text(service, "name"));
		putchar('\n');
	}
}

static void
print(const json_t *services, const struct arguments *a)
{
	struct paint p = paint_for(STDOUT_FILENO);

	/* names before JSON: who asks for both gets what is shorter */
	if ((a->given & ARGUMENT(NAMES)) != 0) {
		print_names(services);
	} else if ((a->given & ARGUMENT(JSON)) != 0) {
		json_dumpf(services, stdout,
			/* for eyes: indented, and nothing that a terminal could take for a command */
			JSONOUT_REALS | (p.terminal ? JSON_INDENT(2) | JSON_ENSURE_ASCII : JSON_COMPACT));
		putchar('\n');
	} else {
		detail_print(services, stdout, p);
	}
}

/* CLI_NOT_READY when a service that was named is down. */
static int
judge(const json_t *services, const struct arguments *a)
{
	size_t i;
	json_t *service;

	json_array_foreach((json_t *)services, i, service)
		if (a->count > 0 && !state_serves(field_text(service, "state")))
			return CLI_NOT_READY;
	return CLI_OK;
}

static int
show_some(struct connection *c, const struct arguments *a, struct trouble *t)
{
	json_t *services = fetch(c, a, t);
	int status;

	if (services == NULL)
		return trouble_tell(t);
	print(services, a);
	status = judge(services, a);
	json_decref(services);
	return status;
}

int
status_command(const struct arguments *a)
{
	struct connection c;
	struct trouble t;
	int status;

	if (!connection_open(&c, a, &t))
		return trouble_tell(&t);
	if (a->count > 0 || (a->given & ARGUMENT(JSON)) != 0)
		status = show_some(&c, a, &t);
	else
		status = show_all(&c, a, &t) ? CLI_OK : trouble_tell(&t);
	connection_close(&c);
	return status;
}
