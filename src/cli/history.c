/*
 * history -- `bridle history`: what happened to a service, and how it has fared.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/connection.h"
#include "cli/field.h"
#include "cli/jsonout.h"
#include "cli/timeline.h"

enum { MOST = 1000 };

/* False with T. *SINCE: how long ago it begins; -1: --since was not given. */
static bool
question(const struct arguments *a, json_t *parameters, msec *since, struct trouble *t)
{
	const char *last = a->value[OPTION_LAST], *duration = a->value[OPTION_SINCE];
	int64_t n;

	*since = -1;
	json_object_set_new(parameters, "name", json_string(a->operands[0]));
	if (last != NULL && !text_parse_int(last, 1, MOST, &n))
		return trouble_set(t, CLI_USAGE, 0, "'%s' is not a number from 1 to %d", last, MOST);
	if (last != NULL)
		json_object_set_new(parameters, "last", json_integer(n));
	/* below what the watcher takes (questions.c), so that the sentence is ours */
	if (duration != NULL && (!text_parse_duration(duration, since) || *since > 1000000000000 / 2))
		return trouble_set(t, CLI_USAGE, 0, "'%s' is not a time such as 10m, 2h or 1d", duration);
	if (duration != NULL)
		json_object_set_new(parameters, "since", json_real((double)*since / 1000));
	return true;
}

/* The chart reaches as far back as the table, or as was asked for. */
static msec
begin_of(const json_t *happenings, msec since)
{
	msec now = clock_wall(), first;

	if (since >= 0)
		return now - since;
	return field_seconds(json_array_get(happenings, 0), "time", &first) ? first : now;
}

/* Points before the first look say nothing. */
static void
drop_unknown(json_t *points)
{
	while (json_array_size(points) > 0) {
		const char *key;
		json_t *value;
		bool known = false;

		json_object_foreach(json_array_get(points, 0), key, value) {
			known = known || !json_is_null(value);
		}
		if (known)
			return;
		json_array_remove(points, 0);
	}
}

static bool
print(const json_t *answer, const struct arguments *a, msec since)
{
	const json_t *happenings = json_object_get(answer, "happenings"), *trends = json_object_get(answer, "trends");
	struct paint p = paint_for(STDOUT_FILENO);
	bool ok = true;
	json_t *trend;
	size_t i;

	if ((a->given & ARGUMENT(JSON)) != 0) {
		json_array_foreach((json_t *)trends, i, trend) {
			drop_unknown(json_object_get(trend, "points"));
		}
		jsonout_line(answer);
		return true;
	}
	if (json_array_size(happenings) == 0)
		puts("nothing has happened, as far as Bridle has kept it");
	else
		ok = timeline_print_table(happenings, stdout, p);
	if (json_array_size(trends) > 0)
		putchar('\n');
	timeline_print_chart(trends, happenings, begin_of(happenings, since), stdout, p);
	return ok;
}

int
history_command(const struct arguments *a)
{
	json_t *parameters = json_object();
	struct varlink_reply reply;
	struct connection c;
	struct trouble t;
	msec since;
	bool ok;

	/* a call takes the parameters, so where none is made they are ours */
	if (!question(a, parameters, &since, &t) || !connection_open(&c, a, &t)) {
		json_decref(parameters);
		return trouble_tell(&t);
	}
	ok = connection_call(&c, "History", parameters, &reply, &t);
	if (ok) {
		if (!print(reply.parameters, a, since))
			ok = trouble_set(&t, CLI_FAILED, 0, "not enough memory for all of it");
		varlink_reply_free(&reply);
	}
	connection_close(&c);
	return ok ? CLI_OK : trouble_tell(&t);
}
