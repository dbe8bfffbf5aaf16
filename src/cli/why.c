/*
 * why -- `bridle why`: what went wrong, from bridled, or from a log (why_log.c).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "cli/account.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/connection.h"
#include "cli/detail.h"
#include "cli/field.h"
#include "cli/jsonout.h"
#include "cli/moment.h"
#include "cli/state.h"
#include "cli/trouble.h"
#include "cli/why_log.h"
#include "core/cause.h"
#include "core/life.h"

enum {
	MOST = 1000,        /* far more than the watcher keeps (DOCKET_KEPT): no number of a person is refused */
	BELONGS = 10 * 1000 /* msec between an incident and the move that is its outcome: the watcher sees both soon */
};

static void
print_json(const json_t *incidents)
{
	size_t i;
	json_t *incident;

	json_array_foreach((json_t *)incidents, i, incident) {
		jsonout_line(incident);
	}
}

/* Can INCIDENT be what SERVICE came into its state by? One that runs on beside no new generation lost that one before it was
 * ready: what happened to the old one while it served is something else. */
static bool
is_of_its_kind(const json_t *service, const json_t *incident)
{
	const char *phase = field_text(incident, "phase");

	return !state_serves(field_text(service, "state")) || strcmp(phase, cause_phases[PHASE_BOOT]) == 0 ||
		strcmp(phase, cause_phases[PHASE_STARTUP_CONFIG]) == 0;
}

/* Is one of INCIDENTS about the state that SERVICE is in? Not one that somebody wanted: a generation that was ended because
 * what comes after its start failed was asked to end. One that is tried again failed before it waited, however long that was. */
static bool
is_told(const json_t *service, const json_t *incidents)
{
	const char *name = field_text(service, "name");
	bool is_tried = strcmp(field_text(service, "state"), life_state_name(LIFE_STARTING)) == 0;
	size_t i;
	json_t *incident;
	msec since, last;

	field_seconds(service, "since", &since);
	json_array_foreach((json_t *)incidents, i, incident)
		if (json_is_true(json_object_get(incident, "alarm")) &&
			strcmp(field_text(incident, "service"), name) == 0 && is_of_its_kind(service, incident) &&
			(is_tried || !field_seconds(incident, "last", &last) || last > clock_wall() - since - BELONGS))
			return true;
	return false;
}

/* Incidents are made of what a Gunicorn says and of its workers' ends. A program has neither, nor has a Gunicorn that could
 * not be executed: that they fail is known from their state alone. How many there are; BEFORE: more was printed above. */
static unsigned
print_untold(const json_t *services, const json_t *incidents, bool before, struct paint p)
{
	unsigned n = 0;
	size_t i;
	json_t *service;

	json_array_foreach((json_t *)services, i, service) {
		if (!state_failed(field_text(service, "state"), field_text(service, "reason")) ||
			is_told(service, incidents))
			continue;
		if (before || n > 0)
			putchar('\n');
		n++;
		detail_print_heading(service, stdout, p);
		fputs("  no more was seen of it; what it wrote, if anything: bridle logs ", stdout);
		paint_visible(stdout, field_text(service, "name"));
		putchar('\n');
	}
	return n;
}

/* That its service came to serve only after INCIDENT: whoever reads of it hours later would take it for what is so now. A state
 * that it was in before, and goes on in, says nothing of that. */
static void
print_since(const json_t *incident, const json_t *services, struct paint p)
{
	const char *name = field_text(incident, "service");
	size_t i;
	json_t *service;

	json_array_foreach((json_t *)services, i, service) {
		const char *state = field_text(service, "state"), *reason = field_text(service, "reason");
		char moment[MOMENT_WORDS], words[1024];
		msec since, last;
		struct text t;

		if (strcmp(field_text(service, "name"), name) != 0 || !state_serves(state) ||
			state_failed(state, reason) || !field_seconds(service, "since", &since) ||
			!field_seconds(incident, "last", &last) || last > clock_wall() - since)
			continue;
		moment_words(clock_wall() - since, moment);
		text_init(&t, words, sizeof words);
		text_addf(&t, "since %s it is %s: ", moment, state);
		text_add_visible(&t, reason, strlen(reason));
		paint_wrapped(stdout, p, COLOUR_GOOD, words, 2);
	}
}

/* What A asks for. Of all services only what nobody wanted: of one without any, bridled tells the latest that was wanted. That is an
 * answer to who asks for this service, and hides the others from who asks for all. */
static void
print(const json_t *incidents, const json_t *services, const struct arguments *a)
{
	bool is_past = a->value[OPTION_LAST] != NULL, trouble = a->count == 0 && !is_past;
	struct paint p = paint_for(STDOUT_FILENO);
	unsigned n = 0, left_out = 0;
	size_t i;
	json_t *incident;

	json_array_foreach((json_t *)incidents, i, incident) {
		if (trouble && json_is_false(json_object_get(incident, "alarm"))) {
			left_out++;
			continue;
		}
		if (n++ > 0)
			putchar('\n');
		account_print(incident, stdout, p);
		if (!is_past && json_is_true(json_object_get(incident, "alarm")))
			print_since(incident, services, p);
	}
	if (print_untold(services, incidents, n > 0, p) == 0 && n == 0)
		puts("nothing has gone wrong, as far as Bridle saw");
	if (left_out > 0)
		printf("\nleft out: %u asked for, done on purpose, or advice; bridle why --last 1 shows them\n",
			left_out);
}

static json_t *
question(const struct arguments *a, struct trouble *t)
{
	const char *last = a->value[OPTION_LAST];
	json_t *parameters = json_object();
	int64_t n;

	/* here, and not by an error of bridled's: the words are those of the command line */
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

/* The services that A means, as they stand. */
static json_t *
standing(const struct arguments *a)
{
	json_t *parameters = json_pack("{s:b}", "brief", 1);

	if (a->count > 0)
		json_object_set_new(parameters, "name", json_string(a->operands[0]));
	return parameters;
}

static bool
answer(struct connection *c, const struct arguments *a, json_t *parameters, struct trouble *t)
{
	struct varlink_reply reply, services;
	const json_t *incidents;
	bool ok = true;

	if (!connection_call(c, "Why", parameters, &reply, t))
		return false;
	incidents = json_object_get(reply.parameters, "incidents");
	if ((a->given & ARGUMENT(JSON)) != 0) {
		print_json(incidents);
	} else if ((ok = connection_call(c, "List", standing(a), &services, t))) {
		print(incidents, json_object_get(services.parameters, "services"), a);
		varlink_reply_free(&services);
	}
	varlink_reply_free(&reply);
	return ok;
}

static int
ask(const struct arguments *a)
{
	struct trouble t;
	json_t *parameters = question(a, &t);
	struct connection c;
	bool ok;

	if (parameters == NULL)
		return trouble_tell(&t);
	if (!connection_open(&c, a, &t)) {
		json_decref(parameters);
		return trouble_tell(&t);
	}
	ok = answer(&c, a, parameters, &t);
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
