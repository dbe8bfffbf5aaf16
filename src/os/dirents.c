/*
 * dirents.c -- getdents64(2) into a buffer that the caller has on his stack. /proc is read for every look at a service, and
 * readdir(3) would take and give back 32 KiB each time.
 */
#include "os/dirents.h"

#include <dirent.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/text.h"

/* struct linux_dirent64 of getdents64(2); no C library declares it under a name of its own */
struct entry {
	uint64_t inode;
	int64_t next;
	unsigned short length;
	unsigned char type;
	char name[];
};

bool
dirents_open(struct dirents *d, int dir_fd, const char *name)
{
	d->at = d->end = 0;
	d->fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return d->fd >= 0;
}

const char *
dirents_next(struct dirents *d)
{
	for (;;) {
		const struct entry *e;

		if (d->at >= d->end) {
			d->at = 0;
			d->end = syscall(SYS_getdents64, d->fd, d->buffer, sizeof d->buffer);
		}
		if (d->end <= 0) /* an error ends it as well: of /proc, that the process is gone */
			return NULL;
		e = (const void *)(d->buffer + d->at);
		d->at += e->length;
		if (strcmp(e->name, ".") != 0 && strcmp(e->name, "..") != 0)
			return e->name;
	}
}

/* In /proc all else has letters. */
long
dirents_next_number(struct dirents *d)
{
	const char *name;
	int64_t n;

	while ((name = dirents_next(d)) != NULL)
		if (text_parse_int(name, 0, INT32_MAX, &n))
			return (long)n;
	return -1;
}

void
dirents_rewind(struct dirents *d)
{
	lseek(d->fd, 0, SEEK_SET);
	d->at = d->end = 0;
}

void
dirents_close(struct dirents *d)
{
	close(d->fd);
}
