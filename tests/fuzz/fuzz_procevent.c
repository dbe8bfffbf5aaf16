/*
 * fuzz_procevent -- the input is what a netlink socket gave. Messages never reach beyond it, and those that are cut are none.
 */
#include "fuzz.h"
#include "wire/procevent.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct procevent e, again;
	size_t at = 0, n;

	while ((n = procevent_read(&e, data + at, size - at)) > 0) {
		MUST(n <= size - at);
		MUST(e.kind != PROCEVENT_EXIT || (e.status & ~0xffff) == 0);
		MUST(procevent_read(&again, data + at, n - 1) == 0);
		at += n;
	}
	return 0;
}
