#include "cli/overview.h"

#include <string.h>

#include "base/text.h"
#include "cli/cells.h"
#include "cli/field.h"
#include "cli/state.h"
#include "cli/table.h"

/* In this order they disappear when the terminal is narrow: restarts, pid, memory, uptime, queue. */
static const struct table_column columns[] = {
	{ "NAME", false, 0 },   { "STATE", false, 0 },   { "WORKERS", true, 0 }, { "PID", true, 4 },
	{ "UPTIME", true, 2 },  { "RESTARTS", true, 5 }, { "MEMORY", true, 3 },  { "QUEUE", true, 1 },
};
enum { COLUMNS = sizeof columns / sizeof columns[0] };

/* Why, where that is news: that one runs because it is ready says its state. */
static void
add_why(struct table *t, const json_t *service)
{
	const char *state = field_text(service, "state");
	char buffer[1024];
	struct text why;
	msec due;

	if (strcmp(state, "running") == 0)
		return;
	text_init(&why, buffer, sizeof buffer);
	text_add(&why, field_text(service, "reason"));
	if (strcmp(state, "waiting") == 0 && field_seconds(service, "due", &due)) {
		text_add(&why, why.len > 0 ? "; starts again in " : "starts again in ");
		cells_add_duration(&why, due);
	}
	table_note(t, state_colour(state) == COLOUR_BAD ? COLOUR_BAD : COLOUR_PLAIN, buffer);
}

static void
add_row(struct table *t, const json_t *service)
{
	const char *state = field_text(service, "state");
	int64_t restarts;

	table_row(t);
	table_cell(t, COLOUR_PLAIN, "%s", field_text(service, "name"));
	table_cell(t, state_colour(state), "%s", state);
	cells_workers(t, service);
	cells_integer(t, service, "master");
	cells_duration(t, service, "uptime");
	field_integer(service, "restarts", &restarts);
	table_cell(t, restarts > 0 ? COLOUR_BUSY : COLOUR_PLAIN, "%lld", (long long)restarts);
	cells_size(t, service, "memory");
	cells_queue(t, service, "queue");
	add_why(t, service);
}

/* "12 services: 10 running, 1 waiting, 1 stopped", the states in the order in which they first appear. */
static void
print_sums(const json_t *services, FILE *out, struct paint p)
{
	struct { const char *state; unsigned count; } sums[16] = { { NULL, 0 } };
	unsigned used = 0;
	size_t i;
	json_t *service;

	json_array_foreach((json_t *)services, i, service) {
		const char *state = field_text(service, "state");
		unsigned k = 0;

		while (k < used && strcmp(sums[k].state, state) != 0)
			k++;
		if (k == sizeof sums / sizeof sums[0])
			return; /* more states than there are: not a bridled that we know */
		sums[k].state = state;
		sums[k].count++;
		used += k == used;
	}
	fprintf(out, "\n%s%zu services: ", paint_on(p, COLOUR_FAINT), json_array_size(services));
	for (unsigned k = 0; k < used; k++)
		fprintf(out, "%s%u %s", k > 0 ? ", " : "", sums[k].count, sums[k].state);
	fprintf(out, "%s\n", paint_off(p, COLOUR_FAINT));
}

void
overview_print(const json_t *services, FILE *out, struct paint p)
{
	struct table t;
	size_t i;
	json_t *service;

	if (json_array_size(services) == 0) {
		fputs("no services are configured\n", out);
		return;
	}
	table_init(&t, columns, COLUMNS, "WHY");
	json_array_foreach((json_t *)services, i, service)
		add_row(&t, service);
	table_print(&t, out, p, 0);
	table_free(&t);
	if (p.terminal && json_array_size(services) > 1)
		print_sums(services, out, p);
}
