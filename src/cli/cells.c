#include "cli/cells.h"

#include "cli/field.h"

static void
unknown(struct table *t)
{
	table_cell(t, COLOUR_FAINT, "-");
}

void
cells_add_duration(struct text *t, msec d)
{
	text_add_duration(t, d - d % 1000);
}

void
cells_integer(struct table *t, const json_t *object, const char *name)
{
	int64_t n;

	if (field_integer(object, name, &n))
		table_cell(t, COLOUR_PLAIN, "%lld", (long long)n);
	else
		unknown(t);
}

void
cells_duration(struct table *t, const json_t *object, const char *name)
{
	char buffer[32];
	struct text words;
	msec d;

	if (!field_seconds(object, name, &d)) {
		unknown(t);
		return;
	}
	text_init(&words, buffer, sizeof buffer);
	cells_add_duration(&words, d);
	table_cell(t, COLOUR_PLAIN, "%s", buffer);
}

void
cells_size(struct table *t, const json_t *object, const char *name)
{
	char buffer[32];
	struct text words;
	int64_t bytes;

	if (!field_integer(object, name, &bytes) || bytes < 0) {
		unknown(t);
		return;
	}
	text_init(&words, buffer, sizeof buffer);
	text_add_size(&words, (uint64_t)bytes);
	table_cell(t, COLOUR_PLAIN, "%s", buffer);
}

void
cells_queue(struct table *t, const json_t *object, const char *name)
{
	int64_t n;

	if (field_integer(object, name, &n))
		table_cell(t, n > 0 ? COLOUR_BUSY : COLOUR_PLAIN, "%lld", (long long)n);
	else
		unknown(t);
}

void
cells_workers(struct table *t, const json_t *service)
{
	int64_t booted, wanted;
	bool seen = field_integer(service, "workers_booted", &booted);

	if (!field_integer(service, "workers_wanted", &wanted))
		unknown(t);
	else if (!seen)
		table_cell(t, COLOUR_PLAIN, "?/%lld", (long long)wanted);
	else
		table_cell(t, booted < wanted ? COLOUR_BUSY : COLOUR_PLAIN, "%lld/%lld", (long long)booted,
			(long long)wanted);
}
