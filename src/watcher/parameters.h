/*
 * parameters -- what a call on the control socket came with, checked: each of these is true when it is right, or was not
 * given, and else false, an error having been sent.
 */
#ifndef BRIDLE_WATCHER_PARAMETERS_H
#define BRIDLE_WATCHER_PARAMETERS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "wire/page.h"

struct client;

struct target {
	const char *name;
	uint32_t slot;
	struct page_service record;
};

/* Say that PARAMETER is wrong. Always false. */
bool parameters_invalid(struct client *c, const char *parameter);

/* A string, a boolean; null or absent leaves *OUT as it is. The string lives as long as PARAMETERS. */
bool parameters_string(struct client *c, json_t *parameters, const char *key, const char **out);
bool parameters_bool(struct client *c, json_t *parameters, const char *key, bool *out);

/* The service that the parameter "name", which must be there, names. */
bool parameters_service(struct client *c, json_t *parameters, struct target *target);

/* The same, but that it may be left out: then all are meant, and TARGET->name is NULL. */
bool parameters_service_or_all(struct client *c, json_t *parameters, struct target *target);

#endif
