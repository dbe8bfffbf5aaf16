/*
 * foreign -- a Gunicorn that is not of Bridle: what it was started with, and how it ends without losing what it has begun.
 */
#ifndef BRIDLE_CLI_FOREIGN_H
#define BRIDLE_CLI_FOREIGN_H

#include <stdbool.h>
#include <sys/types.h>

/* Was PID given its listeners (sd_listen_fds(3))? What opened them itself removes their files when it ends. Where setproctitle
 * has overwritten the environment, that cannot be seen: it is taken for one that did. */
bool foreign_was_given_sockets(pid_t pid);

/* Ask the workers of a MASTER that stands still to finish, and wait for them. */
void foreign_end_workers(pid_t master);

/* Until the process of PIDFD has ended, for as long as its requests may last. False: it has not. */
bool foreign_wait(int pidfd);

#endif
