/*
 * kmsg -- the kernel's log, as far as it tells who was killed for want of memory (Documentation/ABI/testing/dev-kmsg). Pure.
 */
#ifndef BRIDLE_WIRE_KMSG_H
#define BRIDLE_WIRE_KMSG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kmsg_kill {
	int32_t pid;
	bool of_cgroup; /* a limit of its group was reached; else the machine's memory was used up */
	int64_t rss;    /* bytes of its own (anon-rss); -1 not said */
	char comm[16];  /* its name, which it chose itself */
};

/* One record of /dev/kmsg, N BYTES of it: "priority,sequence,microseconds,flags;message", as oom_kill_process() writes
 * (mm/oom_kill.c: "Out of memory: Killed process" and "Memory cgroup out of memory: Killed process"; "Kill process" before
 * 5.3). False: it is about something else, or somebody wrote to /dev/kmsg, which the kernel marks by its facility. */
bool kmsg_read(struct kmsg_kill *kill, const char *bytes, size_t n);

#endif
