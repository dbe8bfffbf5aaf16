/*
 * modified.c -- by descriptor through /proc, since a name may be another file's by now. An event that equals the last one
 * in the queue is not added (inotify(7)), so that one busy file does not fill it.
 */
#include "os/modified.h"

#include <errno.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <unistd.h>

int
modified_open(struct err *err)
{
	int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);

	if (fd < 0)
		err_set(err, errno, "cannot make an inotify descriptor");
	return fd;
}

int
modified_watch(int fd, int file)
{
	char path[40];

	snprintf(path, sizeof path, "/proc/self/fd/%d", file);
	return inotify_add_watch(fd, path, IN_MODIFY);
}

void
modified_forget(int fd, int watch)
{
	inotify_rm_watch(fd, watch);
}

/* A handful of them: to look through is cheaper than to sort. */
static unsigned
add_once(int watches[MODIFIED_MOST], unsigned count, int watch)
{
	for (unsigned i = 0; i < count; i++)
		if (watches[i] == watch)
			return count;
	watches[count] = watch;
	return count + 1;
}

unsigned
modified_read(int fd, int watches[MODIFIED_MOST], bool *lost)
{
	/* names are told of directories alone, so each event is a bare header (inotify(7)) */
	_Alignas(struct inotify_event) char events[MODIFIED_MOST * sizeof(struct inotify_event)];
	ssize_t n = read(fd, events, sizeof events);
	size_t told = n <= 0 ? 0 : (size_t)n / sizeof(struct inotify_event);
	unsigned count = 0;

	*lost = false;
	for (size_t i = 0; i < told; i++) {
		const struct inotify_event *event = (const struct inotify_event *)(const void *)events + i;

		count = add_once(watches, count, event->wd);
		*lost = *lost || (event->mask & IN_Q_OVERFLOW) != 0;
	}
	return count;
}
