/*
 * ready -- the answer to org.bridle.Ready: is a service, or are all that should be up, ready to serve?
 */
#ifndef BRIDLE_WATCHER_READY_H
#define BRIDLE_WATCHER_READY_H

#include <stdbool.h>

struct client;

/* Answer C for service NAME ("": all that should be up), if the answer is clear, or must be given now (LAST). Returns
 * whether it was. */
bool ready_answer(struct client *c, const char *name, bool last);

#endif
