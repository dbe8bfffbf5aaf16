#include "cli/account.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/field.h"
#include "cli/moment.h"
#include "cli/victim.h"
#include "core/cause.h"

/* Each print_x() writes a line, or two, where the incident has that, and nothing where it has not: what an older or a
 * newer bridled does not tell is missing, and no error. */

/* One death and the first line stand for the rest: `bridle why --json` has all of them. */
enum { MARGIN = 2, LINES = 1, DUMP = 6, WORDS = 480 };

static bool
is_true(const json_t *object, const char *key)
{
	return json_is_true(json_object_get(object, key));
}

/* An incident that nobody wanted is red; what was asked for, or done on purpose, asks nobody to act. */
static enum colour
colour_of(const json_t *incident)
{
	return is_true(incident, "alarm") ? COLOUR_BAD : COLOUR_GOOD;
}

static const char *
certainty(const json_t *incident)
{
	return json_number_value(json_object_get(incident, "confidence")) < CAUSE_CONFIDENT / 100. ? "likely " : "";
}

static void
print_time(FILE *out, msec at)
{
	char words[MOMENT_WORDS];

	moment_words(at, words);
	fputs(words, out);
}

/* "web 20:57:52  runtime.timeout in phase runtime, 3 times until 20:59:10" */
static void
print_heading(const json_t *incident, FILE *out, struct paint p)
{
	int64_t times;
	msec at;

	fputs(paint_on(p, COLOUR_TITLE), out);
	paint_visible(out, field_text(incident, "service"));
	fprintf(out, "%s  ", paint_off(p, COLOUR_TITLE));
	if (field_seconds(incident, "time", &at))
		print_time(out, at);
	fprintf(out, "  %s%s", certainty(incident), paint_on(p, colour_of(incident)));
	paint_visible(out, field_text(incident, "class"));
	fprintf(out, "%s in phase ", paint_off(p, colour_of(incident)));
	paint_visible(out, field_text(incident, "phase"));
	if (field_integer(incident, "times", &times) && times > 1 && field_seconds(incident, "last", &at)) {
		fprintf(out, ", %lld times until ", (long long)times);
		print_time(out, at);
	}
	fputc('\n', out);
}

/* What a log or a dump holds may be anything: visible characters only reach the terminal. */
static void
print_words(FILE *out, struct paint p, const char *words)
{
	char visible[WORDS];
	struct text t;

	text_init(&t, visible, sizeof visible);
	text_add_visible(&t, words, strlen(words));
	if (visible[0] != '\0')
		paint_wrapped(out, p, COLOUR_PLAIN, visible, MARGIN);
}

/* "; memory pressure was 43 % just before": what hardly anybody had to wait for says nothing. */
static void
add_pressure(struct text *t, const json_t *death)
{
	static const char *const keys[][2] = { { "memory_pressure", "memory" }, { "io_pressure", "disk" },
		{ "cpu_pressure", "CPU" } };
	enum { NOTABLE = 20 }; /* per cent of the time */

	for (unsigned i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		double share = json_number_value(json_object_get(death, keys[i][0]));

		if (share >= NOTABLE)
			text_addf(t, "; %s pressure was %.0f %% just before", keys[i][1], share);
	}
}

/* "worker 123 was killed by SIGKILL after 2m; up; last heartbeat 31s before; 212M" */
static void
print_death(const json_t *death, FILE *out, struct paint p)
{
	const json_t *booted = json_object_get(death, "booted");
	char words[WORDS];
	int64_t pid, bytes;
	struct text t;
	msec age;

	field_integer(death, "pid", &pid);
	text_init(&t, words, sizeof words);
	text_addf(&t, "worker %lld ", (long long)pid);
	text_add(&t, field_text(death, "ended")[0] != '\0' ? field_text(death, "ended") : "ended");
	if (field_seconds(death, "age", &age)) {
		text_add(&t, " after ");
		text_add_duration(&t, age);
	}
	if (json_is_boolean(booted))
		text_add(&t,
			json_is_true(booted) ? ", it had loaded the application" :
					       ", before it had loaded the application");
	if (field_seconds(death, "heartbeat", &age)) {
		text_add(&t, ", its last heartbeat was ");
		text_add_duration(&t, age);
		text_add(&t, " before");
	}
	if ((field_integer(death, "pss", &bytes) || field_integer(death, "rss", &bytes)) && bytes > 0) {
		text_add(&t, ", it had ");
		text_add_size(&t, (uint64_t)bytes);
	}
	/* what it waited for when nothing could end it: else where somebody waits says little */
	if (strcmp(field_text(death, "state"), "D") == 0 && field_text(death, "where")[0] != '\0')
		text_addf(&t, "; it was waiting in %s, where no signal reaches it", field_text(death, "where"));
	add_pressure(&t, death);
	print_words(out, p, words);
}

