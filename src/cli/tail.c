#include "cli/tail.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK = 1 << 15 }; /* bytes read at once, from the end backwards */

/* The search: newlines still to be passed on the way back; the last of them is before the first line wanted. */
struct search {
	int64_t left;
	bool begun; /* the last byte of all has been seen */
};

/* Backwards through N bytes. Where the lines begin, or -1: further back. */
static ssize_t
search_block(struct search *s, const char *bytes, ssize_t n)
{
	if (!s->begun && n > 0) {
		/* the newline that ends the last line begins no other */
		s->left += bytes[n - 1] == '\n';
		s->begun = true;
	}
	/* none is wanted: they begin behind the last byte, whatever that is */
	if (s->left == 0)
		return n;
	while (n > 0)
		if (bytes[--n] == '\n' && --s->left == 0)
			return n + 1;
	return -1;
}

/* Backwards through a file. Where the lines begin, -1: further back, -2: it cannot be read. */
static off_t
search_file(struct search *s, int fd)
{
	static char block[BLOCK];
	struct stat st;

	if (fstat(fd, &st) != 0)
		return -2;
	for (off_t end = st.st_size; end > 0;) {
		off_t start = end > BLOCK ? end - BLOCK : 0;
		ssize_t n = pread(fd, block, (size_t)(end - start), start), found;

		if (n < 0)
			return -2;
		found = search_block(s, block, n);
		if (found >= 0)
			return start + found;
		end = start;
	}
	return -1;
}

bool
tail_find(const int *fds, unsigned count, int64_t lines, unsigned *index, off_t *offset, struct err *err)
{
	struct search s = { .left = lines };

	/* from the newest file back: older ones are touched only when it has too few lines */
	for (*index = count; *index > 0;) {
		*offset = search_file(&s, fds[--*index]);
		if (*offset >= 0)
			return true;
		if (*offset == -2)
			return err_set(err, errno, "cannot read the log");
	}
	/* there are fewer lines than were asked for: all of them */
	*offset = 0;
	return true;
}
