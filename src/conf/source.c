/*
 * source.c -- a whole file at once: settings are a few kilobytes, and what follows needs no
 * buffers, no lines that are cut, no state.
 */
#include "conf/source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/trust.h"

static bool
check_file(const struct stat *st, const char *path, uid_t owner, struct err *err)
{

	if (S_ISDIR(st->st_mode))
		return err_set(err, EISDIR, "cannot read '%s'", path);
	if (!S_ISREG(st->st_mode) && !trust_is_descriptor(path))
		return err_set(err, 0, "'%s' is not a regular file", path);
	/* a plain user harms nobody but himself; a pipe was opened by whoever calls us */
	if (geteuid() != 0 || !S_ISREG(st->st_mode))
		return true;
	if (st->st_uid != 0 && st->st_uid != getuid() && (owner == (uid_t)-1 || st->st_uid != owner))
		return err_set(err, 0,
			"'%s' belongs to user %u: root reads only its own files "
			"(chown root '%s')",
			path, (unsigned)st->st_uid, path);
	/* a name that the service's user gave to a file of root's; where fs.protected_hardlinks is on (proc(5)), the kernel refuses to
	 * make it */
	if (owner != (uid_t)-1 && st->st_uid != owner && st->st_nlink > 1)
		return err_set(err, 0,
			"'%s' is not the service's user's and has another name (a hard link): "
			"root does not read it for the service (copy it)",
			path);
	if ((st->st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return err_set(err, 0,
			"'%s' can be written by others than its owner: root does not read it "
			"(chmod go-w '%s')",
			path, path);
	return true;
}

/* Read until the end, or one byte more than allowed. */
static bool
read_all(int fd, struct source *source, const char *path, struct err *err)
{
	size_t size = 4096;
	ssize_t n = 1;

	/* not by the size that fstat(2) tells: files of /proc have none, and others may grow meanwhile */
	while (n > 0) {
		char *more = source->length + 1 < size && source->memory != NULL ? source->memory :
										   realloc(source->memory, size *= 2);

		if (more == NULL)
			return err_set(err, ENOMEM, "cannot read '%s'", path);
		source->memory = more;
		do {
			n = read(fd, more + source->length, size - source->length - 1);
		} while (n < 0 && errno == EINTR);
		if (n < 0)
			return err_set(err, errno, "cannot read '%s'", path);
		source->length += (size_t)n;
		/* while it is read, so that a file without an end (a log that grows, a pipe) costs no more */
		if (source->length > SOURCE_SIZE_MAX)
			return err_set(err, 0, "'%s' is too large for settings", path);
	}
	source->memory[source->length] = '\0';
	return true;
}

static bool
check_bytes(struct source *source, const char *path, struct err *err)
{
	const unsigned char *b = (const unsigned char *)source->memory;
	const char *nul;

	source->bytes = source->memory;
	/* what Notepad saves as "Unicode"; its UTF-8 has three bytes in front, which are passed over below */
	if (source->length >= 2 && ((b[0] == 0xff && b[1] == 0xfe) || (b[0] == 0xfe && b[1] == 0xff)))
		return err_set(err, 0, "'%s' is in UTF-16: save it as UTF-8", path);
	nul = memchr(source->bytes, '\0', source->length);
	if (nul != NULL) {
		source->bad_line = 1;
		for (const char *p = source->bytes; p < nul; p++)
			source->bad_line += *p == '\n';
		return err_set(err, 0, "a NUL byte: is '%s' a text file?", path);
	}
	if (source->length >= 3 && memcmp(b, "\xef\xbb\xbf", 3) == 0) {
		source->bytes += 3;
		source->length -= 3;
	}
	return true;
}

bool
source_load(struct source *source, const char *path, uid_t owner, struct err *err)
{
	int fd = trust_open(path, err);
	struct stat st;
	bool ok;

	*source = (struct source){ 0 };
	if (fd < 0)
		return false;
	/* of what was opened, whatever PATH names by now */
	ok = fstat(fd, &st) == 0 ? check_file(&st, path, owner, err) : err_set(err, errno, "cannot stat '%s'", path);
	ok = ok && read_all(fd, source, path, err) && check_bytes(source, path, err);
	close(fd);
	if (!ok) {
		source_release(source);
		return false;
	}
	if (S_ISREG(st.st_mode)) {
		source->device = st.st_dev;
		source->inode = st.st_ino;
	}
	return true;
}

bool
source_copy(struct source *source, const char *name, const char *bytes, size_t length, struct err *err)
{
	*source = (struct source){ .memory = malloc(length + 1), .length = length };
	if (source->memory == NULL)
		return err_set(err, ENOMEM, "cannot read '%s'", name);
	memcpy(source->memory, bytes, length);
	source->memory[length] = '\0';
	if (check_bytes(source, name, err))
		return true;
	source_release(source);
	return false;
}

/* Which line was bad outlives it: the caller has yet to say so. */
void
source_release(struct source *source)
{
	free(source->memory);
	*source = (struct source){ .bad_line = source->bad_line };
}
