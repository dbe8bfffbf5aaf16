/*
 * logfile -- the file that a service's output is being written to: LOG_DIR/NAME/current.
 *
 * Made with the first bytes (directory 0750, file 0640), continued where an earlier watcher left it. The caller cuts
 * (rotation.h) and formats.
 */
#ifndef BRIDLE_WATCHER_LOGFILE_H
#define BRIDLE_WATCHER_LOGFILE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/msec.h"

struct logfile {
	int fd;   /* -1: not open */
	bool mid; /* it ends in the middle of a line */
	uint64_t inode, size;
	msec born; /* ms since 1970, as far as the file system knows */
};

/* Not open. */
void logfile_init(struct logfile *f);

/* Open it if it is not, make it if it is not there (or was removed or replaced under us by somebody). WALL, ms since 1970: when
 * it was made, where the file system does not say. False with ERR. */
bool logfile_open(struct logfile *f, int log_dir, const char *service, msec wall, struct err *err);

/* Append N bytes; *DONE says how many got there. False: not all did. */
bool logfile_write(struct logfile *f, const char *bytes, size_t n, size_t *done, struct err *err);

/* Cut it back to SIZE (<= its size, bytes). False with ERR: it is as it was. */
bool logfile_cut(struct logfile *f, uint64_t size, struct err *err);

/* Cut away the line that it ends in the middle of, if its beginning is within the last 64 KiB. */
void logfile_cut_line(struct logfile *f);

/* The name stays: whatever it holds is there for the next who opens it. */
void logfile_close(struct logfile *f);

#endif
