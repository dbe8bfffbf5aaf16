/*
 * predecessor -- who serves before a service of ours takes over: a unit of systemd, or a process that somebody started.
 */
#ifndef BRIDLE_CLI_PREDECESSOR_H
#define BRIDLE_CLI_PREDECESSOR_H

#include <stdbool.h>
#include <sys/types.h>

#include "cli/systemctl.h"
#include "cli/trouble.h"

struct predecessor {
	char unit[256];      /* "" when a pid was given */
	char triggers[1024]; /* its socket units, NULs between */
	/* unit, then those; NULL-ended. They point into OLD, which must not move */
	const char *units[SYSTEMCTL_UNITS + 1];
	pid_t pid;                          /* 0: the unit does not run */
	int pidfd;                          /* of it, for the caller to close; -1 */
};

/* FROM, a unit, and what would start it again when somebody connects. OLD was zeroed, but for `pidfd`. False with T. */
bool predecessor_find_units(struct predecessor *old, const char *from, struct trouble *t);

/* The process that serves: FROM itself, where that is a number and not (IS_NAME) what the service is called as well, else the
 * main process of the unit FROM. False with T. */
bool predecessor_find(struct predecessor *old, const char *from, bool is_name, struct trouble *t);

/* Did it open its listeners by itself? Then it removes their files when it ends. */
bool predecessor_opened_listeners(const struct predecessor *old);

/* Have it finish its requests and end, and wait for that. WITHOUT_A_WORD: so that it has no occasion to clean up after itself.
 * False with T: it serves on, or has not ended in the time that requests have. */
bool predecessor_end(const struct predecessor *old, bool without_a_word, struct trouble *t);

/* Its units start at boot no more; printed, with who would start them still. False with T. */
bool predecessor_disable(const struct predecessor *old, struct trouble *t);

#endif