/* "12s before its end it was waiting in recvfrom; 10.0.0.5:5432 had sent nothing for 18s" */
static void
print_hang(const json_t *incident, FILE *out, struct paint p)
{
	const json_t *hang = json_object_get(incident, "hang"),
		     *peer = json_array_get(json_object_get(hang, "peers"), 0);
	double cpu = json_number_value(json_object_get(hang, "cpu"));
	const char *call = field_text(hang, "call"), *state = field_text(hang, "state");
	/* a call that it happened to be in says nothing then */
	bool stopped = strcmp(state, "T") == 0, busy = !stopped && (cpu >= 50 || strcmp(state, "R") == 0);
	char words[WORDS];
	struct text t;
	msec age;

	if (!json_is_object(hang) || !field_seconds(hang, "heartbeat", &age))
		return;
	text_init(&t, words, sizeof words);
	text_add(&t, "when it had not beaten for ");
	text_add_duration(&t, age);
	if (stopped)
		text_add(&t, " it was stopped, as SIGSTOP does: SIGCONT lets it go on");
	else if (busy)
		text_addf(&t, " it was busy, at %.0f %% of a CPU", cpu);
	else if (call[0] != '\0')
		text_addf(&t, " it was waiting in %s", call);
	else
		text_addf(&t, " it was in state %s", state);
	if (!busy && !stopped && peer != NULL && field_seconds(peer, "silent", &age)) {
		text_addf(&t, "; %s had sent nothing for ", field_text(peer, "address"));
		text_add_duration(&t, age);
	}
	print_words(out, p, words);
}

/* "7 waited in a queue for 8, 12 times one found no room; 95 of 100 connections were open; CPU pressure was 83 %" */
static void
print_strain(const json_t *incident, FILE *out, struct paint p)
{
	const json_t *strain = json_object_get(incident, "strain");
	int64_t queue, room, dropped, open, most;
	msec wait;
	char words[WORDS];
	struct text t;

	if (!json_is_object(strain) || !field_integer(strain, "queue", &queue))
		return;
	text_init(&t, words, sizeof words);
	text_addf(&t, "%lld waited", (long long)queue);
	if (field_integer(strain, "room", &room))
		text_addf(&t, " in a queue for %lld", (long long)room);
	if (field_seconds(strain, "wait", &wait) && wait > 0) {
		text_add(&t, ", the last of them for about ");
		text_add_duration(&t, wait);
	}
	if (field_integer(strain, "dropped", &dropped) && dropped > 0)
		text_addf(&t, ", %lld times one found no room", (long long)dropped);
	if (field_integer(strain, "open", &open) && field_integer(strain, "open_most", &most))
		text_addf(&t, "; %lld of %lld connections were open", (long long)open, (long long)most);
	add_pressure(&t, strain);
	if (json_number_value(json_object_get(strain, "steal")) >= 1)
		text_addf(&t, "; others had %.0f %% of the processors' time",
			json_number_value(json_object_get(strain, "steal")));
	print_words(out, p, words);
}

/* The beginning of what hang_dump said: stacks begin with where they are. */
static void
print_dump(const json_t *incident, FILE *out, struct paint p)
{
	const char *at = field_text(json_object_get(incident, "hang"), "dump");
	char line[WORDS];

	for (unsigned i = 0; i < DUMP && *at != '\0'; i++) {
		size_t n = strcspn(at, "\n");

		snprintf(line, sizeof line, "%.*s", (int)(n < sizeof line ? n : sizeof line - 1), at);
		print_words(out, p, line);
		at += n + (at[n] == '\n');
	}
}

