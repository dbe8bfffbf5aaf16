/*
 * jsonl -- a file of JSON objects, a line each, that is written at its end: when it has grown to its bound it becomes the older
 * one, in place of the one before, so that there are two at most. Whoever begins reads them back.
 *
 * It is opened each time: it may have been taken away, and a service in trouble should not cost a descriptor more.
 */
#ifndef BRIDLE_WATCHER_JSONL_H
#define BRIDLE_WATCHER_JSONL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct jsonl {
	const char *name, *older; /* files in the directory that it is read and written in */
	off_t most;               /* bytes from which on it becomes the older one */
};

/* Add OBJECT, LENGTH bytes without a newline (or several, with newlines between them), in directory DIR. All of it or
 * nothing; false with errno where it is nothing. */
bool jsonl_append(const struct jsonl *f, int dir, const char *object, size_t length);

/* Show each whole line of at most LONGEST bytes to TAKE, without its newline, oldest first: of each file the last BACK
 * bytes, the first of which may be the end of a line. What is in a line is nobody's promise. */
typedef void jsonl_take(void *context, const char *line, size_t length);
void jsonl_read(const struct jsonl *f, int dir, size_t back, size_t longest, jsonl_take *take, void *context);

#endif
