/* bounds: what is written into which file of a control group, and that the kernel takes it where there is one. */
#include "unit.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scratch.h"

#include "os/bounds.h"
#include "os/hierarchy.h"
#include "os/oomcount.h"

#define NONE BOUND_NONE
static const struct bounds nothing = { NONE, NONE, NONE, NONE, NONE, NONE, NONE };

static const struct {
	enum bound bound;
	struct bounds bounds;
	const char *v2, *v1; /* "file=text"; "" when it cannot be said there */
} texts[] = {
	{ BOUND_MEMORY_MAX, { .memory_max = 1 << 20 }, "memory.max=1048576", "memory.limit_in_bytes=1048576" },
	{ BOUND_MEMORY_MAX, { .memory_max = BOUND_INFINITY }, "memory.max=max", "memory.limit_in_bytes=-1" },
	{ BOUND_MEMORY_HIGH, { .memory_high = 4096 }, "memory.high=4096", "" },
	{ BOUND_MEMORY_SWAP_MAX, { .memory_max = 4096, .memory_swap_max = 0 }, "memory.swap.max=0",
		"memory.memsw.limit_in_bytes=4096" },
	{ BOUND_MEMORY_SWAP_MAX, { .memory_max = NONE, .memory_swap_max = 0 }, "memory.swap.max=0", "" },
	{ BOUND_MEMORY_SWAP_MAX, { .memory_max = NONE, .memory_swap_max = BOUND_INFINITY }, "memory.swap.max=max",
		"memory.memsw.limit_in_bytes=-1" },
	{ BOUND_TASKS_MAX, { .tasks_max = 50 }, "pids.max=50", "pids.max=50" },
	{ BOUND_TASKS_MAX, { .tasks_max = BOUND_INFINITY }, "pids.max=max", "pids.max=max" },
	{ BOUND_CPU_QUOTA, { .cpu_quota = 2000 }, "cpu.max=20000 100000", "cpu.cfs_quota_us=20000" },
	{ BOUND_CPU_QUOTA, { .cpu_quota = 15050 }, "cpu.max=150500 100000", "cpu.cfs_quota_us=150500" },
	{ BOUND_CPU_QUOTA, { .cpu_quota = 1 }, "cpu.max=1000 100000", "cpu.cfs_quota_us=1000" },
	{ BOUND_CPU_QUOTA, { .cpu_quota = BOUND_INFINITY }, "cpu.max=max", "cpu.cfs_quota_us=-1" },
	{ BOUND_CPU_WEIGHT, { .cpu_weight = 100 }, "cpu.weight=100", "cpu.shares=1024" },
	{ BOUND_CPU_WEIGHT, { .cpu_weight = 10000 }, "cpu.weight=10000", "cpu.shares=102400" },
	{ BOUND_CPU_WEIGHT, { .cpu_weight = 0 }, "cpu.idle=1", "cpu.idle=1" },
	{ BOUND_IO_WEIGHT, { .io_weight = 50 }, "io.weight=default 50", "blkio.weight=50" },
	{ BOUND_IO_WEIGHT, { .io_weight = 5 }, "io.weight=default 5", "blkio.weight=10" },
};

static void
expect_text(size_t i, int version, const char *wanted)
{
	char words[64], seen[128] = "";
	const char *file = NULL;
	struct text t;

	text_init(&t, words, sizeof words);
	if (bounds_text(&texts[i].bounds, texts[i].bound, version, &file, &t))
		snprintf(seen, sizeof seen, "%s=%s", file, words);
	assert_string_equal(seen, wanted);
}

static void
writes_what_each_version_reads(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		expect_text(i, 2, texts[i].v2);
		expect_text(i, 1, texts[i].v1);
	}
}

static void
knows_what_is_asked_for(void **state)
{
	struct bounds some = nothing;

	(void)state;
	assert_false(bounds_any(&nothing));
	some.cpu_weight = 0;
	assert_true(bounds_any(&some));
	assert_true(bounds_wants(&some, BOUND_CPU_WEIGHT));
	assert_false(bounds_wants(&some, BOUND_MEMORY_MAX));
	assert_string_equal(bounds_key(BOUND_TASKS_MAX), "tasks_max");
}

/* Where this machine has a controller that is ours to write, in whichever version. */
static void
the_kernel_takes_them(void **state)
{
	struct bounds b = nothing;
	struct err why = { 0 };
	char run_dir[64], path[HIERARCHY_PATH];
	unsigned kept;

	(void)state;
	snprintf(run_dir, sizeof run_dir, "/test-bounds-%d", (int)getpid());
	b.tasks_max = 77;
	b.memory_max = 64 << 20;
	kept = bounds_apply(&b, -1, run_dir, "x", &why);
	if (kept == 0) {
		print_message("%s\n", why.text);
		assert_string_not_equal(why.text, "");
		skip();
	}
	if (kept & 1U << BOUND_TASKS_MAX) {
		char file[2 * HIERARCHY_PATH], text[32] = "";
		FILE *f;

		assert_true(hierarchy_own("pids", path, sizeof path));
		snprintf(file, sizeof file, "%s/bridle-test-bounds-%d/x.service/pids.max", path, (int)getpid());
		f = fopen(file, "r");
		assert_non_null(f);
		assert_non_null(fgets(text, sizeof text, f));
		fclose(f);
		assert_string_equal(text, "77\n");
	}
	bounds_remove(-1, run_dir, "x");
	/* nothing is left of it */
	assert_true(bounds_apply(&nothing, -1, run_dir, "x", &why) == 0);
	assert_int_equal(bounds_group(-1, "x"), -1);
}

