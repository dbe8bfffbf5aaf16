/* fuzz_procstat -- a line of /proc/PID/stat with whatever name a process gave itself. What is read is in range, and reads
 * the same when written again under a name that pretends to be the rest of the line. An environment has no negative size. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "fuzz.h"
#include "os/procstat.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *line = malloc(size > 0 ? size : 1), again[512]; /* of exactly its size: nothing behind it may be read */
	struct procstat s, t;
	int n;

	MUST(line != NULL);
	memcpy(line, data, size);
	if (procstat_parse(line, size, &s)) {
		MUST(s.pid >= 0 && s.parent >= 0 && s.session >= 0 && s.threads >= 0);
		n = snprintf(again, sizeof again,
			"%d (x) Z 0 (y) %c %d 0 %d 0 -1 0 0 0 0 0 %" PRIu64 " %" PRIu64 " 0 0 20 0 %d 0 %" PRIu64 " 0",
			(int)s.pid, s.state, (int)s.parent, (int)s.session, s.user, s.system, (int)s.threads, s.start);
		MUST(n > 0 && (size_t)n < sizeof again);
		/* a state is a letter; other bytes may end a line that is made of them */
		if (s.state > ' ' && s.state < 127 && s.state != ')') {
			MUST(procstat_parse(again, (size_t)n, &t));
			MUST(t.pid == s.pid && t.parent == s.parent && t.session == s.session && t.state == s.state);
			MUST(t.threads == s.threads && t.user == s.user && t.system == s.system && t.start == s.start);
		}
	}
	MUST(procstat_environment(line, size) >= -1);
	free(line);
	return 0;
}
