#include "cli/within.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/paint.h"
#include "cli/place.h"

/* Is the socket that A is meant for the one in RUN_DIR? By what it is, not by its path: --root may be relative, or a link. */
static bool
is_of(const struct arguments *a, const char *run_dir)
{
	char path[PATH_MAX];
	struct place place;
	struct trouble ignored;
	struct stat ours, theirs;

	snprintf(path, sizeof path, "%s/control", run_dir);
	return place_find(&place, a, &ignored) && stat(path, &ours) == 0 && stat(place.socket, &theirs) == 0 &&
		ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino;
}

const char *
within(const struct arguments *a, const char *name)
{
	const char *command = getenv("BRIDLE_COMMAND"), *service = getenv("BRIDLE_SERVICE"), *run_dir = getenv("BRIDLE_RUN_DIR");

	if (command == NULL || service == NULL || run_dir == NULL || (name != NULL && strcmp(name, service) != 0))
		return NULL;
	return is_of(a, run_dir) ? command : NULL;
}

void
within_tell(const char *name, const char *command)
{
	fflush(stdout); /* what was asked for comes before */
	fputs("bridle: ", stderr);
	paint_visible(stderr, name);
	fputs(" is not waited for: it waits for its ", stderr);
	paint_visible(stderr, command);
	fputs(", which runs this\n", stderr);
}
