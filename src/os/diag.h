/*
 * diag -- questions to the kernel about sockets, in its own words (sock_diag(7)); what they are for is in sockdiag.h.
 */
#ifndef BRIDLE_OS_DIAG_H
#define BRIDLE_OS_DIAG_H

#include <linux/netlink.h>
#include <stddef.h>
#include <stdint.h>

/* States of a socket (TCP_LISTEN and its like of <netinet/tcp.h>, which quarrels with the kernel's headers). */
enum { DIAG_ESTABLISHED = 1, DIAG_SYN_SENT = 2, DIAG_LISTEN = 10 };

/* What reads each message of an answer. */
typedef void diag_reader(const struct nlmsghdr *message, void *context);

/* The attribute TYPE of MESSAGE after a body of BODY bytes, if it has SIZE bytes; else NULL. */
const void *diag_attribute(const struct nlmsghdr *message, size_t body, unsigned short type, size_t size);

/* Each of these asks by FD (sockdiag_open), has READ called with each message of the answer and CONTEXT, and returns an
 * errno, or 0. Unix: SHOW is of UDIAG_SHOW_; ENOENT: there is no socket INODE, or the kernel does not tell of any. TCP: of
 * FAMILY, in a state whose bit is in STATES, at local PORT (0: at any), with what the bits of EXTENSIONS ask for
 * (INET_DIAG_). */
int diag_unix(int fd, uint64_t inode, uint32_t show, diag_reader *read, void *context);
int diag_unix_all(int fd, unsigned state, uint32_t show, diag_reader *read, void *context);
int diag_tcp(int fd, uint16_t family, uint32_t states, uint16_t port, uint8_t extensions, diag_reader *read,
	void *context);

#endif
