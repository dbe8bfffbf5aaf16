/*
 * jsonline -- a log line that is a JSON object, as the plain lines that it stands for.
 *
 * Docker's json-file ({"log":…,"stream":…,"time":…}), loggers of Python ({"levelname":…,"message":…,"exc_info":…}) and
 * shippers (MESSAGE, msg, severity …). Their keys become "TIME [PID] [LEVEL] MESSAGE" and, in lines of their own, what
 * the exception key holds. Pure.
 */
#ifndef BRIDLE_WIRE_JSONLINE_H
#define BRIDLE_WIRE_JSONLINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/* Append to OUT what LINE of LENGTH bytes stands for, lines between newlines. False, with OUT in any state, when it is no
 * object or says nothing under the names that we know. What does not fit into OUT is cut. */
bool jsonline_read(struct text *out, const char *line, size_t length);

#endif
