#include "cli/detail.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "cli/cells.h"
#include "cli/field.h"
#include "cli/moment.h"
#include "cli/state.h"
#include "cli/table.h"

enum { INDENT = 2, LABEL = 10 };

/* In this order they disappear when the terminal is narrow: descriptors, threads, state, generation, ... */
/* clang-format off */
static const struct table_column worker_columns[] = {
	{ "WORKER", true, 0 },  { "GEN", true, 4 }, { "BOOTED", false, 0 }, { "AGE", true, 1 },
	{ "HEARTBEAT", true, 0 }, { "CPU", true, 2 }, { "RSS", true, 3 },     { "PSS", true, 2 },
	{ "THREADS", true, 6 }, { "FDS", true, 7 }, { "STATE", false, 5 },
};
/* clang-format on */
enum { WORKER_COLUMNS = sizeof worker_columns / sizeof worker_columns[0] };

/* "label     words", where there are words. */
static void
line(FILE *out, struct paint p, const char *label, const char *words)
{
	if (*words == '\0')
		return;
	fprintf(out, "%*s%s%-*s%s", INDENT, "", paint_on(p, COLOUR_FAINT), LABEL, label, paint_off(p, COLOUR_FAINT));
	paint_visible(out, words);
	fputc('\n', out);
}

/* "running for 12s: reason". It is in its state since a replacement failed, but has been running all the time: then it is "running for
 * 2d4h; 12s ago reason". */
static void
print_since(const json_t *service, const char *state, const char *reason, FILE *out)
{
	bool failed = strcmp(state, "running") == 0 && state_failed(state, reason);
	char buffer[64], since[64] = "";
	struct text t;
	msec d;

	text_init(&t, since, sizeof since);
	if (field_seconds(service, "since", &d))
		cells_add_duration(&t, d);
	text_init(&t, buffer, sizeof buffer);
	if (failed && field_seconds(service, "uptime", &d))
		cells_add_duration(&t, d);
	fprintf(out, " for %s", t.len > 0 ? buffer : since);
	/* some events are called as the state that they lead to: once is enough */
	if (*reason == '\0' || strcmp(reason, state) == 0)
		return;
	if (t.len > 0)
		fprintf(out, "; %s ago ", since);
	else
		fputs(": ", out);
	paint_visible(out, reason);
}

void
detail_print_heading(const json_t *service, FILE *out, struct paint p)
{
	const char *state = field_text(service, "state"), *reason = field_text(service, "reason");

	fprintf(out, "%s", paint_on(p, COLOUR_TITLE));
	paint_visible(out, field_text(service, "name"));
	fprintf(out, "%s  %s", paint_off(p, COLOUR_TITLE), paint_on(p, state_colour(state)));
	paint_visible(out, state);
	fputs(paint_off(p, state_colour(state)), out);
	print_since(service, state, reason, out);
	fputc('\n', out);
}

/* "pid 4711, generation 3, up 2d4h, 256M" */
static void
print_master(const json_t *service, FILE *out, struct paint p)
{
	char buffer[160];
	struct text words;
	int64_t n;
	msec d;

	text_init(&words, buffer, sizeof buffer);
	if (field_integer(service, "master", &n)) {
		text_addf(&words, "pid %lld", (long long)n);
		if (field_integer(service, "generation", &n))
			text_addf(&words, ", generation %lld", (long long)n);
		if (field_seconds(service, "uptime", &d)) {
			text_add(&words, ", up ");
			cells_add_duration(&words, d);
		}
		if (field_integer(service, "memory", &n) && n >= 0) {
			text_add(&words, ", with its workers ");
			text_add_size(&words, (uint64_t)n);
		}
	}
	line(out, p, "master", buffer);
}

static void
print_due(const json_t *service, FILE *out, struct paint p)
{
	char buffer[64];
	struct text words;
	msec d;

	text_init(&words, buffer, sizeof buffer);
	if (field_seconds(service, "due", &d)) {
		text_add(&words, "in ");
		cells_add_duration(&words, d + 999); /* never "in 0s" */
	}
	line(out, p, "due", buffer);
}

/* Of a program neither number is there, and then no line is. */
static void
print_counts(const json_t *service, FILE *out, struct paint p)
{
	char buffer[64];
	struct text words;
	int64_t wanted, booted, restarts;
	bool seen = field_integer(service, "workers_booted", &booted);

	text_init(&words, buffer, sizeof buffer);
	if (field_integer(service, "workers_wanted", &wanted) && seen)
		text_addf(&words, "%lld of %lld booted", (long long)booted, (long long)wanted);
	else if (wanted > 0)
		text_addf(&words, "%lld wanted", (long long)wanted);
	line(out, p, "workers", buffer);
	text_init(&words, buffer, sizeof buffer);
	if (field_integer(service, "restarts", &restarts))
		text_addf(&words, "%lld", (long long)restarts);
	line(out, p, "restarts", buffer);
}

static void
print_listeners(const json_t *service, FILE *out, struct paint p)
{
	size_t i;
	json_t *listener;

	json_array_foreach(json_object_get(service, "listeners"), i, listener) {
		char buffer[256];
		struct text words;
		int64_t queue, backlog;
		bool seen = field_integer(listener, "queue", &queue);

		text_init(&words, buffer, sizeof buffer);
		text_add(&words, field_text(listener, "address"));
		if (field_integer(listener, "backlog", &backlog) && seen)
			text_addf(&words, "  %lld of %lld waiting", (long long)queue, (long long)backlog);
		else
			text_addf(&words, "  backlog %lld", (long long)backlog);
		line(out, p, i == 0 ? "listens" : "", buffer);
	}
}

