#include "cli/overview.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/cells.h"
#include "cli/state.h"
#include "cli/table.h"
#include "core/life.h"
#include "wire/jsonr.h"

/* In this order they disappear when the terminal is narrow: restarts, pid, memory, uptime, queue. */
/* clang-format off */
static const struct table_column columns[] = {
	{ "NAME", false, 0 },   { "STATE", false, 0 },   { "WORKERS", true, 0 }, { "PID", true, 4 },
	{ "UPTIME", true, 2 },  { "RESTARTS", true, 5 }, { "MEMORY", true, 3 },  { "QUEUE", true, 1 },
};
/* clang-format on */
enum { COLUMNS = sizeof columns / sizeof columns[0] };

/* What a row shows of a service. A number that is not there is unknown. */
enum { DUE, MASTER, UPTIME, RESTARTS, WANTED, BOOTED, MEMORY, QUEUE, NUMBERS };

/* As long as page (wire/page.h) and words (watcher/words.h) make them; what is longer is cut. */
struct row {
	char name[64], state[16], reason[768], outdated[160], safe_mode[160];
	struct cell_number numbers[NUMBERS];
};

static const struct {
	const char *key;
	bool seconds;
} numbers[NUMBERS] = {
	[DUE] = { "due", true },
	[MASTER] = { "master", false },
	[UPTIME] = { "uptime", true },
	[RESTARTS] = { "restarts", false },
	[WANTED] = { "workers_wanted", false },
	[BOOTED] = { "workers_booted", false },
	[MEMORY] = { "memory", false },
	[QUEUE] = { "queue", false },
};

static void
read_number(struct jsonr *r, struct jsonr_key key, struct row *row)
{
	for (unsigned i = 0; i < NUMBERS; i++)
		if (jsonr_key_is(key, numbers[i].key)) {
			struct cell_number *n = &row->numbers[i];

			n->known = numbers[i].seconds ? jsonr_thousandths(r, &n->value) : jsonr_integer(r, &n->value);
			return;
		}
	jsonr_skip(r);
}

/* The service that comes next. */
static void
read_row(struct jsonr *r, struct row *row)
{
	const struct {
		const char *key;
		char *to;
		size_t size;
	} words[] = {
		{ "name", row->name, sizeof row->name },
		{ "state", row->state, sizeof row->state },
		{ "reason", row->reason, sizeof row->reason },
		{ "outdated", row->outdated, sizeof row->outdated },
		{ "safe_mode", row->safe_mode, sizeof row->safe_mode },
	};
	struct jsonr_key key;
	struct text t;

	row->name[0] = row->state[0] = row->reason[0] = row->outdated[0] = row->safe_mode[0] = '\0';
	memset(row->numbers, 0, sizeof row->numbers);
	if (!jsonr_object_open(r))
		return;
	while (jsonr_object_next(r, &key)) {
		unsigned i = 0;

		while (i < sizeof words / sizeof words[0] && !jsonr_key_is(key, words[i].key))
			i++;
		if (i == sizeof words / sizeof words[0]) {
			read_number(r, key, row);
		} else {
			text_init(&t, words[i].to, words[i].size);
			jsonr_string(r, &t);
		}
	}
}

/* Call EACH with every service of the reply in FRAME. False when it is an error, or no reply to List. */
static bool
read_rows(const char *frame, size_t length, void (*each)(void *context, const struct row *row), void *context)
{
	struct jsonr r;
	struct jsonr_key key;
	struct row row;
	bool list = false;

	jsonr_init(&r, frame, length);
	jsonr_object_open(&r);
	while (jsonr_object_next(&r, &key)) {
		if (jsonr_key_is(key, "error")) /* the caller reads it as such */
			return false;
		if (!jsonr_key_is(key, "parameters") || !jsonr_object_open(&r)) {
			jsonr_skip(&r);
			continue;
		}
		while (jsonr_object_next(&r, &key)) {
			if (!jsonr_key_is(key, "services")) {
				jsonr_skip(&r);
				continue;
			}
			list = jsonr_array_open(&r);
			while (list && jsonr_array_next(&r)) {
				read_row(&r, &row);
				each(context, &row);
			}
		}
	}
	return jsonr_done(&r) && list;
}

/* Why, where that is news: what it says of one that runs is not, unless nobody could see whether it is ready, or what was to
 * take its place failed, or its settings are not those of now; nor is the state alone. */
