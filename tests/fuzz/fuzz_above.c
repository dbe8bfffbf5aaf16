/*
 * fuzz_above -- the input is what an environment holds: an address, numbers, names, one a line. Nothing is read past an end,
 * numbers stay in their ranges, and no status becomes a line of its own.
 */
#include <stddef.h>
#include <string.h>

#include "fuzz.h"
#include "wire/above.h"

enum { LINES = 4, SIZE = 1024 };

static void
check_message(const char *status)
{
	char buffer[ABOVE_STATUS + 100];
	unsigned lines = 0;
	struct text t;

	text_init(&t, buffer, sizeof buffer);
	above_message(&t, "READY=1", status);
	for (const char *p = buffer; *p != '\0'; p++)
		lines += *p == '\n';
	MUST(lines == 1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[SIZE], *line[LINES] = { 0 };
	struct sockaddr_un address;
	socklen_t length = 0;
	char *rest = text;
	size_t n;

	if (size >= sizeof text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	check_message(text);
	for (unsigned i = 0; i < LINES && rest != NULL; i++) {
		line[i] = rest;
		rest = strchr(rest, '\n');
		if (rest != NULL)
			*rest++ = '\0';
	}
	if (above_address(line[0], &address, &length))
		MUST(length > offsetof(struct sockaddr_un, sun_path) + 1 && length <= sizeof address);
	MUST(above_watchdog(line[1], line[2], 7) >= 0);
	MUST(above_sockets(line[1], line[2], 7) >= 0 && above_sockets(line[1], line[2], 7) <= ABOVE_FDS_MOST);
	for (int i = 0; i < 5; i++) {
		const char *name = above_name(line[3], i, &n);

		MUST(n > 0 && memchr(name, ':', n) == NULL && memchr(name, '\0', n) == NULL);
	}
	return 0;
}
