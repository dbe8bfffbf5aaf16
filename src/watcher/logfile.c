#include "watcher/logfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/birth.h"

void
logfile_init(struct logfile *f)
{
	*f = (struct logfile){ .fd = -1 };
}

/* The next that has something to write opens it anew. */
void
logfile_close(struct logfile *f)
{
	if (f->fd >= 0)
		close(f->fd);
	logfile_init(f);
}

/* O_RDWR: the last byte is read back. O_NONBLOCK: should a FIFO have been put there, opening it must not wait. */
static int
open_current(int log_dir, const char *service)
{
	enum { FLAGS = O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC };
	char path[128];
	int fd;

	snprintf(path, sizeof path, "%s/current", service);
	fd = openat(log_dir, path, FLAGS, 0640);
	/* the directory is made when it is missed, not looked for each time */
	if (fd < 0 && errno == ENOENT && (mkdirat(log_dir, service, 0750) == 0 || errno == EEXIST))
		fd = openat(log_dir, path, FLAGS, 0640);
	return fd;
}

static bool
ends_in_line(int fd, uint64_t size)
{
	char last = '\n';

	/* what cannot be read back counts as whole: at worst a stamp stands within a line */
	return size > 0 && pread(fd, &last, 1, (off_t)size - 1) == 1 && last != '\n';
}

/* Is it still the file that we know? One system call a batch: whoever removes or empties a log by hand goes on getting
 * its lines. */
static bool
still_there(struct logfile *f)
{
	struct stat st;

	if (fstat(f->fd, &st) != 0 || st.st_nlink == 0)
		return false;
	if ((uint64_t)st.st_size != f->size) {
		f->size = (uint64_t)st.st_size;
		f->mid = ends_in_line(f->fd, f->size);
	}
	return true;
}

bool
logfile_open(struct logfile *f, int log_dir, const char *service, msec wall, struct err *err)
{
	struct stat st;

	if (f->fd >= 0 && still_there(f))
		return true;
	logfile_close(f);
	f->fd = open_current(log_dir, service);
	if (f->fd < 0)
		return err_set(err, errno, "cannot open log '%s/current'", service);
	/* a FIFO or a device in its place would take the lines and keep none */
	if (fstat(f->fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		logfile_close(f);
		return err_set(err, 0, "log '%s/current' is no regular file", service);
	}
	f->inode = st.st_ino;
	f->size = (uint64_t)st.st_size;
	f->mid = ends_in_line(f->fd, f->size);
	f->born = birth_of(f->fd, wall);
	return true;
}

bool
logfile_write(struct logfile *f, const char *bytes, size_t n, size_t *done, struct err *err)
{
	*done = 0;
	while (*done < n) {
		ssize_t k = write(f->fd, bytes + *done, n - *done);

		if (k < 0 && errno == EINTR)
			continue;
		/* 0 is no error, but nothing went: taken for a disk that is full, or we would try for ever */
		if (k <= 0)
			return err_set(err, k < 0 ? errno : ENOSPC, "cannot write");
		*done += (size_t)k;
		f->size += (size_t)k;
		f->mid = bytes[*done - 1] != '\n';
	}
	return true;
}

bool
logfile_cut(struct logfile *f, uint64_t size, struct err *err)
{
	if (ftruncate(f->fd, (off_t)size) != 0)
		return err_set(err, errno, "cannot cut the log back");
	f->size = size;
	f->mid = ends_in_line(f->fd, size);
	return true;
}

void
logfile_cut_line(struct logfile *f)
{
	char tail[4096];
	uint64_t at = f->size;

	/* 64 KiB back at most: a line that is longer stays, without its end */
	for (unsigned i = 0; i < 16 && f->mid && at > 0; i++) {
		size_t n = at < sizeof tail ? (size_t)at : sizeof tail;
		const char *end;

		at -= n;
		if (pread(f->fd, tail, n, (off_t)at) != (ssize_t)n)
			return;
		end = memrchr(tail, '\n', n);
		if (end != NULL)
			at += (size_t)(end - tail) + 1;
		if (end != NULL || at == 0) {
			logfile_cut(f, at, NULL);
			return;
		}
	}
}
