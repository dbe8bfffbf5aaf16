/*
 * resume_listeners -- the listeners that a service had before us: in this process, or of a bridled that was killed.
 */
#ifndef BRIDLE_SUPERVISOR_RESUME_LISTENERS_H
#define BRIDLE_SUPERVISOR_RESUME_LISTENERS_H

#include "wire/state.h"

struct past;
struct service;

/* Those of RECORD become listeners of S, whose generations are known again. Where we do not get one, the master has it
 * alone: then it cannot be served by two, and a replacement is a restart until it is ours again. One that nobody has any
 * more, not even a watcher, is opened anew. P is what was before us. */
void resume_listeners(struct service *s, const struct state_service *record, struct past *p);

#endif
