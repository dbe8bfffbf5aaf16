/*
 * fuzz_statsd -- the input is a datagram. What is read lies within it, values are in their ranges, and it is read the same with
 * a prefix of the user's before it.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "wire/statsd.h"

static void
check_inside(const struct statsd_metric *m, const char *bytes, size_t size)
{
	MUST(m->name == bytes && m->name_length > 0 && m->name_length <= STATSD_NAME);
	MUST(m->own > m->name + m->name_length && m->own_length > 0 && m->own + m->own_length == bytes + size);
	MUST(m->value >= 0);
	if (m->kind == STATSD_STATUS)
		MUST(m->detail >= 100 && m->detail <= 999);
	if (m->kind == STATSD_LOG)
		MUST(m->detail >= 0 && m->detail < STATSD_LEVELS);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *exact = malloc(size + 1), prefixed[STATSD_SIZE];
	struct statsd_metric m, again;

	MUST(exact != NULL);
	memcpy(exact, data, size);
	if (statsd_read(&m, exact, size)) {
		check_inside(&m, exact, size);
		if (m.own_length + 4 < sizeof prefixed) {
			memcpy(prefixed, "w/p.", 4);
			memcpy(prefixed + 4, m.own, m.own_length);
			MUST(statsd_read(&again, prefixed, m.own_length + 4));
			MUST(again.kind == m.kind && again.value == m.value);
		}
	}
	free(exact);
	return 0;
}
