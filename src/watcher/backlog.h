/*
 * backlog -- what is kept and counted of a service's output while its file takes no writes (disk full, quota, I/O
 * error).
 *
 * What had been read stays in memory (at most one read), what comes then stays in the pipe. When the pipe is nearly
 * full it is emptied, whole lines are dropped and counted: so the service neither hangs in write(2) nor meets EAGAIN
 * because of a disk, and the newest lines are those that are kept. When the file takes writes again, the kept ones
 * are written, then a line that says how many are missing and from when to when.
 */
#ifndef BRIDLE_WATCHER_BACKLOG_H
#define BRIDLE_WATCHER_BACKLOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/msec.h"
#include "watcher/batch.h"

struct backlog {
	struct batch batch;    /* the bytes are ours; length 0: nothing kept */
	uint64_t bytes, lines; /* lost */
	msec from, to;         /* ms since 1970 */
	bool mid;              /* what was dropped last ended within a line */
};

/* Keep what is left of B. NULL without memory. */
struct backlog *backlog_new(const struct batch *b);
void backlog_free(struct backlog *b);

/* N bytes from the pipe are dropped at WALL. */
void backlog_drop(struct backlog *b, const char *bytes, size_t n, msec wall);

/* What was kept is written to FILE. If anything was lost, the line that says so is what is kept now (and a line in the file
 * whose rest is lost is cut away, so that none stands there in part): true. */
bool backlog_tell(struct backlog *b, struct logfile *file);

#endif
