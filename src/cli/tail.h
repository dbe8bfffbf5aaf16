/*
 * tail -- where the last lines of several files, read as one, begin.
 */
#ifndef BRIDLE_CLI_TAIL_H
#define BRIDLE_CLI_TAIL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

/* The last LINES (>= 0) lines of the COUNT (> 0) files FDS, oldest first, begin in fds[*index] at *offset. A last line
 * without its newline counts. All of them where there are fewer. False with ERR when a file cannot be read. */
bool tail_find(const int *fds, unsigned count, int64_t lines, unsigned *index, off_t *offset, struct err *err);

#endif
