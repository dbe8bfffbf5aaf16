/*
 * resume -- services as they were before us (past.h), taken up where they were left: those who live are looked after, those
 * who died meanwhile are reported, and who was stopped stays stopped.
 */
#ifndef BRIDLE_SUPERVISOR_RESUME_H
#define BRIDLE_SUPERVISOR_RESUME_H

#include <stdint.h>

#include "base/msec.h"

struct bridled;
struct past;
struct service;

/* Restore every service that P knows. Those of the configuration exist already, stopped; others come back as ones that the
 * configuration has no more, and are stopped. Nothing is started yet. */
void resume_services(struct bridled *b, struct past *p, msec now);

/* Act on it: report who ended, start and signal what is due. Also the end of the safe mode. */
void resume_settle(struct bridled *b, msec now);

/* In safe mode: the master in SLOT ended with STATUS (or ENDING_UNKNOWN). What follows from it is decided when that mode
 * ends. */
void resume_remember(struct service *s, uint8_t slot, int status);

/* What to tell whoever wants something while nothing is decided. */
const char *resume_safe_hint(void);

#endif
