/*
 * privilege -- becoming somebody with less power.
 */
#ifndef BRIDLE_OS_PRIVILEGE_H
#define BRIDLE_OS_PRIVILEGE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

/* For the watcher: become UID/GID without supplementary groups, keep of our capabilities only CAP_SYS_PTRACE and
 * CAP_DAC_READ_SEARCH (to see heartbeat files and smaps of other users' workers through /proc), CAP_NET_ADMIN (process
 * events) and CAP_SYSLOG (whom the kernel killed for want of memory), as far as we have them, in no bounding or ambient
 * set; no_new_privs; not dumpable. When we are not root: only no_new_privs. False with ERR: some of it may be done. */
bool privilege_watcher(uid_t uid, gid_t gid, struct err *err);

/* For the watcher, when it hears process events and has the kernel's log open: CAP_NET_ADMIN and CAP_SYSLOG are needed to begin
 * with, and would set up the network for who takes it over. False with ERR. */
bool privilege_begun(struct err *err);

/* Raise RLIMIT_NOFILE to its hard limit; the old soft limit goes to *OLD, for children. */
void privilege_descriptors(unsigned long *old);

#endif
