/*
 * fuzz_notify -- the input is a datagram that a program sent. What comes out is within its bounds and can be shown to a
 * person, and lines do not depend on each other: both halves of a datagram together say what they say apart.
 */
#include <string.h>

#include "fuzz.h"
#include "wire/notify.h"

static void
check(const char *bytes, size_t size)
{
	struct notify n;

	if (!notify_parse(bytes, size, &n))
		return;
	MUST(size <= NOTIFY_SIZE);
	MUST(memchr(n.status, '\0', sizeof n.status) != NULL);
	MUST(n.has_status || n.status[0] == '\0');
	for (const char *p = n.status; *p != '\0'; p++)
		MUST(((unsigned char)*p >= ' ' && *p != 0x7f) || *p == '\t');
}

static void
check_halves(const char *bytes, size_t size)
{
	const char *middle = memchr(bytes, '\n', size);
	size_t first = middle == NULL ? size : (size_t)(middle - bytes) + 1;
	struct notify a, b, all;

	if (middle == NULL || !notify_parse(bytes, size, &all))
		return;
	MUST(notify_parse(bytes, first, &a) && notify_parse(bytes + first, size - first, &b));
	MUST(all.ready == (a.ready || b.ready) && all.alive == (a.alive || b.alive) &&
		all.stuck == (a.stuck || b.stuck));
	MUST(all.stopping == (a.stopping || b.stopping) && all.reloading == (a.reloading || b.reloading));
	MUST(strcmp(all.status, b.has_status ? b.status : a.status) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check((const char *)data, size);
	check_halves((const char *)data, size);
	return 0;
}
