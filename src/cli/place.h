/*
 * place -- where the daemon and its files are, from options, environment and defaults.
 *
 * --socket, else --root, else BRIDLE_SOCKET, else BRIDLE_ROOT, else the place of a bridled that runs as root. What
 * is not there is not guessed at: acting on another bridled than the one that was meant would be worse than an error.
 */
#ifndef BRIDLE_CLI_PLACE_H
#define BRIDLE_CLI_PLACE_H

#include <limits.h>
#include <stdbool.h>

#include "cli/arguments.h"
#include "cli/trouble.h"

struct place {
	char socket[PATH_MAX];
	const char *root;   /* NULL: none was given */
	const char *chosen; /* what decided: "--root", "BRIDLE_SOCKET" ..., NULL: the default */
};

/* False with T when a path is too long. */
bool place_find(struct place *place, const struct arguments *a, struct trouble *t);

/* The configuration file that is meant: --config, else that of the root, else the system's. False with T: too
 * long. */
bool place_config(char path[PATH_MAX], const struct arguments *a, struct trouble *t);

/* The directory of the log of service NAME, LOG_DIR being the setting ("" where it is not set). False with T: too
 * long. */
bool place_log(char path[PATH_MAX], const struct arguments *a, const char *log_dir, const char *name,
	struct trouble *t);

/* The next step when nobody answers at PLACE. Returns false. */
bool place_hint_start(const struct place *place, struct trouble *t);

#endif
