/*
 * console -- bridled's own standard output, for services whose log goes there: "NAME | line".
 *
 * Whole lines, in pieces of at most PIPE_BUF, and only when poll(2) says that there is room: so a reader that stopped
 * never stops us, a terminal's neither (console_take). What it does not take waits in a queue of CONSOLE_QUEUE bytes; beyond
 * that lines are dropped whole, and counted, and it is said when the reader is back.
 */
#ifndef BRIDLE_WATCHER_CONSOLE_H
#define BRIDLE_WATCHER_CONSOLE_H

#include <ev.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CONSOLE_QUEUE = 256 * 1024, CONSOLE_LINE = 16 * 1024 /* a longer one is cut into several */ };

struct watcher;

/* The beginning of a line that has not ended yet. */
struct console_line {
	size_t len, size;
	char bytes[];
};

struct console {
	int fd;
	char *queue; /* NULL while nothing waits */
	size_t len, size;
	uint64_t lost; /* lines */
	ev_io io;
};

/* Open standard output anew, without waiting, where the kernel lets us (/proc/self/fd/1: pipes and terminals). While we have
 * bridled's rights: a terminal may be another user's. Elsewhere nothing changes. */
void console_take(void);

/* Standard output, as bridled has it. Whether anybody reads there shows when something is written. */
void console_open(struct watcher *w);

/* N bytes of service NAME. *LINE (NULL at first) keeps what is not a line yet. */
void console_feed(struct watcher *w, const char *name, struct console_line **line, const char *bytes, size_t n);

/* A line that has not ended is one all the same: nothing more will come. */
void console_end_line(struct watcher *w, const char *name, struct console_line **line);

/* Write what waits, as far as it goes at once. */
void console_close(struct watcher *w);

#endif
