/*
 * errands -- what the supervisor is asked to run for an incident: on_incident, which gets it as JSON, on_failure, which has it in
 * its environment, and hang_dump, whose output becomes part of it.
 */
#ifndef BRIDLE_WATCHER_ERRANDS_H
#define BRIDLE_WATCHER_ERRANDS_H

#include <stddef.h>
#include <stdint.h>

struct docket_entry;
struct service;
struct watcher;

/* JSON, LENGTH bytes, is an alarm of S: on_incident, where it is set. */
void errands_tell(struct watcher *w, struct service *s, const char *json, size_t length);

/* GENERATION of S was given up: on_failure, which waits for what is known of why. E: the incident; NULL: none is. */
void errands_given_up(struct watcher *w, const struct service *s, uint32_t generation, const struct docket_entry *e);

/* Worker PID of S hangs: hang_dump, where it is set. What it says goes to the worker's hang, and to the case that has it. */
void errands_dump(struct watcher *w, struct service *s, int32_t pid);

/* The process ends: whatever is still being read is let go. */
void errands_close(struct watcher *w);

#endif
