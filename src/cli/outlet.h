/*
 * outlet -- log lines to standard output: as they are where a program reads, made visible where people do.
 *
 * What a service writes is not to be trusted: escape sequences can rewrite a screen, or type on its keyboard.
 */
#ifndef BRIDLE_CLI_OUTLET_H
#define BRIDLE_CLI_OUTLET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct outlet {
	int fd;
	bool visible;
	size_t held; /* bytes of a line that has not ended yet */
	char line[8192];
};

/* To FD, which stays the caller's. VISIBLE: what could do something to a terminal is shown instead (text_add_visible). */
void outlet_init(struct outlet *o, int fd, bool visible);

/* Everything of FROM from its present position on. False with ERR when it cannot be read or written. */
bool outlet_copy(struct outlet *o, int from, struct err *err);

/* What is held: a line that will not go on. False with ERR when it cannot be written. */
bool outlet_flush(struct outlet *o, struct err *err);

#endif
