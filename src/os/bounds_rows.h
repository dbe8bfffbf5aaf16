/*
 * bounds_rows -- which controller keeps each bound: a part of bounds. A controller is in one version of control groups or
 * in the other (cgroups(7)).
 */
#ifndef BRIDLE_OS_BOUNDS_ROWS_H
#define BRIDLE_OS_BOUNDS_ROWS_H

#include "os/bounds.h"

enum bounds_controller { BOUNDS_MEMORY, BOUNDS_CPU, BOUNDS_PIDS, BOUNDS_IO, BOUNDS_CONTROLLERS };

/* The controller that BOUND (< BOUND_COUNT) is a file of. */
enum bounds_controller bounds_controller(enum bound bound);

#endif
