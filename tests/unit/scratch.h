/* scratch -- a directory of the test's own, removed afterwards. For tests that make system calls. */
#ifndef BRIDLE_TESTS_SCRATCH_H
#define BRIDLE_TESTS_SCRATCH_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct scratch {
	char path[64];
	int fd;
};

static inline void
scratch_make(struct scratch *s)
{
	strcpy(s->path, "/tmp/bridle-test-XXXXXX");
	if (mkdtemp(s->path) == NULL || (s->fd = open(s->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0) {
		perror(s->path);
		abort();
	}
}

static inline void
scratch_remove(struct scratch *s)
{
	char command[128];

	close(s->fd);
	snprintf(command, sizeof command, "rm -rf '%s'", s->path);
	if (system(command) != 0)
		perror(command);
}

/* For cmocka: the state of a test that needs nothing but a directory. */
static inline int
scratch_setup(void **state)
{
	struct scratch *s = malloc(sizeof *s);

	if (s == NULL)
		return -1;
	scratch_make(s);
	*state = s;
	return 0;
}

static inline int
scratch_teardown(void **state)
{
	scratch_remove(*state);
	free(*state);
	return 0;
}

/* "SCRATCH/NAME", valid until the fourth next call. */
static inline const char *
scratch_path(const struct scratch *s, const char *name)
{
	static char paths[4][512];
	static unsigned next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof paths[0], "%s/%s", s->path, name);
	return path;
}

/* A file NAME with TEXT in it, and with nothing else. */
static inline void
scratch_write(const struct scratch *s, const char *name, const char *text)
{
	FILE *f = fopen(scratch_path(s, name), "we");

	if (f == NULL || fputs(text, f) < 0 || fclose(f) != 0) {
		perror(name);
		abort();
	}
}

#endif