/* "35.2ms" */
static void
add_milliseconds(struct text *t, const json_t *figures, const char *key, const char *words)
{
	const json_t *ms = json_object_get(figures, key);

	if (json_is_number(ms))
		text_addf(t, "%s%.*fms", words, json_number_value(ms) < 100 ? 1 : 0, json_number_value(ms));
}

/* "in the last minute 12.3/s, mean 35.2ms, half within 20.1ms, 95% within 120ms; 4xx 3, 5xx 1; in all 4711 since 20:57:52" */
static void
print_figures(const json_t *service, FILE *out, struct paint p)
{
	const json_t *figures = json_object_get(service, "figures"), *recent = json_object_get(figures, "recent");
	const char *before = "; ";
	char buffer[240], moment[MOMENT_WORDS];
	struct text words;
	int64_t all;
	msec since;

	if (!json_is_object(figures))
		return;
	text_init(&words, buffer, sizeof buffer);
	text_addf(&words, "in the last minute %.1f/s", json_number_value(json_object_get(figures, "rate")));
	add_milliseconds(&words, figures, "mean_ms", ", mean ");
	add_milliseconds(&words, figures, "p50_ms", ", half within ");
	add_milliseconds(&words, figures, "p95_ms", ", 95% within ");
	for (size_t class = 4; class <= 5; class ++) { /* what went wrong; the others are in the rate */
		json_int_t n = json_integer_value(json_array_get(recent, class - 1));

		if (n <= 0)
			continue;
		text_addf(&words, "%s%zuxx %lld", before, class, (long long)n);
		before = ", ";
	}
	if (field_integer(figures, "requests", &all) && field_seconds(figures, "since", &since)) {
		moment_words(clock_wall() - since, moment);
		text_addf(&words, "; in all %lld since %s", (long long)all, moment);
	}
	line(out, p, "requests", buffer);
}

/* Three answers: of a worker whose heartbeat cannot be seen nobody knows. */
static void
add_booted(struct table *t, const json_t *worker)
{
	const json_t *booted = json_object_get(worker, "booted");

	if (json_is_true(booted))
		table_cell(t, COLOUR_GOOD, "yes");
	else if (json_is_false(booted))
		table_cell(t, COLOUR_BUSY, "no");
	else
		table_cell(t, COLOUR_FAINT, "-");
}

/* Tenths: a heartbeat's age is a matter of fractions of a second, until it is not. */
static void
add_heartbeat(struct table *t, const json_t *worker)
{
	struct cell_number age = field_duration(worker, "heartbeat");
	char words[16];

	if (!age.known || age.value < 0 || age.value >= 10000) {
		cells_duration(t, age);
		return;
	}
	snprintf(words, sizeof words, "%.1fs", (double)age.value / 1000);
	table_cell(t, COLOUR_PLAIN, words);
}

static void
add_cpu(struct table *t, const json_t *worker)
{
	const json_t *cpu = json_object_get(worker, "cpu");
	char words[32];

	snprintf(words, sizeof words, "%.0f%%", json_number_value(cpu));
	table_cell(t, json_is_number(cpu) ? COLOUR_PLAIN : COLOUR_FAINT, json_is_number(cpu) ? words : "-");
}

static void
print_workers(const json_t *service, FILE *out, struct paint p)
{
	const json_t *workers = json_object_get(service, "workers");
	struct table t;
	size_t i;
	json_t *worker;

	if (json_array_size(workers) == 0)
		return;
	table_init(&t, worker_columns, WORKER_COLUMNS, "");
	json_array_foreach((json_t *)workers, i, worker) {
		table_row(&t);
		cells_integer(&t, COLOUR_PLAIN, field_number(worker, "pid"));
		cells_integer(&t, COLOUR_PLAIN, field_number(worker, "generation"));
		add_booted(&t, worker);
		cells_duration(&t, field_duration(worker, "age"));
		add_heartbeat(&t, worker);
		add_cpu(&t, worker);
		cells_size(&t, field_number(worker, "rss"));
		cells_size(&t, field_number(worker, "pss"));
		cells_integer(&t, COLOUR_PLAIN, field_number(worker, "threads"));
		cells_integer(&t, COLOUR_PLAIN, field_number(worker, "fds"));
		table_cell(&t, COLOUR_PLAIN, field_text(worker, "state"));
	}
	fputc('\n', out);
	table_print(&t, out, p, INDENT);
	table_free(&t);
}

void
detail_print(const json_t *services, FILE *out, struct paint p)
{
	size_t i;
	json_t *service;

	json_array_foreach((json_t *)services, i, service) {
		if (i > 0)
			fputc('\n', out);
		detail_print_heading(service, out, p);
		print_master(service, out, p);
		print_due(service, out, p);
		print_counts(service, out, p);
		print_listeners(service, out, p);
		line(out, p, "not given", field_text(service, "withheld"));
		line(out, p, "settings", field_text(service, "outdated"));
		line(out, p, "safe mode", field_text(service, "safe_mode"));
		print_figures(service, out, p);
		line(out, p, "last end", field_text(service, "last_end"));
		line(out, p, "says", field_text(service, "says"));
		line(out, p, "log", field_text(service, "log"));
		print_workers(service, out, p);
	}
}
