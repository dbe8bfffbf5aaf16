/* memory: what a made-up /proc and hierarchy of groups leave. */
#include "unit.h"

#include <sys/stat.h>

#include "os/memory.h"
#include "scratch.h"

struct file {
	const char *name, *text;
};

/* clang-format off */
static const struct row {
	const char *what;
	struct file files[6];
	int64_t want;
} rows[] = {
	{ "nothing is known", { { "proc/self/cgroup", "0::/\n" } }, -1 },
	{ "an old kernel", { { "proc/meminfo", "MemTotal:  9 kB\nMemFree:  8 kB\n" } }, -1 },
	{ "no groups", { { "proc/meminfo", "MemTotal: 90 kB\nMemAvailable:      80 kB\n" } }, 81920 },
	{ "v2 without a limit", { { "proc/meminfo", "MemAvailable: 80 kB\n" }, { "proc/self/cgroup", "0::/a/b\n" },
		{ "sys/a/b/memory.max", "max\n" }, { "sys/a/b/memory.current", "5\n" } }, 81920 },
	{ "v2, the group above is narrower", { { "proc/meminfo", "MemAvailable: 80 kB\n" }, { "proc/self/cgroup", "0::/a/b\n" },
		{ "sys/a/memory.max", "1000\n" }, { "sys/a/memory.current", "400\n" },
		{ "sys/a/memory.stat", "anon 1\nactive_file 9\ninactive_file 150\n" } }, 750 },
	{ "v2, over its limit", { { "proc/meminfo", "MemAvailable: 80 kB\n" }, { "proc/self/cgroup", "0::/a\n" },
		{ "sys/a/memory.max", "1000\n" }, { "sys/a/memory.current", "1400\n" } }, 0 },
	{ "v2, the machine is narrower", { { "proc/meminfo", "MemAvailable: 1 kB\n" }, { "proc/self/cgroup", "0::/a\n" },
		{ "sys/a/memory.max", "100000\n" }, { "sys/a/memory.current", "400\n" } }, 1024 },
	{ "v2, in a container", { { "proc/meminfo", "MemAvailable: 80 kB\n" }, { "proc/self/cgroup", "0::/../not/here\n" },
		{ "sys/memory.max", "1000\n" }, { "sys/memory.current", "1\n" } }, 999 },
	{ "hybrid", { { "proc/meminfo", "MemAvailable: 80 kB\n" }, { "proc/self/cgroup", "4:cpu:/x\n0::/a\n" },
		{ "sys/unified/a/memory.max", "1000\n" }, { "sys/unified/a/memory.current", "1\n" } }, 999 },
	{ "v1", { { "proc/meminfo", "MemAvailable: 80 kB\n" }, { "proc/self/cgroup", "4:memory:/a\n0::/\n" },
		{ "sys/memory/a/memory.limit_in_bytes", "1000\n" }, { "sys/memory/a/memory.usage_in_bytes", "900\n" },
		{ "sys/memory/a/memory.stat", "inactive_file 1\ntotal_inactive_file 100\n" } }, 200 },
	{ "nonsense", { { "proc/meminfo", "MemAvailable: 80 kB\n" }, { "proc/self/cgroup", "0::\n" },
		{ "sys/memory.max", "-5\n" }, { "sys/memory.current", "x\n" } }, 81920 },
};
/* clang-format on */

static void
put(const struct scratch *s, const struct file *file)
{
	char command[600];

	snprintf(command, sizeof command, "mkdir -p \"$(dirname '%s')\"", scratch_path(s, file->name));
	assert_int_equal(system(command), 0);
	scratch_write(s, file->name, file->text);
}

static void
the_least_counts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct scratch s;
		int64_t seen;

		scratch_make(&s);
		for (size_t j = 0; j < 6 && rows[i].files[j].name != NULL; j++)
			put(&s, &rows[i].files[j]);
		seen = memory_free(scratch_path(&s, "proc"), scratch_path(&s, "sys"));
		scratch_remove(&s);
		if (seen != rows[i].want)
			fail_msg("%s: %lld", rows[i].what, (long long)seen);
	}
}

static void
each_has_groups_of_its_own(void **state)
{
	static const struct file files[] = { { "proc/meminfo", "MemAvailable: 80 kB\n" },
		{ "proc/self/cgroup", "0::/a\n" }, { "proc/42/cgroup", "0::/b\n" }, { "sys/b/memory.max", "1000\n" },
		{ "sys/b/memory.current", "400\n" } };
	struct scratch s;

	(void)state;
	scratch_make(&s);
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
		put(&s, &files[i]);
	assert_int_equal(memory_free(scratch_path(&s, "proc"), scratch_path(&s, "sys")), 81920);
	assert_int_equal(memory_free_for(scratch_path(&s, "proc"), scratch_path(&s, "sys"), 42), 600);
	assert_int_equal(memory_free_for(scratch_path(&s, "proc"), scratch_path(&s, "sys"), 43), 81920);
	scratch_remove(&s);
}

static void
this_machine_is_known(void **state)
{
	(void)state;
	assert_true(memory_free("/proc", "/sys/fs/cgroup") > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(the_least_counts),
		cmocka_unit_test(each_has_groups_of_its_own), cmocka_unit_test(this_machine_is_known) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
