/*
 * ended -- how a process ended, as a fact: for those who saw it, and for those who read of it.
 */
#ifndef BRIDLE_JUDGE_ENDED_H
#define BRIDLE_JUDGE_ENDED_H

#include <stdint.h>

#include "core/cause.h"

/* A worker, and a master, with STATUS as of wait(2), which nobody is taken to have asked. */
enum fact ended_worker(int32_t status);
enum fact ended_master(int32_t status);

#endif
