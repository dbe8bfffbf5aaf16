/*
 * shared -- what the watcher inherits: the page (wire/page.h), the spool (watcher/watcher.h), the socket that people's
 * commands come to, and the one that Gunicorns' figures come to. Made once, so that every watcher finds the same; what was
 * handed over by who was here before us in this process is used on (the page is not: nobody can write to it any more), and
 * figures come to the same port.
 */
#ifndef BRIDLE_SUPERVISOR_SHARED_H
#define BRIDLE_SUPERVISOR_SHARED_H

#include <stdbool.h>

#include "base/err.h"

struct bridled;

/* Make them, for the services of b->conf and as many as a reload may add, and for b->capacity at least. The control socket may be
 * left out for want of room in run_dir, and the rest for any want: each is logged. False with ERR: no page, no spool, or somebody
 * else has the control socket. */
bool shared_make(struct bridled *b, struct err *err);

/* The loop runs, and a watcher begins: where it has no control socket, try again now and then, and have it followed by one that
 * has. */
void shared_seek_control(struct bridled *b);

/* Show the watcher the signatures of b->conf. It looks when the page is shown to it again. */
void shared_show_signatures(struct bridled *b);

#endif
