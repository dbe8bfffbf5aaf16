/*
 * order_text -- an order of core/life.h in a few words, for traces that people compare:
 * "spawn 2", "TERM 0", "KILL all 1", "running -> stopping".
 */
#ifndef BRIDLE_TESTS_ORDER_TEXT_H
#define BRIDLE_TESTS_ORDER_TEXT_H

#include "base/text.h"
#include "core/life.h"

/* Append ORDER to T. A spawn shows its generation, a signal its slot. */
void order_text(struct text *t, const struct life_order *order);

#endif
