/*
 * peer -- who is at the other end of a control connection, and what may they do?
 */
#ifndef BRIDLE_WATCHER_PEER_H
#define BRIDLE_WATCHER_PEER_H

#include <stdbool.h>
#include <sys/types.h>

#include "wire/page.h"

struct peer {
	uid_t uid;
	pid_t pid;
	bool may_read, may_change;
};

/* By what the kernel knew of them when they connected (SO_PEERCRED, SO_PEERGROUPS: unix(7), socket(7)): root, the user that
 * runs bridled and the members of control_group may do everything; others may look if all may. Unknown: nothing. */
struct peer peer_of(int fd, const struct page_header *page);

#endif
