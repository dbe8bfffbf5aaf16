#include "os/steal.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "os/kernfile.h"

/* "cpu  user nice system idle iowait irq softirq steal ...": guests' time is in user and nice already. */
struct steal
steal_look(const char *file)
{
	enum { FIELDS = 8 };
	struct steal s = { 0, 0 };
	uint64_t t[FIELDS];
	char text[512];

	if (kernfile_read(AT_FDCWD, file, text, sizeof text) <= 0 || strncmp(text, "cpu ", 4) != 0 ||
		sscanf(text,
			"cpu %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64
			" %" SCNu64,
			&t[0], &t[1], &t[2], &t[3], &t[4], &t[5], &t[6], &t[7]) != FIELDS)
		return s;
	for (unsigned i = 0; i < FIELDS; i++)
		/* idle time is in it as well: of all there was, not of what was used */
		s.all += t[i];
	s.stolen = t[FIELDS - 1];
	return s;
}

/* Counters that go back are of another boot, or of a host that corrected itself. */
int32_t
steal_between(const struct steal *before, const struct steal *now)
{
	if (before->all == 0 || now->all <= before->all || now->stolen < before->stolen ||
		now->stolen - before->stolen > now->all - before->all)
		return -1;
	return (int32_t)((now->stolen - before->stolen) * 10000 / (now->all - before->all));
}
