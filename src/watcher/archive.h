/*
 * archive -- the finished log files of a service: LOG_DIR/NAME/@TIME.
 */
#ifndef BRIDLE_WATCHER_ARCHIVE_H
#define BRIDLE_WATCHER_ARCHIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/msec.h"

/* Give LOG_DIR/SERVICE/current its place among the finished ones: the time WALL, or one millisecond after the newest
 * (clocks go back, and two may end in one millisecond). Then remove the oldest until KEEP are left. False with
 * ERR: it could not be renamed, and nothing was removed. */
bool archive_add(int log_dir, const char *service, uint32_t keep, msec wall, struct err *err);

/* Remove the oldest until KEEP are left; at most a few hundred a call. */
void archive_prune(int log_dir, const char *service, uint32_t keep);

#endif
