/*
 * proof -- our half of how a program proves that it is ready: the socket that it speaks to, or the pipe that it writes a
 * newline to. What comes is for the watcher to read.
 */
#ifndef BRIDLE_SUPERVISOR_PROOF_H
#define BRIDLE_SUPERVISOR_PROOF_H

#include <stdbool.h>

#include "base/err.h"
#include "os/spawn.h"

struct bridled;
struct service;

enum { PROOF_FDS = 9 - 2 /* descriptors 3 to 9 */ };

/* A plan came: open the socket that it asks for, if there is none yet. False with ERR. */
bool proof_open(struct service *s, struct err *err);
void proof_close(struct service *s);

/* A master is to be started with R: give it the descriptor that it writes to, by a pipe of its own. FDS has room for
 * PROOF_FDS and must last until it is started. False with ERR. */
bool proof_prepare(struct service *s, struct spawn_request *r, int *fds, struct err *err);

/* Hand the sockets of all services, or of S, to the watcher. False: not now. */
bool proof_show_all(struct bridled *b);
bool proof_show(struct service *s);

#endif
