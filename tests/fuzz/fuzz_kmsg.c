/*
 * fuzz_kmsg -- the input is a record of /dev/kmsg. Whoever was killed has a pid, a name that can be shown, and a size or none.
 */
#include <string.h>

#include "fuzz.h"
#include "wire/kmsg.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kmsg_kill kill;

	if (!kmsg_read(&kill, (const char *)data, size))
		return 0;
	MUST(kill.pid > 0 && kill.rss >= -1);
	MUST(memchr(kill.comm, '\0', sizeof kill.comm) != NULL);
	for (const char *p = kill.comm; *p != '\0'; p++)
		MUST(((unsigned char)*p >= 0x20 && *p != 0x7f) || *p == '\t');
	return 0;
}
