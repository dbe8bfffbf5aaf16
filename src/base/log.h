/*
 * log -- what Bridle itself has to say, a line at a time, on standard error.
 *
 * "2026-11-20T16:57:11.123Z bridled[1]: web: ..." A line is written with one write(2) that never blocks: a
 * terminal or pipe whose reader stopped costs lines (counted, and said when the reader is back), never time.
 */
#ifndef BRIDLE_BASE_LOG_H
#define BRIDLE_BASE_LOG_H

#include <stdbool.h>
#include <stdarg.h>

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARNING, LOG_LEVEL_ERROR };

/* Open the log on descriptor 2 under NAME ("bridled", "watcher"). The descriptor is opened anew where the
 * kernel allows (/proc/self/fd/2: pipes and terminals; a file never blocks), so that O_NONBLOCK does not fall on
 * others who share it. Cannot fail: what cannot be had is done without. */
void log_open(const char *name, enum log_level lowest);

/* Say nothing below LOWEST from now on. */
void log_set_level(enum log_level lowest);

/* One line, without its newline; cut after a kilobyte. errno stays what it was. */
void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_at(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
