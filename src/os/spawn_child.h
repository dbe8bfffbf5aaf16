/*
 * spawn_child -- what a child does between fork and exec, and what its parent worked out for it (spawn.h).
 */
#ifndef BRIDLE_OS_SPAWN_CHILD_H
#define BRIDLE_OS_SPAWN_CHILD_H

#include "os/spawn.h"

enum {
	SPAWN_FIRST_LISTENER = 3, /* SD_LISTEN_FDS_START of sd_listen_fds(3) */
	SPAWN_NOT_STARTED = 127,  /* what a shell says of a command that it could not start */
};

/* What the parent works out, so that the child has next to nothing to do. */
struct spawn_job {
	struct spawn_request *request;
	uint64_t to_default; /* signals to put back, bit n - 1 */
	int first_unwanted;  /* descriptors from here on are not for the program */
	int spare;           /* above every descriptor that is a source */
	bool in_cgroup;      /* born there: nothing to enter */
	struct rlimit descriptors;
};

/* All of it, for the struct spawn_job at JOB. Returns, with SPAWN_NOT_STARTED and `failed` and `error` of its request, when
 * a step failed: clone(2) ends the child with what it returns, and sanitizers look for a known stack in everything that is
 * declared never to return. */
int spawn_child(void *job);

#endif
