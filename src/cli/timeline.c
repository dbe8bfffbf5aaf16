#include "cli/timeline.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "cli/cells.h"
#include "cli/chart.h"
#include "cli/field.h"
#include "cli/moment.h"
#include "cli/state.h"
#include "cli/table.h"

/* The chart has a column for each point of a trend, the latest as many as fit. What happened is marked below the point
 * in whose time it fell, so that a rise and its reason stand under each other. */

enum { POINTS = 200 /* of a chart at most */, LABEL = 10, RANGE = 18 /* columns before and after it */, WIDTH = 80 };

/* ---- the table ---- */

static const struct table_column columns[] = {
	{ "WHEN", false, 0 },
	{ "WHAT", false, 0 },
	{ "BY", false, 0 },
	{ "GEN", true, 5 },
	{ "WORKERS", true, 4 },
	{ "MEMORY", true, 3 },
	{ "QUEUE", true, 2 },
	{ "RATE", true, 1 },
};

static bool
is_alarm(const json_t *happening)
{
	return json_is_true(json_object_get(happening, "alarm"));
}

static void
add_what(struct table *t, const json_t *happening)
{
	const char *kind = field_text(happening, "kind"), *what = field_text(happening, "what");
	char words[80];
	enum colour colour = is_alarm(happening) ? COLOUR_BAD : COLOUR_PLAIN;

	if (strcmp(kind, "asked") == 0) /* as it is typed */
		snprintf(words, sizeof words, "bridle %s", what);
	else if (strcmp(kind, "scaled") == 0)
		snprintf(words, sizeof words, "workers %s", what);
	else
		snprintf(words, sizeof words, "%s", what);
	if (strcmp(kind, "moved") == 0 && !is_alarm(happening))
		colour = state_colour(what);
	table_cell(t, colour, words);
}

static void
add_who(struct table *t, const json_t *happening)
{
	char words[32] = "";
	int64_t uid;

	if (field_integer(happening, "uid", &uid))
		snprintf(words, sizeof words, "uid %lld", (long long)uid);
	table_cell(t, COLOUR_PLAIN, words);
}

/* Requests a second. */
static void
add_rate(struct text *t, int64_t thousandths)
{
	if (thousandths < 100000)
		text_addf(t, "%lld.%lld/s", (long long)(thousandths / 1000), (long long)(thousandths % 1000 / 100));
	else
		text_addf(t, "%lld/s", (long long)(thousandths / 1000));
}

/* What is not known is not there: a timeline is not a table of dashes. */
static void
add_figures(struct table *t, const json_t *happening)
{
	static const char *const names[] = { "generation", "workers", "memory", "queue", "rate" };

	for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
		char words[48];
		struct text cell;
		int64_t n;
		bool rate = i == 4,
		     known = rate ? field_seconds(happening, names[i], &n) : field_integer(happening, names[i], &n);

		text_init(&cell, words, sizeof words);
		if (known && rate && n >= 0)
			add_rate(&cell, n);
		else if (known && strcmp(names[i], "memory") == 0 && n >= 0)
			text_add_size(&cell, (uint64_t)n);
		else if (known)
			text_addf(&cell, "%lld", (long long)n);
		table_cell(t, COLOUR_PLAIN, words);
	}
}

bool
timeline_print_table(const json_t *happenings, FILE *out, struct paint p)
{
	struct table t;
	json_t *happening;
	size_t i;
	bool ok;

	table_init(&t, columns, sizeof columns / sizeof columns[0], "WHY");
	json_array_foreach((json_t *)happenings, i, happening) {
		char when[MOMENT_WORDS] = "";
		msec at;

		if (field_seconds(happening, "time", &at))
			moment_words(at, when);
		table_row(&t);
		table_cell(&t, COLOUR_FAINT, when);
		add_what(&t, happening);
		add_who(&t, happening);
		add_figures(&t, happening);
		table_note(&t, COLOUR_PLAIN, field_text(happening, "words"));
	}
	ok = table_print(&t, out, p, 0);
	table_free(&t);
	return ok;
}

/* ---- the chart ---- */

/* What of a trend is shown. */
struct window {
	const json_t *points;
	size_t first; /* of them */
	unsigned n;
	msec step, end; /* of the last one */
};

/* The finest that reaches back to SINCE, or the coarsest. False: there is none. */
static bool
choose(struct window *w, const json_t *trends, msec since)
{
	bool found = false;

	for (size_t i = 0; i < json_array_size(trends); i++) {
		const json_t *trend = json_array_get(trends, i), *points = json_object_get(trend, "points");
		size_t n = json_array_size(points);
		msec step, end;

		/* a step of less than a second, or more points than a screen has, are not of a bridled that we know */
		if (!field_seconds(trend, "step", &step) || step < 1000 || !field_seconds(trend, "end", &end) ||
			n == 0 || n > POINTS)
			continue;
		*w = (struct window){ points, 0, (unsigned)n, step, end };
		found = true;
		/* trends come from the finest to the coarsest (watcher/history.c) */
		if (end - step * (msec)n <= since)
			break;
	}
	return found;
}

