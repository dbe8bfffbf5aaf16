/*
 * confine -- the steps (steps.h) by which a child gives up rights: capabilities, privileges to come, system calls.
 *
 * Each adds what it needs to STEPS, in the phase in which the kernel allows it: namespaces and bounding set while it is
 * root, ambient capabilities when it has become the user, filters last. False with ERR: no memory.
 */
#ifndef BRIDLE_OS_CONFINE_H
#define BRIDLE_OS_CONFINE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <linux/filter.h>

#include "os/steps.h"

/* New namespaces: FLAGS are CLONE_NEW* of clone(2). In a new network, the loopback device is brought up. */
bool confine_namespaces(struct steps *steps, uint32_t flags, struct err *err);

/* As confine_namespaces, for who is not root: in a user namespace in which UID and GID mean what they mean outside, and
 * nobody else is known. */
bool confine_user_namespace(struct steps *steps, uint32_t flags, uid_t uid, gid_t gid, struct err *err);

/* A user namespace for a service that root starts: in it root, UID, GID and the COUNT GROUPS are who they are outside, and
 * nobody else is known. Its maker may not say so, so a process that stays outside does, for a moment. From here on there is
 * no right over what is the machine's. */
bool confine_users(struct steps *steps, uid_t uid, gid_t gid, const gid_t *groups, size_t count, struct err *err);

/* Keep the capabilities of KEEP (bit n: capability n) at most in the bounding set, and of those that were inherited. */
bool confine_bounding(struct steps *steps, uint64_t keep, struct err *err);

/* Secure bits of prctl(2), to be set while there is the right to. */
bool confine_secure_bits(struct steps *steps, uint32_t bits, struct err *err);

/* Have the capabilities of KEEP, and no others, after becoming a user, and let programs inherit them. CHANGES_USER: it
 * does become one. */
bool confine_ambient(struct steps *steps, uint64_t keep, bool changes_user, struct err *err);

/* Whatever it executes gains nothing by set-user-ID or file capabilities (prctl(2), PR_SET_NO_NEW_PRIVS). */
bool confine_no_new_privileges(struct steps *steps, struct err *err);

/* The filter CODE of LENGTH instructions (seccomp(2)). no_new_privs must have come before. */
bool confine_filter(struct steps *steps, const struct sock_filter *code, unsigned length, struct err *err);

#endif
