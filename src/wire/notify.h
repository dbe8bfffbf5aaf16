/*
 * notify -- a datagram of sd_notify(3): lines of NAME=value. Pure; what it says is a stranger's word, and what it does not
 * say is left at nothing.
 */
#ifndef BRIDLE_WIRE_NOTIFY_H
#define BRIDLE_WIRE_NOTIFY_H

#include <stdbool.h>
#include <stddef.h>

enum { NOTIFY_SIZE = 4096 /* a longer datagram is none of ours */, NOTIFY_STATUS = 96 };

struct notify {
	bool ready;     /* READY=1 */
	bool reloading; /* RELOADING=1 */
	bool stopping;  /* STOPPING=1 */
	bool alive;     /* WATCHDOG=1 */
	bool stuck;     /* WATCHDOG=trigger: it wants to be ended as if it had not been alive */
	bool main_pid;  /* MAINPID=: another process is to be the one that counts, which is not granted */
	bool has_status;
	char status[NOTIFY_STATUS]; /* STATUS=: made visible, cut */
};

/* Read N BYTES. False when they are none: too many, or with a NUL in them. Names that are not known say nothing. */
bool notify_parse(const char *bytes, size_t n, struct notify *out);

#endif
