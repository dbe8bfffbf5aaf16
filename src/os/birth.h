/*
 * birth -- when a file was made (statx(2), stx_btime).
 */
#ifndef BRIDLE_OS_BIRTH_H
#define BRIDLE_OS_BIRTH_H

#include "base/msec.h"

/* Milliseconds since 1970, or OTHERWISE where the file system does not know. */
msec birth_of(int fd, msec otherwise);

#endif
