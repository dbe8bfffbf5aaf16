/*
 * view -- the file system as a service sees it: parts of it read-only, hidden, empty, or as they are.
 *
 * A list of places; the deepest one that holds a path says what becomes of that, or what is seen there in its stead. It
 * becomes steps of the child in a mount namespace of its own (view_mount), or, where there is none to be had, rules of
 * Landlock (landlock.h).
 *
 * Mounts are made by descriptor, never by a path that is looked up twice, and no symbolic link is followed: what
 * view_resolve leaves of them is not root's, and a service that could put a link there would choose what is opened to it at
 * its next start.
 */
#ifndef BRIDLE_OS_VIEW_H
#define BRIDLE_OS_VIEW_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "os/steps.h"

enum view_kind {
	VIEW_AS_IT_IS,
	VIEW_READ_ONLY,
	VIEW_EMPTY, /* a file system in memory; what lies below and is listed too is seen in it */
	VIEW_INACCESSIBLE,
	VIEW_PROC /* /proc anew, with `options` */
};

struct view_place {
	enum view_kind kind;
	bool may_miss;
	bool absent;         /* and does, so far: what was put there since is covered at a start, and kept nowhere */
	bool sealed;         /* VIEW_EMPTY: read-only in the end */
	bool no_devices;     /* VIEW_EMPTY: device files do not work there */
	bool no_exec;        /* VIEW_EMPTY: nothing can be executed there */
	bool bare;           /* VIEW_EMPTY: of what lies below only what is bound is seen in it */
	bool is_file;        /* found out by view_add: what to make where it is to be seen in something empty */
	bool alone;          /* with a source: without what is mounted below that */
	char limits[64];     /* options of its own */
	const char *options; /* "mode=1777", "hidepid=invisible,subset=pid"; NULL: none */
	char path[PATH_MAX];
	char source[PATH_MAX]; /* as it is or read-only: what is seen there; "": what is there anyway */
};

enum { VIEW_PLACES = 192, VIEW_KEPT = 96 /* of them as they are */ };

struct view_link {
	const char *path, *to;
};

struct view {
	struct view_place *at[VIEW_PLACES]; /* each from malloc(3) */
	unsigned count;
	struct view_link links[16]; /* to be made in what is empty; constant strings */
	unsigned link_count;
	char log_target[PATH_MAX]; /* of /dev/log */
};

/* Add a place at the absolute PATH, resolved as below. What is named twice is what takes more away. One that may miss is
 * passed over where it does: what is to stay as it is now, anything else at each start. False with ERR. */
bool view_add(struct view *view, enum view_kind kind, const char *path, bool may_miss, const char *options,
	struct err *err);

/* Have SOURCE, an absolute path as well, seen at PATH, as it is or read-only as KIND says; ALONE: without what is mounted below
 * it. Where nothing empty is above PATH, there must be something to lay it over. It wins over what is to be empty there, and
 * what is taken away stays so. One whose source may miss, and does, is passed over. False with ERR. */
bool view_bind(struct view *view, enum view_kind kind, const char *source, const char *path, bool may_miss, bool alone,
	struct err *err);

/* Have PATH empty in its own way: bare, without devices, with LIMITS (shorter than 64) as options, unless it is
 * empty or taken away already, or something is to be seen there: that stays. False with ERR. */
bool view_empty(struct view *view, const char *path, const char *limits, bool read_only, bool no_exec, struct err *err);

/* /dev with what every program needs, and nothing of the machine's: what PrivateDevices= leaves (systemd.exec(5)). False with ERR. */
bool view_add_devices(struct view *view, struct err *err);

/* Forget all places. Steps that were made of them have copies (steps_add). */
void view_release(struct view *view);

/* PATH with those links replaced that root (or we ourselves) made in directories that nobody else can write to; at the
 * first other one it stays as it is. */
void view_resolve(const char *path, char resolved[PATH_MAX]);

/* What is to become of PATH: the deepest place that holds it, or NULL. */
const struct view_place *view_find(const struct view *view, const char *path);

/* The steps that make it, behind those that make the mount namespace. False with ERR. */
bool view_mount(struct view *view, struct steps *steps, struct err *err);

#endif
