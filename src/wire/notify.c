#include "wire/notify.h"

#include <string.h>

#include "base/text.h"

/* The value of the line of N bytes when it is NAME=value, and its length. NULL: it is not. */
static const char *
value_of(const char *line, size_t n, const char *name, size_t *length)
{
	size_t k = strlen(name);

	if (n <= k || strncmp(line, name, k) != 0 || line[k] != '=')
		return NULL;
	*length = n - k - 1;
	return line + k + 1;
}

/* The whole line: "READY=10" says nothing. */
static bool
says(const char *line, size_t n, const char *assignment)
{
	return n == strlen(assignment) && strncmp(line, assignment, n) == 0;
}

/* A datagram may say several things; of two lines of STATUS the last one counts. */
static void
take_line(const char *line, size_t n, struct notify *out)
{
	const char *value;
	struct text t;
	size_t length;

	out->ready = out->ready || says(line, n, "READY=1");
	out->reloading = out->reloading || says(line, n, "RELOADING=1");
	out->stopping = out->stopping || says(line, n, "STOPPING=1");
	out->alive = out->alive || says(line, n, "WATCHDOG=1");
	out->stuck = out->stuck || says(line, n, "WATCHDOG=trigger");
	out->main_pid = out->main_pid || value_of(line, n, "MAINPID", &length) != NULL;
	value = value_of(line, n, "STATUS", &length);
	if (value == NULL)
		return;
	out->has_status = true;
	text_init(&t, out->status, sizeof out->status);
	text_add_visible(&t, value, length);
}

bool
notify_parse(const char *bytes, size_t n, struct notify *out)
{
	*out = (struct notify){ .ready = false };
	/* a NUL would hide what follows it from whoever reads words */
	if (n > NOTIFY_SIZE || memchr(bytes, '\0', n) != NULL)
		return false;
	while (n > 0) {
		const char *end = memchr(bytes, '\n', n);
		size_t line = end == NULL ? n : (size_t)(end - bytes);

		take_line(bytes, line, out);
		if (end == NULL)
			break;
		bytes += line + 1;
		n -= line + 1;
	}
	return true;
}
