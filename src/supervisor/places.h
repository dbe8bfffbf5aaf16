/*
 * places -- where this bridled has its things: the configuration it reads, its directories, and who may do what there.
 */
#ifndef BRIDLE_SUPERVISOR_PLACES_H
#define BRIDLE_SUPERVISOR_PLACES_H

#include <stdbool.h>

#include "base/err.h"
#include "supervisor/plan.h"
#include "supervisor/supervisor.h"

struct bridled;

/* Find and read the configuration: b->conf, b->config_path. Every complaint goes to standard error. False with ERR: it
 * has errors, or cannot be read. */
bool places_read_config(struct bridled *b, const struct supervisor_options *options, struct err *err);

/* Then: users and groups, run_dir (locked: the second bridled is refused there) and log_dir, made and open. False with
 * ERR; what is open by then is for the caller to let go. */
bool places_open(struct bridled *b, const struct supervisor_options *options, struct err *err);

/* What the plan of a service depends on. It points into B, and at the list of mounts, which
 * is as it was when it was first looked at since. */
struct plan_home places_plan_home(const struct bridled *b);

/* The configuration cannot be read any more, and services run: go on with none until a reread. */
void places_without_config(struct bridled *b);

#endif
