/*
 * cells -- numbers as cells of a table: a dash where one is unknown, units where there are any.
 */
#ifndef BRIDLE_CLI_CELLS_H
#define BRIDLE_CLI_CELLS_H

#include "base/text.h"
#include "cli/table.h"

struct cell_number {
	bool known;
	int64_t value; /* 0 when it is not known */
};

/* Append D for people: whole seconds, in the two largest units. */
void cells_add_duration(struct text *t, msec d);

/* The next cell of T: a count, a duration in msec, bytes. */
void cells_integer(struct table *t, enum colour colour, struct cell_number n);
void cells_duration(struct table *t, struct cell_number n);
void cells_size(struct table *t, struct cell_number n);

/* "booted/wanted"; a dash for a service without workers. */
void cells_workers(struct table *t, struct cell_number booted, struct cell_number wanted);

#endif
