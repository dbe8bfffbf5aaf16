/*
 * view_deeds -- the mounts of a view, made by the child: one deed a step (steps.h). view_mount.c puts them in order.
 *
 * Each is about one path, which is opened without following a link anywhere; what is mounted is laid over what was opened. OF is
 * a struct view_work. False with errno.
 */
#ifndef BRIDLE_OS_VIEW_DEEDS_H
#define BRIDLE_OS_VIEW_DEEDS_H

#include <stdbool.h>
#include <stdint.h>

struct view_work {
	int kept; /* descriptor of what is kept */
	uint64_t attributes;
	bool may_miss, is_file;
	bool alone; /* what is taken hold of, without what is mounted below it */
	const char *type;
	char options[64], path[]; /* "a=b,c=d" as pieces, each ended by NUL, and an empty one */
};

/* No mount of ours is seen outside, and those that come outside are seen here. OF may be NULL. */
bool view_take_slave(const void *of);

/* Take hold of the part of the tree at `path`, as `kept`, with `attributes`; lay what is kept over `path`. */
bool view_take_hold(const void *of);
bool view_take_laying(const void *of);

/* Make a place for a mount in what is empty: in `path` a directory, or with `is_file` a file, of the name behind the NUL of
 * `path`. */
bool view_take_directory(const void *of);

/* Have `path` be there, as a directory, or with `is_file` as a file, for something to be laid over it: what is missing of it is
 * made where nobody but root could have put something else. Nothing is done for what was not there to be kept. */
bool view_take_way(const void *of);

/* Make the link `path`, to what is behind its NUL. */
bool view_take_link(const void *of);

bool view_take_read_only(const void *of); /* with all below */
bool view_take_fresh(const void *of);     /* lay a new file system of `type` over it */
bool view_take_seal(const void *of);      /* the file system that was laid there is read-only from here on */
bool view_take_away(const void *of);      /* cover it with something that nobody can open, or that is empty */

#endif
