/*
 * victim -- which of the deaths of an incident stands for it.
 *
 * Deaths within a second or two are one story, whatever each of them died of. Its verdict is what one of them proves, and that one is to
 * be shown beside it: of a worker that crashed while others were killed, the crash.
 */
#ifndef BRIDLE_CLI_VICTIM_H
#define BRIDLE_CLI_VICTIM_H

#include <jansson.h>

/* The latest death of INCIDENT (org.bridle.Incident) that fits its class; the latest at all where none does, or where the class
 * says nothing of how a worker ends. NULL when nobody died. Lives as long as INCIDENT. */
const json_t *victim_of(const json_t *incident);

#endif
