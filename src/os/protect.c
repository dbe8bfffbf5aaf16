#include "os/protect.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "os/kernfile.h"
#include "os/scheduling.h"

#ifndef MCL_ONFAULT
#define MCL_ONFAULT 4 /* Linux 4.4 */
#endif

enum {
	PROTECTED = -900, /* -1000 would be never, even if it is we who leak */
	LITTLE = 16384,   /* pages of address space; sanitizers have terabytes of it */
};

bool
protect_from_oom(int *before)
{
	int now;

	if (!scheduling_read_oom(&now))
		return false;
	/* by who was here before us in this process, or who started us: *BEFORE is known, or the same */
	if (now == PROTECTED)
		return *before != now;
	*before = now;
	return now > PROTECTED && scheduling_write_oom(PROTECTED);
}

/* Written by us, not by the child: while it shares our memory it would be our score (os/spawn.c). */
bool
protect_not(pid_t pid, int score)
{
	char path[48], text[16];

	snprintf(text, sizeof text, "%d\n", score);
	snprintf(path, sizeof path, "/proc/%d/oom_score_adj", (int)pid);
	return kernfile_write(AT_FDCWD, path, text);
}

bool
protect_is_undone(void)
{
	char text[8];

	return kernfile_read(AT_FDCWD, "/proc/sys/fs/suid_dumpable", text, sizeof text) > 0 && strcmp(text, "1\n") == 0;
}

/* Sanitizers and valgrind have a shadow of everything: to lock that would take the machine's memory. */
bool
protect_memory(void)
{
	FILE *f = fopen("/proc/self/statm", "re");
	long pages = 0;

	if (f == NULL)
		return false;
	if (fscanf(f, "%ld", &pages) != 1)
		pages = 0;
	fclose(f);
	return pages > 0 && pages < LITTLE && mlockall(MCL_CURRENT | MCL_ONFAULT) == 0;
}
