#include "watcher/console.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "watcher/watch.h"

/* A description of our own: that of bridled is shared with whoever started it, and O_NONBLOCK would fall on him, too. A terminal
 * that poll(2) calls writable has room for one byte, and holds whoever writes more (n_tty_poll() and n_tty_write() in
 * drivers/tty/n_tty.c). A file never holds anybody, and opened anew it would lose its place. */
void
console_take(void)
{
	struct stat st;
	int fd;

	if (fstat(STDOUT_FILENO, &st) != 0 || S_ISREG(st.st_mode))
		return;
	fd = open("/proc/self/fd/1", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return;
	dup2(fd, STDOUT_FILENO);
	close(fd);
}

/* Write while there is room, a line or a part of one at a time. Where the descriptor is still the shared one it may block: but
 * a socket that poll(2) calls writable has room for as much as a pipe has to take at once, PIPE_BUF bytes (pipe(7);
 * sock_writeable() in include/net/sock.h). Returns how many went; SIZE_MAX: never again (closed). */
static size_t
write_some(int fd, const char *bytes, size_t n)
{
	size_t done = 0;

	while (done < n) {
		struct pollfd p = { .fd = fd, .events = POLLOUT };
		size_t part = n - done < PIPE_BUF ? n - done : PIPE_BUF;
		const char *end = memrchr(bytes + done, '\n', part);
		ssize_t k;

		if (poll(&p, 1, 0) <= 0 || (p.revents & POLLOUT) == 0)
			return (p.revents & (POLLERR | POLLNVAL)) != 0 ? SIZE_MAX : done;
		if (end != NULL)
			part = (size_t)(end - (bytes + done)) + 1;
		k = write(fd, bytes + done, part);
		if (k < 0 && errno != EAGAIN && errno != EINTR)
			return SIZE_MAX;
		if (k <= 0)
			return done;
		done += (size_t)k;
	}
	return done;
}

/* Nobody will ever read it again. */
static void
give_up(struct watcher *w)
{
	struct console *c = &w->console;

	ev_io_stop(w->loop, &c->io);
	free(c->queue);
	*c = (struct console){ .fd = -1 };
}

/* By moving: the queue is short as long as somebody reads, and a ring would tear lines at its end. */
static void
shift_queue(struct console *c, size_t done)
{
	memmove(c->queue, c->queue + done, c->len - done);
	c->len -= done;
}

/* Add whole lines; lost ones are counted. */
static void
enqueue(struct watcher *w, const char *line, size_t n)
{
	struct console *c = &w->console;

	if (c->len + n > c->size && c->size < CONSOLE_QUEUE) {
		size_t size = c->size == 0 ? CONSOLE_QUEUE / 16 : c->size;
		char *queue;

		while (size < c->len + n && size < CONSOLE_QUEUE)
			size *= 2;
		queue = realloc(c->queue, size);
		if (queue != NULL) {
			c->queue = queue;
			c->size = size;
		}
	}
	/* whole or not at all, and the newest goes: what is in the queue has begun to be read */
	if (c->len + n > c->size) {
		c->lost++;
		return;
	}
	memcpy(c->queue + c->len, line, n);
	c->len += n;
	ev_io_start(w->loop, &c->io);
}

/* When half the queue is free again: else the line about lost lines would be the next to be lost. */
static void
tell_lost(struct watcher *w)
{
	char line[96];
	int n;

	if (w->console.lost == 0 || w->console.len > CONSOLE_QUEUE / 2)
		return;
	n = snprintf(line, sizeof line, "bridle | %llu lines are missing here: nobody read standard output\n",
		(unsigned long long)w->console.lost);
	w->console.lost = 0;
	enqueue(w, line, (size_t)n);
}

static void
flush(struct watcher *w)
{
	struct console *c = &w->console;
	size_t done;

	assert(c->queue != NULL); /* who calls has seen that something is in it */
	done = write_some(c->fd, c->queue, c->len);
	if (done == SIZE_MAX) {
		give_up(w);
		return;
	}
	shift_queue(c, done);
	tell_lost(w);
	if (c->len > 0)
		return;
	ev_io_stop(w->loop, &c->io);
	/* it is there only as long as somebody reads more slowly than services write */
	free(c->queue);
	c->queue = NULL;
	c->size = 0;
}

static void
on_writable(struct ev_loop *loop, ev_io *io, int revents)
{
	(void)loop;
	(void)revents;
	flush(io->data);
}

/* A line of NAME, its newline included or not. */
static void
put_line(struct watcher *w, const char *name, const char *bytes, size_t n)
{
	char line[CONSOLE_LINE + 128];
	size_t k = (size_t)snprintf(line, 64, "%s | ", name);

	if (n > 0 && bytes[n - 1] == '\n')
		n--;
	memcpy(line + k, bytes, n);
	line[k + n] = '\n';
	enqueue(w, line, k + n + 1);
}

/* Keep N bytes of a line that has not ended. False: there is no room, or no memory. */
static bool
keep(struct console_line **line, const char *bytes, size_t n)
{
	size_t len = *line == NULL ? 0 : (*line)->len;
	struct console_line *more;

	if (len + n > CONSOLE_LINE)
		return false;
	if (*line == NULL || len + n > (*line)->size) {
		size_t size = (len + n) * 2;

		more = realloc(*line, sizeof *more + size);
		if (more == NULL)
			return false;
		more->len = len;
		more->size = size;
		*line = more;
	}
	memcpy((*line)->bytes + len, bytes, n);
	(*line)->len = len + n;
	return true;
}

void
console_end_line(struct watcher *w, const char *name, struct console_line **line)
{
	if (*line == NULL)
		return;
	if (w->console.fd >= 0 && (*line)->len > 0)
		put_line(w, name, (*line)->bytes, (*line)->len);
	free(*line);
	*line = NULL;
}

/* One line, or the piece of one that is there: at most CONSOLE_LINE. */
static void
feed_piece(struct watcher *w, const char *name, struct console_line **line, const char *bytes, size_t n)
{
	bool ends = bytes[n - 1] == '\n';

	if (*line == NULL && ends) {
		put_line(w, name, bytes, n);
		return;
	}
	/* too long to be kept whole: what is there becomes a line of its own, and this piece the next */
	if (!keep(line, bytes, n)) {
		console_end_line(w, name, line);
		put_line(w, name, bytes, n);
	} else if (ends) {
		console_end_line(w, name, line);
	}
}

void
console_feed(struct watcher *w, const char *name, struct console_line **line, const char *bytes, size_t n)
{
	size_t offered = w->console.len;

	while (n > 0 && w->console.fd >= 0) {
		size_t k = n < CONSOLE_LINE ? n : CONSOLE_LINE;
		const char *end = memchr(bytes, '\n', k);

		if (end != NULL)
			k = (size_t)(end - bytes) + 1;
		feed_piece(w, name, line, bytes, k);
		bytes += k;
		n -= k;
		/* a pipe holds more than the queue: what comes at once would be lost to a reader who is there */
		if (w->console.len >= offered + CONSOLE_QUEUE / 4) {
			flush(w);
			offered = w->console.len;
		}
	}
	/* at once: who reads along sees a line when it is written */
	if (w->console.len > 0)
		flush(w);
}

void
console_open(struct watcher *w)
{
	w->console = (struct console){ .fd = STDOUT_FILENO };
	ev_io_init(&w->console.io, on_writable, STDOUT_FILENO, EV_WRITE);
	w->console.io.data = w;
}

void
console_close(struct watcher *w)
{
	if (w->console.fd >= 0 && w->console.len > 0)
		flush(w);
	if (w->console.fd >= 0)
		ev_io_stop(w->loop, &w->console.io);
}
