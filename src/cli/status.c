/*
 * status -- `bridle status`: asks for all services briefly, or for some of them closely.
 */
#include <jansson.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/detail.h"
#include "cli/field.h"
#include "cli/overview.h"
#include "cli/state.h"

/* Ask for all services (no operands), or for each one named; a new array, or NULL with T. */
static json_t *
fetch(struct client *c, const struct arguments *a, struct trouble *t)
{
	json_t *services = json_array();
	struct varlink_reply reply;

	if (a->count == 0 && !client_call(c, "List", json_pack("{s:b}", "brief", 1), &reply, t))
		goto fail;
	if (a->count == 0) {
		json_array_extend(services, json_object_get(reply.parameters, "services"));
		varlink_reply_free(&reply);
	}
	for (unsigned i = 0; i < a->count; i++) {
		if (!client_call(c, "List", json_pack("{s:s}", "name", a->operands[i]), &reply, t))
			goto fail;
		json_array_extend(services, json_object_get(reply.parameters, "services"));
		varlink_reply_free(&reply);
	}
	return services;
fail:
	json_decref(services);
	return NULL;
}

static void
print_names(const json_t *services)
{
	size_t i;
	json_t *service;

	json_array_foreach((json_t *)services, i, service)
		puts(field_text(service, "name"));
}

static void
print(const json_t *services, const struct arguments *a)
{
	struct paint p = paint_for(STDOUT_FILENO);

	if ((a->given & ARGUMENT(NAMES)) != 0) {
		print_names(services);
	} else if ((a->given & ARGUMENT(JSON)) != 0) {
		json_dumpf(services, stdout, p.terminal ? JSON_INDENT(2) | JSON_ENSURE_ASCII : JSON_COMPACT);
		putchar('\n');
	} else if (a->count == 0) {
		overview_print(services, stdout, p);
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

int
status_command(const struct arguments *a)
{
	struct client c;
	struct trouble t;
	json_t *services;
	int status;

	if (!client_open(&c, a, &t))
		return trouble_tell(&t);
	services = fetch(&c, a, &t);
	client_close(&c);
	if (services == NULL)
		return trouble_tell(&t);
	print(services, a);
	status = judge(services, a);
	json_decref(services);
	return status;
}
