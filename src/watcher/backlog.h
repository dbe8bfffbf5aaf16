/*
 * backlog -- what is kept and counted of a service's output while its file takes no writes (disk full, quota, I/O
 * error).
 *
 * What had been read is kept (at most one read), in an area of the spool, so that it outlives us; what comes then stays in the
 * pipe. When the pipe is nearly full it is emptied, whole lines are dropped and counted: so the service neither hangs in
 * write(2) nor meets EAGAIN because of a disk, and the newest lines are those that are kept. When the file takes writes
 * again, the kept ones are written, then a line that says how many are missing and from when to when.
 */
#ifndef BRIDLE_WATCHER_BACKLOG_H
#define BRIDLE_WATCHER_BACKLOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/msec.h"
#include "watcher/batch.h"
#include "watcher/spool.h"

struct backlog {
	struct batch batch; /* its bytes are in the area; length 0: nothing kept */
	struct spool spool; /* the area, and what is lost */
	bool found;         /* a predecessor's, which may have written more to the file than it noted */
};

/* Keep what is left of B, which is on its way to TO, in AREA of the spool that it was READ into. NULL without memory. */
struct backlog *backlog_new(const struct batch *b, const struct batch_target *to, const struct spool *read,
	uint32_t area);

/* What a predecessor kept of SERVICE in AREA; NULL when there is nothing, or it is of another. */
struct backlog *backlog_find(const char *service, const struct spool *read, uint32_t area);

/* End with it; what it keeps stays in its area, or is given up. */
void backlog_free(struct backlog *b);
void backlog_give_up(struct backlog *b);

/* N bytes of the reading NUMBER are dropped at WALL. */
void backlog_drop(struct backlog *b, const char *bytes, size_t n, msec wall, uint64_t number);

/* Write it to TO: what was kept, then the line that says what is missing (and a line in the file whose rest is lost is cut
 * away, so that none stands there in part). False: it has to be tried again. */
bool backlog_write(struct backlog *b, struct batch_target *to, struct err *err);

#endif
