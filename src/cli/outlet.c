#include "cli/outlet.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

void
outlet_init(struct outlet *o, int fd, bool visible)
{
	o->fd = fd;
	o->visible = visible;
	o->held = 0;
}

static bool
write_all(const struct outlet *o, const char *bytes, size_t n, struct err *err)
{
	while (n > 0) {
		ssize_t k = write(o->fd, bytes, n);

		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return err_set(err, errno, "cannot write the output");
		bytes += k;
		n -= (size_t)k;
	}
	return true;
}

/* N bytes of o->line, without newline, then END. */
static bool
write_visible(struct outlet *o, const char *end, struct err *err)
{
	static char buffer[4 * sizeof o->line + 2]; /* "\xHH" for each byte at worst */
	struct text t;

	text_init(&t, buffer, sizeof buffer);
	text_add_visible(&t, o->line, o->held);
	text_add(&t, end);
	o->held = 0;
	return write_all(o, t.at, t.len, err);
}

/* By lines, so that no character is torn by a read; a line that is too long to hold is. */
static bool
add_visible(struct outlet *o, const char *bytes, size_t n, struct err *err)
{
	while (n > 0) {
		size_t room = sizeof o->line - o->held, most = n < room ? n : room;
		const char *newline = memchr(bytes, '\n', most);
		size_t take = newline != NULL ? (size_t)(newline - bytes) : most;

		memcpy(o->line + o->held, bytes, take);
		o->held += take;
		if (newline != NULL && !write_visible(o, "\n", err))
			return false;
		if (o->held == sizeof o->line && !write_visible(o, "", err))
			return false;
		take += newline != NULL;
		bytes += take;
		n -= take;
	}
	return true;
}

bool
outlet_copy(struct outlet *o, int from, struct err *err)
{
	static char block[1 << 16]; /* as much as a pipe holds (pipe(7)): more could not leave at once */

	for (;;) {
		ssize_t n = read(from, block, sizeof block);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(err, errno, "cannot read the log");
		if (n == 0)
			return true;
		if (!(o->visible ? add_visible(o, block, (size_t)n, err) : write_all(o, block, (size_t)n, err)))
			return false;
	}
}

bool
outlet_flush(struct outlet *o, struct err *err)
{
	return o->held == 0 || write_visible(o, "\n", err);
}
