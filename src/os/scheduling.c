/*
 * scheduling.c -- steps for the child, each one system call with what it needs laid ready.
 */
#include "os/scheduling.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "os/kernfile.h"

enum {
	/* no C library has ioprio_set(2), nor its numbers */
	IOPRIO_WHO_PROCESS = 1, /* of <linux/ioprio.h> */
	IOPRIO_CLASS_SHIFT = 13,
};
static const char oom_file[] = "/proc/self/oom_score_adj";

/* 0 is the calling thread alone (setpriority(2), C library/kernel differences): the child has no other. */
static bool
set_nice(const void *of)
{
	return setpriority(PRIO_PROCESS, 0, *(const int *)of) == 0;
}

bool
scheduling_nice(struct steps *steps, int nice, struct err *err)
{
	return steps_add(steps, STEP_FIRST, set_nice, &nice, sizeof nice, err, "set nice to %d", nice);
}

/* As the kernel takes it: a cpu_set_t ends at 1024 processors (CPU_SET(3)). */
struct affinity {
	size_t size;
	uint64_t mask[];
};

/* Processors that are not there are passed over; EINVAL when none is left (sched_setaffinity(2)). */
static bool
set_affinity(const void *of)
{
	const struct affinity *a = of;

	return syscall(SYS_sched_setaffinity, 0, a->size, a->mask) >= 0;
}

bool
scheduling_affinity(struct steps *steps, const uint64_t *mask, size_t size, const char *words, struct err *err)
{
	struct affinity *a = malloc(sizeof *a + size);
	bool ok;

	if (a == NULL)
		return err_set(err, ENOMEM, "cannot keep settings");
	a->size = size;
	memcpy(a->mask, mask, size);
	ok = steps_add(steps, STEP_FIRST, set_affinity, a, sizeof *a + size, err, "set cpu_affinity to %s", words);
	free(a);
	return ok;
}

struct policy {
	int policy, priority;
};

/* The system call itself: musl's function only says that it is not implemented. */
static bool
set_policy(const void *of)
{
	const struct policy *p = of;
	const struct sched_param param = { .sched_priority = p->priority };

	return syscall(SYS_sched_setscheduler, 0, p->policy, &param) == 0;
}

bool
scheduling_policy(struct steps *steps, int policy, int priority, bool reset_on_fork, const char *words, struct err *err)
{
	const struct policy p = { policy | (reset_on_fork ? SCHED_RESET_ON_FORK : 0), priority };

	return steps_add(steps, STEP_FIRST, set_policy, &p, sizeof p, err,
		"set cpu_scheduling_policy to %s, priority %d", words, priority);
}

static bool
set_io(const void *of)
{
	return syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, *(const int *)of) == 0;
}

bool
scheduling_io(struct steps *steps, int class, int level, struct err *err)
{
	static const char *const names[] = { "none", "realtime", "best-effort", "idle" };
	const int value = class << IOPRIO_CLASS_SHIFT | level;

	return steps_add(steps, STEP_FIRST, set_io, &value, sizeof value, err,
		"set io_scheduling_class to %s, priority %d", names[class], level);
}

/* Written out beforehand: in the child nothing but system calls is made (steps.h). */
struct score {
	size_t length;
	char digits[8];
};

static bool
write_score(const struct score *s)
{
	int fd = open(oom_file, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, s->digits, s->length) == (ssize_t)s->length;

	if (fd >= 0)
		close(fd);
	return ok;
}

static struct score
score_of(int score)
{
	struct score s;

	s.length = (size_t)snprintf(s.digits, sizeof s.digits, "%d", score);
	return s;
}

static bool
set_oom(const void *of)
{
	return write_score(of);
}

bool
scheduling_oom(struct steps *steps, int score, struct err *err)
{
	const struct score s = score_of(score);

	return steps_add(steps, STEP_FIRST, set_oom, &s, sizeof s, err, "set oom_score_adjust to %d", score);
}

bool
scheduling_read_oom(int *score)
{
	char text[16];

	if (kernfile_read(AT_FDCWD, oom_file, text, sizeof text) <= 0)
		return false;
	*score = atoi(text);
	return true;
}

/* Ourselves: what a child that shared our memory has changed in us (os/spawn.c), and at the start (os/protect.c). */
bool
scheduling_write_oom(int score)
{
	const struct score s = score_of(score);

	return write_score(&s);
}
