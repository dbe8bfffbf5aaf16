/*
 * batch -- bytes of one service on their way into its log file: formatted, cut at the ends of lines, rotated, and noted
 * in the spool at each step that could not be told afterwards.
 */
#ifndef BRIDLE_WATCHER_BATCH_H
#define BRIDLE_WATCHER_BATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/msec.h"
#include "watcher/lineformat.h"
#include "watcher/logfile.h"
#include "watcher/spool.h"

/* Where they go. */
struct batch_target {
	struct logfile *file;
	int log_dir;
	const char *service;
	uint64_t max_size;
	msec max_age; /* 0: never too old */
	uint32_t keep;
	struct spool *spool; /* NULL: the bytes are not in it, so nothing is noted */
};

struct batch {
	const char *bytes;
	uint32_t length, offset;  /* in all; done with */
	uint64_t skip;            /* bytes made of what follows offset that are written already */
	struct lineformat format; /* as it is at offset */
	msec wall;                /* when they were read */
};

/* Write what is left of B. False: the file does not take it (ERR); B then says what is left, to go on with later. A
 * rotation that fails is no failure: the file grows, and ROTATION_ERR says why (its text is "" otherwise). */
bool batch_write(struct batch *b, const struct batch_target *to, struct err *rotation_err, struct err *err);

/* Note in the spool where B stands, and where it goes. */
void batch_note(const struct batch *b, const struct batch_target *to, uint32_t length);

/* Finish the current file if it is too old at WALL and ends with a line. Returns whether it was finished. */
bool batch_age(const struct batch_target *to, msec wall, struct err *err);

#endif
