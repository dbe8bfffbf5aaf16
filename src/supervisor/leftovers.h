/*
 * leftovers -- what an earlier bridled left running when it was killed, and that was not adopted (adopt.h): found by the marker
 * in the environment, ended before anything is started, so that no service ever has two masters.
 */
#ifndef BRIDLE_SUPERVISOR_LEFTOVERS_H
#define BRIDLE_SUPERVISOR_LEFTOVERS_H

#include "base/msec.h"
#include "os/tree.h"

struct bridled;

/* Root, ourselves, and the users of our services. */
struct tree_users leftovers_users(const struct bridled *b);

/* Look for them; if there are any, ask them to end, and call bridled_start_services() when the last one is gone
 * (asked again and then killed as time passes). If there are none, that is called at once; and after a while it is with some
 * left, too: what cannot be killed, or breeds faster than we look, must not keep all services down. */
void leftovers_end(struct bridled *b, msec now);

/* The same by one that became another program meanwhile, while b->clear_until is set: they have been asked. */
void leftovers_go_on(struct bridled *b);

#endif
