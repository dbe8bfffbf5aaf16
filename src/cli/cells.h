/*
 * cells -- fields of a reply as cells of a table: a dash where something is unknown, units where there are any.
 */
#ifndef BRIDLE_CLI_CELLS_H
#define BRIDLE_CLI_CELLS_H

#include <jansson.h>

#include "base/text.h"
#include "cli/table.h"

/* Append D for people: whole seconds, and from ten seconds on no more than the two largest units. */
void cells_add_duration(struct text *t, msec d);

/* The next cell of T: field NAME of OBJECT. */
void cells_integer(struct table *t, const json_t *object, const char *name);
void cells_duration(struct table *t, const json_t *object, const char *name);
void cells_size(struct table *t, const json_t *object, const char *name);
void cells_queue(struct table *t, const json_t *object, const char *name);

/* "booted/wanted" of a service; a dash for one without workers. */
void cells_workers(struct table *t, const json_t *service);

#endif
