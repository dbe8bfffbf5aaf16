/*
 * logname -- the name of Gunicorn's logger, or of its module, in formats of Python's logging.
 *
 * "%(name)s", "%(module)s", "%(filename)s", with the line, the function, the process and the thread that people put behind
 * them: Django's "{levelname} {asctime} {module} {process:d} {thread:d} {message}", loguru's "{name}:{function}:{line} - {message}".
 * The logger is "gunicorn.error", its module gunicorn/glogging.py, in all releases. Pure; never past the end.
 */
#ifndef BRIDLE_WIRE_LOGNAME_H
#define BRIDLE_WIRE_LOGNAME_H

#include "wire/logform.h"

/* Moves the message behind the name, where one stands there, and keeps the process that stands with it; false, and F as it
 * was, otherwise. Not "gunicorn.errors.HaltServer: ", which is an exception. */
bool logname_peel(struct logform *f);

/* How many bytes after AT name one of the logger's methods between blanks (%(funcName)s): " critical ". 0 where none. */
size_t logname_method(const struct logform *f, size_t at);

#endif
