#include "os/listener.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>

enum { SHUT_FOR_READING = 0x2000 /* POLLRDHUP, shown by the C library with _GNU_SOURCE only */ };

uint64_t
listener_inode(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode) ? st.st_ino : 0;
}

/* A unix listener stays one, and nobody is accepted or can connect; a TCP one is closed (unix_poll, tcp_poll). */
bool
listener_shut(int fd)
{
	struct pollfd look = { .fd = fd, .events = SHUT_FOR_READING };

	return poll(&look, 1, 0) == 1 && (look.revents & (POLLHUP | SHUT_FOR_READING)) != 0;
}
