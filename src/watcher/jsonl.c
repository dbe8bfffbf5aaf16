#include "watcher/jsonl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

/* ---- writing ---- */

/* A disk that is full may take a part of a line, which the next one would then be the end of: it is taken back. */
static bool
write_line(int fd, off_t before, const char *object, size_t length)
{
	/* one call: with O_APPEND it is one piece in the file, whoever else writes there (write(2)) */
	struct iovec parts[] = { { (char *)object, length }, { "\n", 1 } };
	ssize_t n = writev(fd, parts, 2);
	int why = n < 0 ? errno : ENOSPC;

	if (n == (ssize_t)length + 1)
		return true;
	if (n > 0 && ftruncate(fd, before) != 0)
		why = errno;
	errno = why;
	return false;
}

bool
jsonl_append(const struct jsonl *f, int dir, const char *object, size_t length)
{
	/* whatever somebody put there in its place: no link is followed, no terminal taken, and no FIFO waited for */
	int fd = openat(dir, f->name, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK,
		0640);
	struct stat st;
	bool ok;
	int why;

	if (fd < 0)
		return false;
	ok = fstat(fd, &st) == 0 && write_line(fd, st.st_size, object, length);
	why = errno;
	if (ok && st.st_size + (off_t)length + 1 >= f->most) /* the next line makes a new one; two files at most */
		/* that it fails is no loss of a line: the file grows, and it is tried again with the next */
		renameat(dir, f->name, dir, f->older);
	close(fd);
	errno = why;
	return ok;
}

/* ---- reading ---- */

static void
take_lines(char *bytes, size_t n, size_t longest, jsonl_take *take, void *context)
{
	char *newline;

	for (char *at = bytes, *end = bytes + n; at < end; at = newline + 1) {
		newline = memchr(at, '\n', (size_t)(end - at));
		if (newline == NULL) /* the last is being written, or was cut off by a full disk */
			return;
		if ((size_t)(newline - at) <= longest)
			take(context, at, (size_t)(newline - at));
	}
}

static void
read_file(int dir, const char *name, size_t back, size_t longest, jsonl_take *take, void *context)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK);
	char *bytes = NULL;
	size_t some = 0;
	ssize_t n = 0;
	off_t size;

	if (fd < 0)
		return;
	size = lseek(fd, 0, SEEK_END);
	if (size > 0) {
		/* where that is not all, it begins within a line: a piece, which TAKE cannot read as an object */
		some = size > (off_t)back ? back : (size_t)size;
		bytes = malloc(some);
	}
	if (bytes != NULL)
		n = pread(fd, bytes, some, size - (off_t)some);
	if (n > 0)
		take_lines(bytes, (size_t)n, longest, take, context);
	free(bytes);
	close(fd);
}

void
jsonl_read(const struct jsonl *f, int dir, size_t back, size_t longest, jsonl_take *take, void *context)
{
	read_file(dir, f->older, back, longest, take, context); /* older first: as they came */
	read_file(dir, f->name, back, longest, take, context);
}