/* The latest of it, as much as P is wide. */
static void
fit(struct window *w, struct paint p)
{
	/* into a pipe: as for a terminal of an ordinary width */
	unsigned width = p.width == UINT32_MAX ? WIDTH + 8 : p.width;
	unsigned room = width > LABEL + RANGE + 10 ? width - LABEL - RANGE : 10;

	if (w->n <= room)
		return;
	w->first += w->n - room;
	w->n = room;
}

typedef void add_value(struct text *t, int64_t value);

static void
add_count(struct text *t, int64_t value)
{
	text_addf(t, "%lld", (long long)value);
}

static void
add_size(struct text *t, int64_t value)
{
	text_add_size(t, (uint64_t)value);
}

static void
print_label(FILE *out, struct paint p, const char *label)
{
	fprintf(out, "%s%-*s%s", paint_on(p, COLOUR_TITLE), LABEL, label, paint_off(p, COLOUR_TITLE));
}

/* "memory    ____..::--==++**##  35M to 80M" */
static void
print_line(FILE *out, struct paint p, const char *label, const int64_t *values, unsigned n, bool from_zero,
	add_value *add)
{
	struct chart_range range = chart_range(values, n, from_zero);
	char words[3 * POINTS + 64]; /* a block character has three bytes in UTF-8 */
	struct text t;

	text_init(&t, words, sizeof words);
	chart_add(&t, values, n, range, p.terminal && chart_has_blocks());
	text_add(&t, "  ");
	if (range.known && range.most > range.least) {
		add(&t, range.least);
		text_add(&t, " to ");
	}
	if (range.known)
		add(&t, range.most);
	else
		text_add(&t, "unknown");
	print_label(out, p, label);
	fprintf(out, "%s\n", words);
}

static void
print_figures(FILE *out, struct paint p, const struct window *w)
{
	static const struct {
		const char *label, *member;
		bool from_zero;
		bool rate; /* requests of a point, shown as a second's */
		add_value *add;
	} lines[] = {
		{ "workers", "workers", true, false, add_count },
		{ "memory", "memory", false, false, add_size },
		{ "queue", "queue", true, false, add_count },
		{ "requests", "requests", true, true, add_rate },
	};
	int64_t values[POINTS];

	for (unsigned i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		for (unsigned k = 0; k < w->n; k++) {
			bool known =
				field_integer(json_array_get(w->points, w->first + k), lines[i].member, &values[k]);

			if (!known || values[k] < 0)
				values[k] = -1;
			/* requests of so many milliseconds, as thousandths a second */
			else if (lines[i].rate && values[k] < INT64_MAX / 1000000)
				values[k] = values[k] * 1000000 / w->step;
		}
		print_line(out, p, lines[i].label, values, w->n, lines[i].from_zero, lines[i].add);
	}
}

/* When what happened: a stroke, or an exclamation mark where nobody wanted it. */
static void
print_marks(FILE *out, struct paint p, const struct window *w, const json_t *happenings)
{
	char marks[POINTS + 1];
	size_t length = w->n;

	memset(marks, ' ', w->n);
	for (size_t i = 0; i < json_array_size(happenings); i++) {
		const json_t *happening = json_array_get(happenings, i);
		msec at, back;

		if (!field_seconds(happening, "time", &at) || at > w->end)
			continue;
		back = (w->end - at) / w->step;
		/* what is an alarm is not covered by what is none */
		if (back < (msec)w->n && marks[w->n - 1 - (unsigned)back] != '!')
			marks[w->n - 1 - (unsigned)back] = is_alarm(happening) ? '!' : '|';
	}
	while (length > 0 && marks[length - 1] == ' ')
		length--;
	marks[length] = '\0';
	if (length == 0)
		return;
	print_label(out, p, "events");
	fprintf(out, "%s\n", marks);
}

void
timeline_print_chart(const json_t *trends, const json_t *happenings, msec since, FILE *out, struct paint p)
{
	char span[48], step[48], until[MOMENT_WORDS];
	msec now = clock_wall();
	struct window w;
	struct text t;

	if (!choose(&w, trends, since))
		return;
	fit(&w, p);
	text_init(&t, span, sizeof span);
	text_add_duration(&t, w.step * w.n);
	text_init(&t, step, sizeof step);
	text_add_duration(&t, w.step);
	/* the last column is of a time that is not over yet */
	moment_words(w.end < now ? w.end : now, until);
	fprintf(out, "the %s until %s, %s a column:\n", span, until, step);
	print_figures(out, p, &w);
	print_marks(out, p, &w, happenings);
}
