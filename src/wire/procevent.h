/*
 * procevent -- what the kernel tells of processes that are not ours: messages of the process events connector
 * (linux/cn_proc.h, Documentation/driver-api/connector.rst). Pure: bytes to a struct.
 */
#ifndef BRIDLE_WIRE_PROCEVENT_H
#define BRIDLE_WIRE_PROCEVENT_H

#include <stddef.h>
#include <stdint.h>

/* clang-format off */
enum procevent_kind {
	PROCEVENT_OTHER, /* whole, and nothing that we ask for: other connectors, threads, exec, uid ... */
	PROCEVENT_ACK,   /* to our wish to listen: `status` is 0 or an errno */
	PROCEVENT_FORK,  /* `parent` made process `pid` */
	PROCEVENT_EXIT,  /* `pid`, a child of `parent`, ended: `status` as of wait(2) */
};
/* clang-format on */

struct procevent {
	enum procevent_kind kind;
	int32_t pid, parent; /* of whole processes (tgid), in the first pid namespace */
	int32_t status;
};

/* The message at BYTES, of which N are there (any alignment). Returns its length, so that the next one begins there; 0: no
 * whole message begins here. Of a process with threads only the end of its first thread counts. */
size_t procevent_read(struct procevent *e, const void *bytes, size_t n);

#endif
