/*
 * requests -- what the watcher reports and asks for: readiness, and the short list of deeds.
 */
#ifndef BRIDLE_SUPERVISOR_REQUESTS_H
#define BRIDLE_SUPERVISOR_REQUESTS_H

#include "base/msec.h"
#include "wire/link.h"

struct bridled;

/* Take one record that link_check has passed, and FD, which came with it (-1: none). Requests are answered with
 * LINK_ANSWER, refused ones with a reason. */
void requests_take(struct bridled *b, const struct link_record *record, int fd, msec now);

#endif
