/*
 * errands -- the same call for several services, some of them at a time, each on a connection of its own: calls on
 * one connection are answered in order, so one that takes long would hold up the others.
 */
#ifndef BRIDLE_CLI_ERRANDS_H
#define BRIDLE_CLI_ERRANDS_H

#include <jansson.h>

#include "cli/arguments.h"

enum { ERRANDS_MAX = 16 /* at a time: bridled serves others too */ };

struct errands {
	const char *method;       /* "Start" */
	json_t *parameters;       /* of each call, without its name; borrowed */
	json_t *self;             /* what is added of a service whose command we are run by (within.h); borrowed; NULL: nothing */
	const char *const *names; /* what each call is about */
	unsigned count;           /* of names */
	unsigned at_a_time;       /* 1..ERRANDS_MAX */
};

/* Do them, printing each outcome as it comes. Returns CLI_OK, or the exit status of the first that failed. */
int errands_run(const struct errands *e, const struct arguments *a);

#endif
