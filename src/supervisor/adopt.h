/*
 * adopt -- generations that a bridled before us started, which was killed: we look after them although they are no children
 * of ours. That a master has ended is told by a pidfd, with how it ended where the kernel knows; who is left of it is found
 * by marker, log and session (os/tree_leftovers.c), or in its cgroup.
 */
#ifndef BRIDLE_SUPERVISOR_ADOPT_H
#define BRIDLE_SUPERVISOR_ADOPT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "os/tree.h"

struct bridled;
struct link_record;
struct service;

/* Room for S to have adopted generations. False: no memory. */
bool adopt_prepare(struct service *s);

/* PID, started at START (clock ticks since boot), becomes the master of the generation in SLOT, whose number and
 * run_dir its marker, or its log, must agree with. False: that one does not live any more, or is another. */
bool adopt_master(struct service *s, uint8_t slot, pid_t pid, uint32_t start);

/* What the watcher says of how a master ended (LINK_ENDED, as link_check took it). */
void adopt_told(struct service *s, const struct link_record *answer);

/* SIGNAL to the adopted master in SLOT. False: it is gone. */
bool adopt_signal(struct service *s, uint8_t slot, int signal);

/* Is anybody left of the adopted generation in SLOT? Whoever is gets SIGNAL (0: none). UNSURE: of somebody that cannot be said
 * yet (tree_leftovers). Where we cannot look, somebody may be. */
bool adopt_rest(struct service *s, uint8_t slot, int signal, bool *unsure);

/* Show VISIT each of them, its master included. */
void adopt_visit(const struct service *s, uint8_t slot, void (*visit)(void *context, pid_t pid), void *context);

/* Somebody is left: look again in a moment, for nothing tells when they end. */
void adopt_look_again(struct service *s);

/* A copy of the socket INODE, from an adopted master, or whoever is left of one; -1: nobody has it, or we may not. */
int adopt_listener(const struct service *s, uint64_t inode);

/* Does process PID, which carries MARKER, belong to an adopted generation? */
bool adopt_owns(struct bridled *b, pid_t pid, const struct tree_marker *marker);

/* Nobody is left of the generation in SLOT. */
void adopt_gone(struct service *s, uint8_t slot);

/* The service is forgotten. */
void adopt_free(struct service *s);

#endif
