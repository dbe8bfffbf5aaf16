/*
 * err -- why something could not be done, in the caller's own memory.
 *
 * Functions that can fail return true or false and fill the caller's struct err; each level may put
 * what it was doing in front. Whoever decides what to do about it logs it, once. No memory is taken.
 */
#ifndef BRIDLE_BASE_ERR_H
#define BRIDLE_BASE_ERR_H

#include <stdbool.h>

struct err {
	int code;       /* errno, or 0 where no system call was to blame */
	char text[508]; /* "cannot open 'x': No such file or directory"; cut with "..." when longer */
};

/* Say what failed. ERRNUM != 0 appends ": strerror". Always returns false, so that
 * "return err_set(err, errno, ...)" ends a function. ERR may be NULL: then nothing is kept. */
bool err_set(struct err *err, int errnum, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Put "PREFIX: " in front of what is there. Always returns false. */
bool err_prefix(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
