/*
 * handed -- descriptors from a process that may have been talked over: those that come with a packet (SCM_RIGHTS, unix(7)), and how
 * one that came from anywhere is got rid of.
 *
 * What is handed over may be of a file system that somebody serves himself: close(2) asks his server, and waits for the answer
 * (fuse_flush() in the kernel's fs/fuse/file.c); so does every process that inherits the descriptor when it closes its copy. Or
 * it may be a socket whose close(2) waits for who is at the other end (SO_LINGER, socket(7)). What we have no use for is therefore
 * closed by a child of ours that has nothing else to do, and in which nothing else stays open.
 */
#ifndef BRIDLE_OS_HANDED_H
#define BRIDLE_OS_HANDED_H

#include <stddef.h>
#include <sys/types.h>

enum {
	HANDED_NONE = -1,    /* no descriptor came, or we had no number left for it */
	HANDED_STRANGE = -2, /* several came, or one that is neither memory nor a pipe: who sends such is not one of ours */
};

/* The next packet from SOCKET into BYTES, of SIZE, without waiting: its whole length, which may be more; -1 with errno. *FD: the
 * memory (memfd_create(2)) or the pipe that came with it, close-on-exec and the caller's to close; or one of the above, and then
 * nothing of what came is open any more. */
ssize_t handed_receive(int socket, void *bytes, size_t size, int *fd);

/* Close the N FDS, whatever they are, without waiting for anybody. Where that takes children, they are reaped as any others; where
 * none can be made (no memory), they stay open. */
void handed_let_go(const int *fds, size_t n);

#endif
