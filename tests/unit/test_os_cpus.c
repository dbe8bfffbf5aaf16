/* cpus: quotas of groups in a made-up hierarchy, and the affinity mask of this process. */
#include "unit.h"

#include <sched.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "os/cpus.h"
#include "scratch.h"

struct quota {
	const char *file, *text;
};

/* Where we are, what the groups say, and how many CPUs that leaves; "@" is where the hierarchy is. */
/* clang-format off */
static const struct {
	const char *what, *cgroups, *mounts;
	struct quota quotas[4];
	unsigned want;
} cases[] = {
	{ "v2 without a limit", "0::/a/b\n", "1 1 0:1 / @ rw - cgroup2 cgroup2 rw\n", { { "a/b/cpu.max", "max 100000\n" } }, 0 },
	{ "v2, one and a half", "0::/a/b\n", "1 1 0:1 / @ rw - cgroup2 cgroup2 rw\n", { { "a/b/cpu.max", "150000 100000\n" } }, 2 },
	{ "v2, a whole number", "0::/a/b\n", "1 1 0:1 / @ rw - cgroup2 cgroup2 rw\n", { { "a/b/cpu.max", "300000 100000\n" } }, 3 },
	{ "v2, less than one", "0::/a/b\n", "1 1 0:1 / @ rw - cgroup2 cgroup2 rw\n", { { "a/b/cpu.max", "1000 100000\n" } }, 1 },
	{ "v2, the group above is narrower", "0::/a/b\n", "1 1 0:1 / @ rw - cgroup2 cgroup2 rw\n",
		{ { "a/b/cpu.max", "500000 100000\n" }, { "a/cpu.max", "200000 100000\n" } }, 2 },
	{ "v2, at the root of a container", "0::/\n", "1 1 0:1 /x @ rw - cgroup2 cgroup2 rw\n", { { "cpu.max", "400000 100000\n" } }, 4 },
	{ "v2, a path of the host", "0::/../../not/here\n", "1 1 0:1 /x @ rw - cgroup2 cgroup2 rw\n", { { "cpu.max", "400000 100000\n" } }, 4 },
	{ "v1", "3:cpuset:/a\n4:cpu,cpuacct:/a\n0::/\n", "1 1 0:1 / /nonexistent rw - cgroup cgroup rw,cpuset\n"
		"2 1 0:2 / @ rw,nosuid shared:1 - cgroup cgroup rw,cpu,cpuacct\n",
		{ { "a/cpu.cfs_quota_us", "250000\n" }, { "a/cpu.cfs_period_us", "100000\n" } }, 3 },
	{ "v1 without a limit", "4:cpu:/a\n", "2 1 0:2 / @ rw - cgroup cgroup rw,cpu\n",
		{ { "a/cpu.cfs_quota_us", "-1\n" }, { "a/cpu.cfs_period_us", "100000\n" } }, 0 },
	{ "no controller", "3:cpuset:/a\n", "1 1 0:1 / @ rw - cgroup cgroup rw,cpuset\n",
		{ { "a/cpu.cfs_quota_us", "100000\n" }, { "a/cpu.cfs_period_us", "100000\n" } }, 0 },
	{ "nonsense", "0::/a\n", "1 1 0:1 / @ rw - cgroup2 cgroup2 rw\n", { { "a/cpu.max", "-5 0\n" } }, 0 },
};
/* clang-format on */

static void
put(const struct scratch *s, const char *name, const char *text)
{
	FILE *f = fopen(scratch_path(s, name), "we");

	assert_non_null(f);
	for (; *text != '\0'; text++)
		if (*text == '@')
			fprintf(f, "%s/fs", s->path);
		else
			fputc(*text, f);
	fclose(f);
}

static void
finds_the_narrowest_quota(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct scratch s;
		char name[64];
		unsigned n;

		scratch_make(&s);
		assert_int_equal(mkdirat(s.fd, "fs", 0700) + mkdirat(s.fd, "fs/a", 0700) +
				mkdirat(s.fd, "fs/a/b", 0700),
			0);
		put(&s, "cgroup", cases[i].cgroups);
		put(&s, "mountinfo", cases[i].mounts);
		for (int k = 0; k < 4 && cases[i].quotas[k].file != NULL; k++) {
			snprintf(name, sizeof name, "fs/%s", cases[i].quotas[k].file);
			put(&s, name, cases[i].quotas[k].text);
		}
		n = cpus_limit(scratch_path(&s, "cgroup"), scratch_path(&s, "mountinfo"));
		if (n != cases[i].want)
			fail_msg("%s: %u, not %u", cases[i].what, n, cases[i].want);
		scratch_remove(&s);
	}
	assert_int_equal(cpus_limit("/nonexistent", "/nonexistent"), 0);
}

static void
counts_the_mask(void **state)
{
	cpu_set_t one;
	int status;
	size_t first = 0;
	pid_t pid;

	(void)state;
	assert_in_range(cpus_usable(), 1, sysconf(_SC_NPROCESSORS_ONLN));
	assert_int_equal(sched_getaffinity(0, sizeof one, &one), 0);
	while (!CPU_ISSET(first, &one))
		first++;
	CPU_ZERO(&one);
	CPU_SET(first, &one);
	pid = fork();
	if (pid == 0)
		_exit(sched_setaffinity(0, sizeof one, &one) == 0 && cpus_usable() == 1 ? 0 : 1);
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_narrowest_quota),
		cmocka_unit_test(counts_the_mask),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
