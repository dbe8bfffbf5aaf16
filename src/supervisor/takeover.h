/*
 * takeover -- a service begins on the listeners of a Gunicorn that somebody else started: they are copied out of that
 * process, so that both serve one queue until the old one ends.
 */
#ifndef BRIDLE_SUPERVISOR_TAKEOVER_H
#define BRIDLE_SUPERVISOR_TAKEOVER_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

struct service;

/* Take from process PID a listener for every address of S, which must not be running. UID is who asks: only root, whoever runs
 * bridled, and the owner of that process may. Until takeover_keep they are treated as somebody else's: a stop leaves them and
 * their files alone. Returns how many; 0 with ERR: nothing was taken. One that runs on them already, a takeover that did not come
 * to its end having begun it, has them: it can be gone on with. */
unsigned takeover_take(struct service *s, pid_t pid, uid_t uid, struct err *err);

/* The old one has ended: from now on they are ours like any other. */
void takeover_keep(struct service *s);

/* Let them go again; their files stay. False: the service runs on them. */
bool takeover_undo(struct service *s);

#endif
