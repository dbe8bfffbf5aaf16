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

unsigned
modified_read(int fd, int watches[MODIFIED_MOST], bool *lost)
{
	/* names are told of directories alone, so each event is a bare header (inotify(7)) */
	_Alignas(struct inotify_event) char events[MODIFIED_MOST * sizeof(struct inotify_event)];
	ssize_t n = read(fd, events, sizeof events);
	unsigned count = n <= 0 ? 0 : (unsigned)((size_t)n / sizeof(struct inotify_event));

	*lost = false;
	for (unsigned i = 0; i < count; i++) {
		const struct inotify_event *event = (const struct inotify_event *)(const void *)events + i;

		watches[i] = event->wd;
		*lost = *lost || (event->mask & IN_Q_OVERFLOW) != 0;
	}
	return count;
}
