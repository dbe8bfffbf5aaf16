/*
 * watch -- `bridle watch`: a line for every move of a service, until interrupted.
 */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "cli/account.h"
#include "cli/cli.h"
#include "cli/connection.h"
#include "cli/commands.h"
#include "cli/field.h"
#include "cli/jsonout.h"
#include "cli/paint.h"
#include "cli/state.h"

enum { RETRY_DELAY = 250 /* msec */, RETRIES = 40 /* ten seconds: a hung watcher is replaced after five */ };

static void
print_state(const json_t *event, const char *name, struct paint p)
{
	const char *state = field_text(event, name);

	fputs(paint_on(p, state_colour(state)), stdout);
	paint_visible(stdout, state);
	fputs(paint_off(p, state_colour(state)), stdout);
}

/* "16:57:11.123  ", and the colour of the name that follows. */
static void
print_moment(msec at, struct paint p)
{
	time_t seconds = at / 1000;
	struct tm tm;

	localtime_r(&seconds, &tm);
	printf("%s%02d:%02d:%02d.%03d%s  %s", paint_on(p, COLOUR_FAINT), tm.tm_hour, tm.tm_min, tm.tm_sec,
		(int)(at % 1000), paint_off(p, COLOUR_FAINT), paint_on(p, COLOUR_TITLE));
}

/* "16:57:11.123  web  starting -> running  why (pid 4711, generation 3)" */
static void
print_event(const json_t *event, struct paint p)
{
	msec at;
	int64_t pid, generation;

	field_seconds(event, "time", &at);
	print_moment(at, p);
	paint_visible(stdout, field_text(event, "service"));
	printf("%s  ", paint_off(p, COLOUR_TITLE));
	print_state(event, "from", p);
	fputs(" -> ", stdout);
	print_state(event, "to", p);
	fputs("  ", stdout);
	paint_visible(stdout, field_text(event, "reason"));
	if (field_integer(event, "generation", &generation) && field_integer(event, "pid", &pid))
		printf(" %s(pid %lld, generation %lld)%s", paint_on(p, COLOUR_FAINT), (long long)pid,
			(long long)generation, paint_off(p, COLOUR_FAINT));
	putchar('\n');
}

/* "16:57:11.123  web  runtime.timeout: a request held ..." */
static void
print_incident(const json_t *incident, struct paint p)
{
	msec at;

	field_seconds(incident, "last", &at);
	print_moment(at, p);
	paint_visible(stdout, field_text(incident, "service"));
	printf("%s  ", paint_off(p, COLOUR_TITLE));
	account_print_brief(incident, stdout, p);
	putchar('\n');
}

static void
print_reply(const struct varlink_reply *reply, const struct arguments *a, struct paint p)
{
	const json_t *event = json_object_get(reply->parameters, "event");
	const json_t *incident = json_object_get(reply->parameters, "incident");

	if (event == NULL && incident == NULL)
		return; /* a first, empty answer says that the watch has begun */
	if ((a->given & ARGUMENT(JSON)) != 0) {
		jsonout_line(event != NULL ? event : incident);
	} else if (event != NULL) {
		print_event(event, p);
	} else {
		print_incident(incident, p);
	}
	fflush(stdout); /* a line for whoever reads a pipe, as soon as it is known */
}

/* Watch over one connection until it ends; then false with T. *HEARD: somebody took the call. */
static bool
watch(const struct arguments *a, struct paint p, bool *heard, struct trouble *t)
{
	json_t *parameters = a->count > 0 ? json_pack("{s:s}", "name", a->operands[0]) : NULL;
	struct varlink_reply reply;
	struct connection c;
	bool more = true;

	if (!connection_open(&c, a, t)) {
		json_decref(parameters);
		return false;
	}
	connection_be_patient(&c);
	if (connection_send(&c, "Watch", parameters, true, t)) {
		*heard = true;
		while (more && connection_receive(&c, &reply, t)) {
			print_reply(&reply, a, p);
			more = reply.continues && !ferror(stdout);
			varlink_reply_free(&reply);
		}
	}
	connection_close(&c);
	return !more;
}

/* The watcher may die and be replaced, services unharmed: then we go on with the new one. */
int
watch_command(const struct arguments *a)
{
	struct paint p = paint_for(STDOUT_FILENO);
	struct trouble t;
	unsigned tries = 0;
	bool ever = false;

	while (tries < RETRIES) {
		bool heard = false;

		if (watch(a, p, &heard, &t))
			return CLI_OK;
		if (t.status != CLI_NO_DAEMON || !(ever || heard)) /* one that was never reached is not waited for */
			return trouble_tell(&t);
		if (heard) {
			fputs("bridle: the connection ended; trying again\n", stderr);
			tries = 0;
		}
		ever = true;
		tries++;
		nanosleep(&(struct timespec){ .tv_nsec = RETRY_DELAY * 1000000L }, NULL);
	}
	return trouble_tell(&t);
}
