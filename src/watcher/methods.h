/*
 * methods -- what can be called on the control socket: org.bridle (wire/org.bridle.varlink) and org.varlink.service.
 */
#ifndef BRIDLE_WATCHER_METHODS_H
#define BRIDLE_WATCHER_METHODS_H

#include "wire/varlink.h"

struct client;

/* Carry CALL out for C: it is answered, or C waits for something now. */
void methods_call(struct client *c, struct varlink_call *call);

#endif
