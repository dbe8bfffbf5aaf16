/*
 * witness_kernel -- whom the kernel means: it kills, and sees crash, others as well.
 */
#ifndef BRIDLE_JUDGE_WITNESS_KERNEL_H
#define BRIDLE_JUDGE_WITNESS_KERNEL_H

#include "judge/witness.h"

/* Is WHAT, a line of the kernel about memory or a crash, about a process that may be of Gunicorn? */
bool witness_is_ours(const struct recognised *what);

#endif
