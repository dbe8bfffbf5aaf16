/*
 * stamp -- points in time as logs write them. Pure.
 */
#ifndef BRIDLE_WIRE_STAMP_H
#define BRIDLE_WIRE_STAMP_H

#include <stddef.h>
#include <stdint.h>

enum { STAMP_UNSAID = INT32_MAX };

/* How many of the N BYTES are a time, with fraction and zone; 0 when they do not begin with one. Known are
 * "2026-11-20T15:24:58.206501+00:00", "2026-11-20 15:24:58 +0000", "Fri 2026-11-20 15:24:58 CET", "2026/11/20 15:24:58",
 * "Nov 20 15:24:58", "Fri, Nov 20 2026 3:24:58 pm", "Nov 20, 2026 @ 15:24:58.000", "20/Nov/2026:15:24:58", "20 Nov 2026
 * 15:24:58", "11/20/2026, 3:24:58 PM", "20.11.2026 15:24:58", "15:24:58,123". *SECOND counts from 1970 in UTC where the
 * offset is said, else in whatever zone it was: only differences between times of the same form mean anything. A year or
 * day that is not said is one of 1970. *AHEAD are the seconds that the offset is ahead of UTC, or STAMP_UNSAID; a zone's name
 * says none here. */
size_t stamp_read(const char *bytes, size_t n, int64_t *second, int32_t *ahead);

#endif
