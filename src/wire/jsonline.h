/*
 * jsonline -- a log line that is a JSON object, as the plain lines that it stands for.
 *
 * Docker's json-file ({"log":…,"stream":…,"time":…}), loggers of Python ({"levelname":…,"message":…,"exc_info":…}) and
 * shippers (MESSAGE, msg, severity …). Their keys become "TIME [PID] [LEVEL] MESSAGE" and, in lines of their own, what
 * the exception key holds. What a cloud's record carries within (jsonPayload) and lines quoted as JSON strings are read, too. Pure.
 */
#ifndef BRIDLE_WIRE_JSONLINE_H
#define BRIDLE_WIRE_JSONLINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/* Append to OUT what LINE of LENGTH bytes stands for, lines between newlines. False, with OUT in any state, when it is no
 * object (nor a string), or says nothing under the names that we know. What does not fit into OUT is cut. PIECE: a stack that
 * came line by line is not over; what belongs to it was written by no logger, whatever level it has. */
bool jsonline_read(struct text *out, const char *line, size_t length, bool piece);

#endif