/* What happened at the same time is no part of the verdict, but who looks for another death finds it here. */
static void
print_also(const json_t *incident, FILE *out, struct paint p)
{
	const json_t *also = json_object_get(incident, "also");
	char words[WORDS];
	struct text t;

	if (json_array_size(also) == 0)
		return;
	text_init(&t, words, sizeof words);
	text_add(&t, "at the same time: ");
	for (size_t i = 0; i < json_array_size(also); i++) {
		const char *class = json_string_value(json_array_get(also, i));

		text_addf(&t, "%s%s", i > 0 ? ", " : "", class != NULL ? class : "?");
	}
	print_words(out, p, words);
}

/* How Gunicorn's SIGABRT leaves a stack: it says nothing itself, but where it ends is the slow call. */
static bool
is_abort(const json_t *incident, const json_t *exception)
{
	const char *dot = strrchr(field_text(incident, "class"), '.');

	return dot != NULL && strcmp(dot, ".timeout") == 0 && strcmp(field_text(exception, "type"), "SystemExit") == 0;
}

static void
print_exception(const json_t *incident, FILE *out, struct paint p)
{
	/* where there was another one behind the last: it came first */
	const json_t *e = json_object_get(incident, "root_exception");
	char words[WORDS];
	struct text t;
	int64_t row;

	if (e == NULL)
		e = json_object_get(incident, "exception");
	if (e == NULL || field_text(e, "type")[0] == '\0')
		return;
	text_init(&t, words, sizeof words);
	if (is_abort(incident, e))
		text_add(&t, "where its master's signal found it:");
	else
		text_addf(&t, "%s: %s", field_text(e, "type"), field_text(e, "message"));
	if (field_text(e, "file")[0] != '\0' && field_integer(e, "row", &row))
		text_addf(&t, " (%s:%lld)", field_text(e, "file"), (long long)row);
	print_words(out, p, words);
}

/* The lines that carry it, unless the exception says more than they do. */
static void
print_lines(const json_t *incident, FILE *out, struct paint p)
{
	const json_t *lines = json_object_get(incident, "lines");

	if (json_object_get(incident, "exception") != NULL)
		return;
	for (size_t i = 0; i < json_array_size(lines) && i < LINES; i++)
		print_words(out, p, field_text(json_array_get(lines, i), "text"));
}

/* Where nobody says why something ended; it is no proof, and is said as none. */
static void
print_last_words(const json_t *incident, FILE *out, struct paint p)
{
	const char *line = field_text(incident, "last_words");
	char words[WORDS];
	struct text t;

	if (line[0] == '\0')
		return;
	text_init(&t, words, sizeof words);
	text_addf(&t, "last in its log before that, whoever wrote it: %s", line);
	print_words(out, p, words);
}

/* From the verdict to what can be done about it: who reads two lines knows what matters, and each line below says more. */
void
account_print(const json_t *incident, FILE *out, struct paint p)
{
	print_heading(incident, out, p);
	print_words(out, p, field_text(incident, "what"));
	print_exception(incident, out, p);
	print_lines(incident, out, p);
	print_last_words(incident, out, p);
	if (victim_of(incident) != NULL)
		print_death(victim_of(incident), out, p);
	print_also(incident, out, p);
	print_hang(incident, out, p);
	print_strain(incident, out, p);
	print_dump(incident, out, p);
	if (field_text(incident, "asked")[0] != '\0') {
		fputs("  asked for: ", out);
		paint_visible(out, field_text(incident, "asked"));
		fputc('\n', out);
	}
	print_words(out, p, field_text(incident, "did"));
	print_words(out, p, field_text(incident, "action"));
}

void
account_print_brief(const json_t *incident, FILE *out, struct paint p)
{
	fprintf(out, "%s%s", certainty(incident), paint_on(p, colour_of(incident)));
	paint_visible(out, field_text(incident, "class"));
	fprintf(out, "%s: ", paint_off(p, colour_of(incident)));
	paint_visible(out, field_text(incident, "what"));
}
