/*
 * rotation -- where one log file ends and the next begins, and what a finished one is called. Pure.
 */
#ifndef BRIDLE_WATCHER_ROTATION_H
#define BRIDLE_WATCHER_ROTATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/msec.h"

enum { ROTATION_NAME = 22 }; /* "@20261120T165711.123Z" and a NUL */

struct rotation_cut {
	size_t now;  /* bytes that still belong to this file, <= n */
	bool rotate; /* then it is finished; what is left belongs to the next */
};

/* N bytes are to be added to a file of HAVE bytes that ends in the middle of a line (MID) or not, and may be MAX bytes
 * long (> 0). The cut falls on a line's end, before MAX where there is one, else behind the line that began
 * before it. A line is split only when it is longer than MAX by itself. */
struct rotation_cut rotation_cut(const char *bytes, size_t n, uint64_t have, uint64_t max, bool mid);

/* The name of a file finished at WALL (ms since 1970, UTC). Names sort as their times do. */
void rotation_name(char name[ROTATION_NAME], msec wall);

/* The time in NAME. False when that is no such name. */
bool rotation_time(const char *name, msec *wall);

#endif
