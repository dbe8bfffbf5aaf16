/*
 * account -- an incident as bridled tells it, in words: when, phase, cause, what carries it, what Bridle did, what can be done.
 */
#ifndef BRIDLE_CLI_ACCOUNT_H
#define BRIDLE_CLI_ACCOUNT_H

#include <jansson.h>
#include <stdio.h>

#include "cli/paint.h"

/* INCIDENT (org.bridle.Incident) to OUT. */
void account_print(const json_t *incident, FILE *out, struct paint p);

/* The same in a few words, for a line among others: "likely runtime.timeout: a request ...". */
void account_print_brief(const json_t *incident, FILE *out, struct paint p);

#endif
