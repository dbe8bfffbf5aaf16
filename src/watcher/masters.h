/*
 * masters -- the masters of all Gunicorns, as far as how their children end is to be told (deaths.h).
 */
#ifndef BRIDLE_WATCHER_MASTERS_H
#define BRIDLE_WATCHER_MASTERS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/msec.h"
#include "wire/page.h"

struct service;

struct master {
	int32_t pid;
	uint32_t slot;   /* of its service */
	uint32_t ooms;   /* of its group, killed for want of memory, as far as that was told */
	int64_t hits;    /* of its group's own limit, as far as that was told; -1: not known */
	bool ooms_known; /* there is such a count */
	bool shares;     /* there is not, and it is in our own group */
};

/* Whom the kernel killed in our own group, of whatever service: only what is fresh can be the reason of a death. */
struct shared_ooms {
	uint32_t told, seen; /* told <= seen */
	msec risen;          /* when SEEN became so many */
};

/* Begins zeroed. */
struct masters {
	struct master *at;
	uint32_t count, size;
	struct shared_ooms shared;
};

/* Zeroed again. */
void masters_free(struct masters *m);

/* Those of S are the ones of RECORD from now on (NULL: it is gone). True when that is a change. One for whom there is no
 * memory is left out, and tried again at the next call. */
bool masters_follow(struct masters *m, const struct service *s, const struct page_service *record);

/* Is PID one of them? Then SLOT is its service's. */
bool masters_find(const struct masters *m, int32_t pid, uint32_t *slot);

/* A look at the count that services share: what nobody has asked about for a while is nobody's. */
void masters_look(struct masters *m, msec now);

/* Has the kernel killed one more process of S for want of memory than was told by this before? */
bool masters_ooms(struct masters *m, const struct service *s);

/* Was the limit of the group of S itself reached since this was asked last, or since its master was followed? 1 or 0; -1: that is not
 * told, as where it has no group of its own. */
int masters_limit_reached(struct masters *m, const struct service *s);

/* Is there a count of such processes for S at all? */
bool masters_count_ooms(const struct masters *m, const struct service *s);

#endif
