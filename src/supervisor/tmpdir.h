/*
 * tmpdir -- the directory for temporary files of one generation: RUN_DIR/NAME/tmp.0000000001, the service's own.
 *
 * Gunicorn 25 and later end whatever pid stands in a file of TMPDIR (arbiter.py:838@26.1.0), so two generations
 * must not share one.
 */
#ifndef BRIDLE_SUPERVISOR_TMPDIR_H
#define BRIDLE_SUPERVISOR_TMPDIR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct service;

/* Make it, if the plan has one (nothing to do and true otherwise). False with ERR. */
bool tmpdir_make(struct service *s, uint32_t number, struct err *err);

/* Remove it and what the service left in it. */
void tmpdir_remove(struct service *s, uint32_t number);

#endif
