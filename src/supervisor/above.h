/*
 * above -- bridled under systemd, s6, dinit and others: it tells them when it is ready, what it is doing, and that it lives,
 * and takes over the sockets that they opened for it. Where nobody asked for any of it, it costs nothing.
 *
 * Ready means: every service that starts by itself has become ready or was given up. Services and the watcher never see
 * the variables.
 */
#ifndef BRIDLE_SUPERVISOR_ABOVE_H
#define BRIDLE_SUPERVISOR_ABOVE_H

#include <ev.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "wire/above.h"

struct bridled;

struct above {
	struct sockaddr_un address; /* of NOTIFY_SOCKET */
	socklen_t length;
	int fd;       /* -1: nobody wants to hear */
	int ready_fd; /* --ready-fd; -1: none, or told */
	bool ready;   /* was reached, */
	bool told;    /* and is in the datagrams that went out */
	bool stopping;
	bool watched;              /* WATCHDOG_USEC was looked at */
	char status[ABOVE_STATUS]; /* that went out last */
	ev_timer watchdog;
	ev_timer again; /* something could not be sent */
	int sockets;    /* that came with LISTEN_FDS */
};

/* Before anything is opened: make what was handed to us ours. READY_FD: -1 for none. */
void above_begin(struct bridled *b, int ready_fd);

/* The services are known: give each the sockets that are its own, and say which are nobody's. */
void above_share_sockets(struct bridled *b);

/* The loop is about to wait: tell what changed. */
void above_tell(struct bridled *b);

/* The configuration is being read anew (BEGINS), or has been. */
void above_reread(struct bridled *b, bool begins);

/* No more of this. */
void above_end(struct bridled *b);

#endif
