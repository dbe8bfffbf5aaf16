/* visitor -- somebody who comes to a listener, for tests of what is told of that. */
#ifndef BRIDLE_TESTS_VISITOR_H
#define BRIDLE_TESTS_VISITOR_H

#include <sys/socket.h>
#include <unistd.h>

#include "unit.h"

/* Comes to LISTENER and is accepted, by one who closes at once: the visitor's own end, for the caller to close. */
static inline int
visitor_come(int listener)
{
	struct sockaddr_storage address;
	socklen_t size = sizeof address;
	int client, server;

	assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
	client = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(client, (struct sockaddr *)&address, size), 0);
	server = accept(listener, NULL, NULL);
	assert_true(server >= 0);
	close(server);
	return client;
}

#endif
