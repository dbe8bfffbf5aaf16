/*
 * kernfile.c -- one read(2), since the kernel makes such a file anew for each: two
 * halves of two moments would not fit together.
 */
#include "os/kernfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

ssize_t
kernfile_read(int dir, const char *path, char *text, size_t size)
{
	int fd = openat(dir, path, O_RDONLY | O_CLOEXEC), failed;
	ssize_t n = fd < 0 ? -1 : read(fd, text, size - 1);

	/* close(2) may set it, too */
	failed = errno;
	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	errno = failed;
	return n;
}

ssize_t
kernfile_read_of(pid_t pid, const char *name, char *text, size_t size)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
	return kernfile_read(AT_FDCWD, path, text, size);
}

bool
kernfile_write(int dir, const char *path, const char *words)
{
	int fd = openat(dir, path, O_WRONLY | O_CLOEXEC), failed;
	bool ok = fd >= 0 && write(fd, words, strlen(words)) == (ssize_t)strlen(words);

	failed = errno;
	if (fd >= 0)
		close(fd);
	errno = failed;
	return ok;
}
