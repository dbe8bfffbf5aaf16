/*
 * ordering -- starts and stops in the order that services ask for (core/order.h): what is asked for becomes a wish, and
 * who has wishes gets his turn whenever something moved. What is in no relation to others is started and stopped at once.
 */
#ifndef BRIDLE_SUPERVISOR_ORDERING_H
#define BRIDLE_SUPERVISOR_ORDERING_H

#include <stdbool.h>

#include "base/err.h"
#include "base/msec.h"
#include "conf/conf.h"
#include "core/life.h"

struct bridled;
struct service;

/* Room for a wish of each service that there can be. False with ERR: no memory. */
bool ordering_init(struct bridled *b, struct err *err);
void ordering_free(struct bridled *b);

/* What the services of CONF that have a slot say of each other, in place of what was said before. Without memory for it there is no
 * order, which is logged. */
void ordering_learn(struct bridled *b, const struct conf *conf);

/* Somebody asks for S to be started, after what it requires and wants; to be stopped, after what requires it. Others are
 * acted upon, S itself is for the caller. Whether that meant anything. */
bool ordering_start(struct service *s, msec now);
bool ordering_stop(struct service *s, msec now);

/* Somebody waits to be accepted by S, which is listening: as a start that was asked for. */
void ordering_connect(struct service *s, msec now);

/* S is to be started, or to listen where it starts on demand, when ordering_begin is called. */
void ordering_wish(struct service *s);

/* S was restored, and with it what it wished. */
void ordering_resume(struct service *s);
void ordering_begin(struct bridled *b, msec now);

/* Everything is to be stopped. */
void ordering_stop_all(struct bridled *b, msec now);

/* S moved as ORDER says. */
void ordering_moved(struct service *s, const struct life_order *order);

/* Give turns, if something moved. */
void ordering_turns(struct bridled *b, msec now);

/* S goes: it wishes nothing any more, nor does anybody of its slot. */
void ordering_forget(struct service *s);

#endif