/* Files in the place of a group of v2: each that is there takes what is written. */
static const struct {
	const char *file, *wanted, *without; /* WITHOUT: where nothing is asked of cpu any more */
} group[] = {
	{ "memory.max", "max", "max" },
	{ "memory.high", "max", "max" },
	{ "memory.swap.max", "max", "max" },
	{ "pids.max", "60", "60" },
	{ "cpu.max", "max", "max" },
	{ "cpu.idle", "0", "0" },
	{ "cpu.weight", "50", "100" },
	{ "io.weight", "default 100", "default 100" },
};

static void
make_group(const struct scratch *s)
{
	assert_int_equal(mkdir(scratch_path(s, "root"), 0700), 0);
	scratch_write(s, "root/cgroup.controllers", "cpu io memory pids\n");
	scratch_write(s, "root/cgroup.subtree_control", "cpu io memory pids\n");
	assert_int_equal(mkdir(scratch_path(s, "root/x.service"), 0700), 0);
}

/* They are empty before, so that whatever is in one has been written. */
static void
expect_written(const struct scratch *s, const struct bounds *b, unsigned kept)
{
	struct err why = { 0 };
	int root = open(scratch_path(s, "root"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char name[64];

	assert_true(root >= 0);
	for (size_t i = 0; i < sizeof group / sizeof group[0]; i++) {
		snprintf(name, sizeof name, "root/x.service/%s", group[i].file);
		scratch_write(s, name, "");
	}
	assert_int_equal(bounds_apply(b, root, "/run/x", "x", &why), kept);
	for (size_t i = 0; i < sizeof group / sizeof group[0]; i++) {
		char text[32] = "";
		FILE *f;

		snprintf(name, sizeof name, "root/x.service/%s", group[i].file);
		f = fopen(scratch_path(s, name), "re");
		assert_non_null(f);
		assert_non_null(fgets(text, sizeof text, f));
		fclose(f);
		assert_string_equal(text, b->cpu_weight == BOUND_NONE ? group[i].without : group[i].wanted);
	}
	close(root);
}

/* What an earlier configuration asked for may be there still. */
static void
what_is_not_asked_for_is_the_kernels(void **state)
{
	struct bounds b = nothing;

	make_group(*state);
	b.tasks_max = 60;
	b.cpu_weight = 50;
	expect_written(*state, &b, 1U << BOUND_TASKS_MAX | 1U << BOUND_CPU_WEIGHT);
	b.cpu_weight = BOUND_NONE;
	expect_written(*state, &b, 1U << BOUND_TASKS_MAX);
}

static void
counts_only_its_own(void **state)
{
	struct oomcount count;

	(void)state;
	/* we are in no group of a service */
	assert_false(oomcount_of(getpid(), "x", &count));
	assert_false(oomcount_of(0, "x", &count));
}

/* In the words of the kernels: a group whose limit was reached, one that a group around it had killed in, the same before Linux 5.2,
 * where nothing tells whose it was; v1, and v1 before 4.13, which does not count whom it kills. */
static void
tells_whose_limit_it_was(void **state)
{
	static const char *const names[] = { "memory.events", "memory.events.local", "memory.oom_control",
		"memory.failcnt", "memory.limit_in_bytes", "memory.max_usage_in_bytes" };
	static const struct {
		const char *texts[6];
		bool told;
		struct oomcount count;
	} cases[] = {
		{ { "low 0\nhigh 0\nmax 912\noom 2\noom_kill 1\n", "low 0\nhigh 0\nmax 912\noom 2\noom_kill 0\n" },
			true, { 1, 2, false } },
		{ { "low 0\nhigh 0\nmax 0\noom 0\noom_kill 3\noom_group_kill 0\n",
			  "low 0\nhigh 0\nmax 0\noom 0\noom_kill 3\n" },
			true, { 3, 0, false } },
		{ { "low 0\nhigh 0\nmax 7\noom 1\noom_kill 1\n" }, true, { 1, -1, false } },
		{ { NULL, NULL, "oom_kill_disable 0\nunder_oom 0\noom_kill 4\n", "2815\n" }, true, { 4, 2815, false } },
		{ { NULL, NULL, "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n", "0\n", "157286400\n", "157286400\n" },
			true, { 1, 1, true } },
		{ { NULL, NULL, "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n", "0\n", "157286400\n", "157282304\n" },
			true, { 1, 0, false } },
		/* nothing that counts failures: one that shows is no number of them */
		{ { NULL, NULL, "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n", NULL, "157286400\n", "157286400\n" },
			true, { 1, -1, true } },
		{ { NULL, NULL, "oom_kill_disable 0\nunder_oom 0\n", "1\n" }, false, { 0, 0, false } },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct oomcount count = { 0 };
		struct scratch s;

		scratch_make(&s);
		for (unsigned k = 0; k < 6; k++)
			if (cases[i].texts[k] != NULL)
				scratch_write(&s, names[k], cases[i].texts[k]);
		assert_int_equal(oomcount_read(s.path, cases[i].texts[2] != NULL, &count), cases[i].told);
		assert_int_equal(count.kills, cases[i].count.kills);
		assert_int_equal(count.hits, cases[i].count.hits);
		assert_int_equal(count.vague, cases[i].count.vague);
		scratch_remove(&s);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_what_each_version_reads),
		cmocka_unit_test(knows_what_is_asked_for),
		cmocka_unit_test(the_kernel_takes_them),
		cmocka_unit_test_setup_teardown(what_is_not_asked_for_is_the_kernels, scratch_setup, scratch_teardown),
		cmocka_unit_test(counts_only_its_own),
		cmocka_unit_test(tells_whose_limit_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
