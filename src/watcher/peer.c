#include "watcher/peer.h"

#include <sys/socket.h>

enum { GROUPS = 256 /* more than that: only the primary one counts */ };

static bool
in_group(int fd, gid_t primary, uint32_t group)
{
	gid_t groups[GROUPS];
	socklen_t size = sizeof groups;

	/* control_group is not set (page.h), and -1 is nobody's group (chown(2)) */
	if (group == UINT32_MAX)
		return false;
	if (primary == group)
		return true;
	/* SO_PEERCRED tells the first group only (unix(7)); before Linux 4.13 the others cannot be asked for, and do not
	 * count */
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &size) != 0)
		return false;
	for (socklen_t i = 0; i < size / sizeof groups[0]; i++)
		if (groups[i] == group)
			return true;
	return false;
}

struct peer
peer_of(int fd, const struct page_header *page)
{
	struct peer peer = { .uid = (uid_t)-1 };
	struct ucred who;
	socklen_t size = sizeof who;

	/* of whom nobody knows who he is may do nothing */
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0)
		return peer;
	peer.uid = who.uid;
	peer.pid = who.pid;
	peer.may_change = who.uid == 0 || who.uid == page->owner || in_group(fd, who.gid, page->control_group);
	peer.may_read = peer.may_change || page->control_all;
	return peer;
}
