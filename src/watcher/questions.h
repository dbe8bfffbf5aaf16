/*
 * questions -- those methods of org.bridle that change nothing: each answers C's call, or sends the error that it ends with.
 */
#ifndef BRIDLE_WATCHER_QUESTIONS_H
#define BRIDLE_WATCHER_QUESTIONS_H

#include <jansson.h>

struct client;

/* PARAMETERS are of the caller's call, an object, borrowed; what of them is no good is answered by InvalidParameter. What each
 * answers is in wire/org.bridle.varlink. Ready and Watch may leave a waiter behind, which ends the call later. */
void questions_info(struct client *c, json_t *parameters);
void questions_list(struct client *c, json_t *parameters);
void questions_ready(struct client *c, json_t *parameters);
void questions_watch(struct client *c, json_t *parameters);
void questions_why(struct client *c, json_t *parameters);
void questions_advise(struct client *c, json_t *parameters);
void questions_history(struct client *c, json_t *parameters);

#endif
