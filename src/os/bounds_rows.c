/*
 * bounds_rows.c -- one table for what each limit is called and how it is written, in both versions of control groups.
 */
#include "os/bounds_rows.h"

#include <inttypes.h>
#include <stddef.h>

enum { PERIOD = 100000 /* microseconds, as a group has it from the kernel: "max 100000" (cpu.max in cgroup-v2.rst) */ };

/* How a number is written: for v2 and v1. False: it cannot be said there. */
typedef bool (*writer)(struct text *t, uint64_t n, int version);

static bool
write_number(struct text *t, uint64_t n, int version)
{
	if (n == BOUND_INFINITY)
		return text_add(t, version == 2 ? "max" : "-1");
	return text_addf(t, "%" PRIu64, n);
}

static bool
write_tasks(struct text *t, uint64_t n, int version)
{
	(void)version;
	return write_number(t, n, 2); /* pids.max takes "max" in both */
}

/* N is in hundredths of a percent of one processor. */
static bool
write_quota(struct text *t, uint64_t n, int version)
{
	/* whole per cent and the rest apart: n * PERIOD would overflow for a large n */
	uint64_t quota = n / 100 * (PERIOD / 100) + n % 100 * (PERIOD / 10000);

	if (n == BOUND_INFINITY)
		return text_add(t, version == 2 ? "max" : "-1");
	if (quota < 1000)
		quota = 1000; /* the least that the kernel takes */
	return version == 2 ? text_addf(t, "%" PRIu64 " %d", quota, (int)PERIOD) : text_addf(t, "%" PRIu64, quota);
}

/* 100 is the weight that everybody begins with in v2; in v1 that is 1024 shares. */
static bool
write_weight(struct text *t, uint64_t n, int version)
{
	return text_addf(t, "%" PRIu64, version == 2 ? n : n * 1024 / 100 < 2 ? 2 : n * 1024 / 100);
}

static bool
write_io_weight(struct text *t, uint64_t n, int version)
{
	if (version == 2)
		return text_addf(t, "default %" PRIu64, n);
	return text_addf(t, "%" PRIu64, n < 10 ? 10 : n > 1000 ? 1000 : n); /* what blkio takes */
}

/* What there is of each. v1 has no memory.high: its soft limit only says who is reclaimed from first. */
static const struct row {
	const char *key;
	enum bounds_controller controller;
	size_t offset;
	const char *v2, *v1;
	writer write;
} rows[BOUND_COUNT] = {
	{ "memory_max", BOUNDS_MEMORY, offsetof(struct bounds, memory_max), "memory.max", "memory.limit_in_bytes",
		write_number },
	{ "memory_high", BOUNDS_MEMORY, offsetof(struct bounds, memory_high), "memory.high", NULL, write_number },
	{ "memory_swap_max", BOUNDS_MEMORY, offsetof(struct bounds, memory_swap_max), "memory.swap.max",
		"memory.memsw.limit_in_bytes", write_number },
	{ "tasks_max", BOUNDS_PIDS, offsetof(struct bounds, tasks_max), "pids.max", "pids.max", write_tasks },
	{ "cpu_quota", BOUNDS_CPU, offsetof(struct bounds, cpu_quota), "cpu.max", "cpu.cfs_quota_us", write_quota },
	{ "cpu_weight", BOUNDS_CPU, offsetof(struct bounds, cpu_weight), "cpu.weight", "cpu.shares", write_weight },
	{ "io_weight", BOUNDS_IO, offsetof(struct bounds, io_weight), "io.weight", "blkio.weight", write_io_weight },
};

static uint64_t
value_of(const struct bounds *b, enum bound bound)
{
	return *(const uint64_t *)(const void *)((const char *)b + rows[bound].offset);
}

enum bounds_controller
bounds_controller(enum bound bound)
{
	return rows[bound].controller;
}

const char *
bounds_key(enum bound bound)
{
	return rows[bound].key;
}

bool
bounds_wants(const struct bounds *b, enum bound bound)
{
	return value_of(b, bound) != BOUND_NONE;
}

/* A service without any has no group of its own, and costs nothing. */
bool
bounds_any(const struct bounds *b)
{
	for (int i = 0; i < BOUND_COUNT; i++)
		if (bounds_wants(b, i))
			return true;
	return false;
}

bool
bounds_text(const struct bounds *b, enum bound bound, int version, const char **file, struct text *text)
{
	uint64_t n = value_of(b, bound);

	*file = version == 2 ? rows[bound].v2 : rows[bound].v1;
	if (*file == NULL)
		return false;
	/* idle is a file of its own in both, and takes no weight */
	if (bound == BOUND_CPU_WEIGHT && n == 0) {
		*file = "cpu.idle";
		return text_add(text, "1");
	}
	/* v1 counts memory and swap together */
	if (bound == BOUND_MEMORY_SWAP_MAX && version == 1 && n != BOUND_INFINITY) {
		if (b->memory_max >= BOUND_NONE) /* not set, or no limit at all: there is nothing to count from */
			return false;
		n += b->memory_max;
	}
	return rows[bound].write(text, n, version);
}
