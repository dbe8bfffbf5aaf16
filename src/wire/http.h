/*
 * http -- as much HTTP/1.1 as a probe needs: a request, and the status of its answer. Pure; the answer is hostile.
 */
#ifndef BRIDLE_WIRE_HTTP_H
#define BRIDLE_WIRE_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

enum { HTTP_STATUS_LINE = 12 /* bytes of an answer that http_status needs at most: "HTTP/1.1 200" */ };

/* A GET of TARGET from HOST on a connection that is closed afterwards. False: no room, or TARGET or HOST hold what would
 * end a line or a word. */
bool http_request(struct text *t, const char *target, const char *host);

/* The status (100 to 599) in the first N bytes of an answer; 0: too few to tell; -1: this is no HTTP/1.x. */
int http_status(const char *bytes, size_t n);

/* Whether STATUS is WANTED; when that is 0, whether it is success or a redirection (200 to 399). */
bool http_status_is(int status, int wanted);

#endif
