/*
 * field -- values out of a reply: what is absent, null or of another kind is unknown, never an error, so that this
 * command and another version of bridled still understand each other.
 */
#ifndef BRIDLE_CLI_FIELD_H
#define BRIDLE_CLI_FIELD_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/msec.h"
#include "cli/cells.h"

/* The string, or "" when unknown. Lives as long as OBJECT. */
const char *field_text(const json_t *object, const char *name);

/* False when unknown, with *OUT = 0. */
bool field_integer(const json_t *object, const char *name, int64_t *out);

/* Seconds as the interface has them; false when unknown, with *OUT = 0. */
bool field_seconds(const json_t *object, const char *name, msec *out);

/* Both as numbers of a table. */
struct cell_number field_number(const json_t *object, const char *name);
struct cell_number field_duration(const json_t *object, const char *name);

#endif
