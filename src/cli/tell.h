/*
 * tell -- a call whose answer is a sentence: send it, print that.
 */
#ifndef BRIDLE_CLI_TELL_H
#define BRIDLE_CLI_TELL_H

#include <jansson.h>

#include "cli/arguments.h"

/* Call METHOD, about the service that the first operand names if there is one, and print its `message`, waiting as long as
 * it takes. PARAMETERS are taken over. Returns the exit status. */
int tell_outcome(const struct arguments *a, const char *method, json_t *parameters);

#endif