static void
add_why(struct table *t, const struct row *row)
{
	char buffer[1024];
	struct text why;
	bool failed = state_failed(row->state, row->reason);

	if (strcmp(row->state, "running") == 0 && !failed && row->outdated[0] != '\0') {
		table_note(t, COLOUR_BUSY, row->outdated);
		return;
	}
	if (strcmp(row->state, "running") == 0 && !failed && strcmp(row->reason, life_event_text(ON_ASSUMED)) != 0 &&
		strcmp(row->reason, life_event_text(ON_NEXT_ASSUMED)) != 0)
		return;
	text_init(&why, buffer, sizeof buffer);
	if (strcmp(row->reason, row->state) != 0)
		text_add(&why, row->reason);
	if (strcmp(row->state, "waiting") == 0 && row->numbers[DUE].known) {
		text_add(&why, why.len > 0 ? "; starts again in " : "starts again in ");
		cells_add_duration(&why, row->numbers[DUE].value + 999); /* never "in 0s" */
	}
	table_note(t, failed ? COLOUR_BAD : COLOUR_PLAIN, buffer);
}

/* How many services are in which state, in the order in which the states first appear. */
struct sums {
	struct {
		char state[16];
		unsigned count;
	} of[16];
	unsigned used, services;
};

static void
count(struct sums *s, const char *state)
{
	unsigned i = 0;

	s->services++;
	while (i < s->used && strcmp(s->of[i].state, state) != 0)
		i++;
	if (i == sizeof s->of / sizeof s->of[0])
		return; /* more states than there are: not a bridled that we know */
	text_copy(s->of[i].state, sizeof s->of[i].state, state);
	s->of[i].count++;
	s->used += i == s->used;
}

/* "12 services: 10 running, 1 waiting, 1 stopped" */
static void
print_sums(const struct sums *s, FILE *out, struct paint p)
{
	char buffer[512];
	struct text words;

	text_init(&words, buffer, sizeof buffer);
	text_addf(&words, "%u services: ", s->services);
	for (unsigned i = 0; i < s->used; i++)
		text_addf(&words, "%s%u %s", i > 0 ? ", " : "", s->of[i].count, s->of[i].state);
	fputc('\n', out);
	paint_wrapped(out, p, COLOUR_FAINT, buffer, 0);
}

struct overview {
	struct table table;
	struct sums sums;
	char safe_mode[160]; /* as the last service says: all say the same */
};

static void
add_row(void *context, const struct row *row)
{
	struct overview *o = context;
	struct table *t = &o->table;
	const struct cell_number *n = row->numbers;

	table_row(t);
	table_cell(t, COLOUR_PLAIN, row->name);
	table_cell(t, state_colour(row->state), row->state);
	cells_workers(t, n[BOOTED], n[WANTED]);
	cells_integer(t, COLOUR_PLAIN, n[MASTER]);
	cells_duration(t, n[UPTIME]);
	cells_integer(t, n[RESTARTS].value > 0 ? COLOUR_BUSY : COLOUR_PLAIN, n[RESTARTS]);
	cells_size(t, n[MEMORY]);
	cells_integer(t, n[QUEUE].value > 0 ? COLOUR_BUSY : COLOUR_PLAIN, n[QUEUE]);
	add_why(t, row);
	count(&o->sums, row->state);
	text_copy(o->safe_mode, sizeof o->safe_mode, row->safe_mode);
}

bool
overview_print(const char *frame, size_t length, FILE *out, struct paint p)
{
	struct overview o = { .sums = { .used = 0 } };
	bool ok;

	/* read to its end before the first line is printed: half a table would look like a whole one */
	table_init(&o.table, columns, COLUMNS, "WHY");
	ok = read_rows(frame, length, add_row, &o);
	if (ok && o.sums.services == 0)
		fputs("no services are configured\n", out);
	else if (ok)
		table_print(&o.table, out, p, 0);
	if (ok && p.terminal && o.sums.services > 1)
		print_sums(&o.sums, out, p);
	if (ok && o.safe_mode[0] != '\0') {
		fprintf(out, "\n%s", paint_on(p, COLOUR_BAD));
		paint_visible(out, o.safe_mode);
		fprintf(out, "%s\n", paint_off(p, COLOUR_BAD));
	}
	table_free(&o.table);
	return ok;
}

static void
print_name(void *out, const struct row *row)
{
	paint_visible(out, row->name);
	fputc('\n', out);
}

/* For scripts and completions: nothing but names, whatever else the answer holds. */
bool
overview_print_names(const char *frame, size_t length, FILE *out)
{
	return read_rows(frame, length, print_name, out);
}
