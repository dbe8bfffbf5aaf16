/*
 * asked -- what a request can have made of a service, and what it cannot: a worker that times out a minute after a deployment
 * does so by itself.
 */
#ifndef BRIDLE_JUDGE_ASKED_H
#define BRIDLE_JUDGE_ASKED_H

#include <stdbool.h>
#include <stdint.h>

#include "core/cause.h"
#include "wire/link.h"

/* Can DEED, with SIGNAL where it is DEED_SIGNAL, have led to what V is the verdict on? Whoever asks knows that it came before, and
 * not long before. False for deeds that people do not ask for. */
bool asked_explains(enum link_deed deed, int32_t signal, const struct cause_verdict *v);

#endif
