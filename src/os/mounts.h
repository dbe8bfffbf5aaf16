/*
 * mounts -- which paths lie on network file systems, by the kernel's list of mounts (proc_pid_mountinfo(5)). The file systems
 * themselves are not asked, as by statfs(2): one whose server is gone answers after minutes, or never.
 *
 * Paths are taken as they are written. Who is led onto a network by a symbolic link is not known here.
 */
#ifndef BRIDLE_OS_MOUNTS_H
#define BRIDLE_OS_MOUNTS_H

#include <stdbool.h>
#include <stddef.h>

enum { MOUNTS_SIZE = 4096 /* bytes of paths: of what is on a network, and of what is mounted there again */ };

/* Zeroed: the list is read when something is asked. */
struct mounts {
	bool read, crowded;
	size_t length;
	char places[MOUNTS_SIZE]; /* 'n' network or 'l' local, and a path with its NUL, one behind the other, in order of mounting */
};

/* The list is read anew when something is asked the next time. */
void mounts_forget(struct mounts *m);

/* Does PATH lie on a network? Also where nobody knows, because there were more mounts than fit; not where there is no list, or PATH
 * is NULL or relative. */
bool mounts_is_network(struct mounts *m, const char *path);

/* Take in LINE of the list, which is changed. What cannot be understood is passed over. */
void mounts_add(struct mounts *m, char *line);

#endif
