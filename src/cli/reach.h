/*
 * reach -- does anybody listen at an address of this machine?
 */
#ifndef BRIDLE_CLI_REACH_H
#define BRIDLE_CLI_REACH_H

#include <stdbool.h>

#include "base/msec.h"

/* Until somebody takes connections at ADDRESS ("unix:/run/web.sock", "127.0.0.1:8000"), at most PATIENCE. Whoever listens gets
 * connections without a request. What is no such address, or may not be tried, counts as yes. */
bool reach_wait(const char *address, msec patience);

#endif
