/* Limits and scheduling as steps of a start: the child has them, we have not, and what the kernel refuses is named. */
#include "unit.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/rlimit.h"
#include "os/scheduling.h"
#include "os/spawn.h"

static char *const environment[] = { "PATH=/usr/bin:/bin", NULL };

/* Run SCRIPT with STEPS and gather what it writes; false with ERR when it could not be started. */
static bool
run(const char *script, const struct steps *steps, char *out, size_t size, struct err *err)
{
	char *argv[] = { "sh", "-c", (char *)(uintptr_t)script, NULL };
	int output[2], null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	size_t n = 0;
	ssize_t k;
	pid_t pid;

	assert_int_equal(pipe2(output, O_CLOEXEC), 0);
	struct spawn_request request = { .path = "/bin/sh",
		.argv = argv,
		.envp = environment,
		.null_fd = null_fd,
		.output_fd = output[1],
		.cgroup_fd = -1,
		.umask = 022,
		.steps = steps,
		.keep_oom = true };

	pid = spawn(&request, err);
	close(output[1]);
	close(null_fd);
	while ((k = read(output[0], out + n, size - 1 - n)) > 0)
		n += (size_t)k;
	out[n] = '\0';
	close(output[0]);
	if (pid > 0)
		assert_int_equal(waitpid(pid, NULL, 0), pid);
	return pid > 0;
}

static void
sets_limits(void **state)
{
	struct steps steps = { 0 };
	struct rlimit before, after;
	char out[256];

	(void)state;
	getrlimit(RLIMIT_NOFILE, &before);
	assert_true(rlimit_step(&steps, "limit_nofile", RLIMIT_NOFILE, (struct rlimit){ 40, 50 }, NULL));
	assert_true(rlimit_step(&steps, "limit_core", RLIMIT_CORE, (struct rlimit){ 0, 0 }, NULL));
	assert_true(rlimit_step(&steps, "limit_fsize", RLIMIT_FSIZE, (struct rlimit){ 512, RLIM_INFINITY }, NULL));
	assert_true(run("ulimit -Sn; ulimit -Hn; ulimit -c; ulimit -Sf; ulimit -Hf", &steps, out, sizeof out, NULL));
	assert_string_equal(out, "40\n50\n0\n1\nunlimited\n");
	getrlimit(RLIMIT_NOFILE, &after);
	assert_int_equal(before.rlim_cur, after.rlim_cur);
	assert_int_equal(before.rlim_max, after.rlim_max);
	steps_release(&steps);
}

/* A limit that nobody can have: the kernel's own bound of open files is fs.nr_open. */
static void
names_the_limit_that_cannot_be_had(void **state)
{
	struct steps steps = { 0 };
	struct err err = { 0 };
	char out[16];

	(void)state;
	if (getenv("LD_PRELOAD") != NULL)
		skip(); /* valgrind makes a plain fork of it, which tells its log */
	assert_true(rlimit_step(&steps, "limit_nofile", RLIMIT_NOFILE, (struct rlimit){ 9, RLIM_INFINITY }, NULL));
	assert_false(run("exit 0", &steps, out, sizeof out, &err));
	assert_string_equal(err.text, "cannot set limit_nofile to 9:infinity: Operation not permitted");
	steps_release(&steps);
}

static void
sets_the_nice_value_and_the_disk_class(void **state)
{
	struct steps steps = { 0 };
	char out[256];

	(void)state;
	assert_true(scheduling_nice(&steps, 7, NULL));
	assert_true(scheduling_io(&steps, 3, 0, NULL));
	assert_true(scheduling_policy(&steps, SCHED_BATCH, 0, false, "batch", NULL));
	assert_true(run("nice; ionice; chrt -p $$ | head -n 1 | sed 's/.*: //'", &steps, out, sizeof out, NULL));
	assert_string_equal(out, "7\nidle\nSCHED_BATCH\n");
	steps_release(&steps);
}

static void
sets_the_processors(void **state)
{
	struct steps steps = { 0 };
	struct err err = { 0 };
	uint64_t first[16] = { 1 }, nowhere[16] = { [15] = UINT64_C(1) << 63 };
	char out[64];

	(void)state;
	assert_true(scheduling_affinity(&steps, first, sizeof first, "0", NULL));
	assert_true(run("grep Cpus_allowed_list /proc/self/status", &steps, out, sizeof out, NULL));
	assert_string_equal(out, "Cpus_allowed_list:\t0\n");
	steps_release(&steps);
	if (getenv("LD_PRELOAD") != NULL)
		return;
	assert_true(scheduling_affinity(&steps, nowhere, sizeof nowhere, "1023", NULL));
	assert_false(run("exit 0", &steps, out, sizeof out, &err));
	assert_string_equal(err.text, "cannot set cpu_affinity to 1023: Invalid argument");
	steps_release(&steps);
}

/* The child shares our memory until it executes, and with that its score: ours must come back. */
static void
leaves_our_own_score_alone(void **state)
{
	struct steps steps = { 0 };
	int before, after;
	char out[64];

	(void)state;
	assert_true(scheduling_read_oom(&before));
	assert_true(scheduling_oom(&steps, before + 100, NULL));
	assert_true(run("cat /proc/self/oom_score_adj", &steps, out, sizeof out, NULL));
	assert_int_equal(atoi(out), before + 100);
	assert_true(scheduling_read_oom(&after));
	assert_int_equal(before, after);
	steps_release(&steps);
}

static void
knows_what_it_could_set(void **state)
{
	struct rlimit ours;
	rlim_t hard;

	(void)state;
	getrlimit(RLIMIT_NOFILE, &ours);
	assert_true(rlimit_can(RLIMIT_NOFILE, (struct rlimit){ 1, ours.rlim_max }, &hard));
	assert_int_equal(hard, ours.rlim_max);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(sets_limits),
		cmocka_unit_test(names_the_limit_that_cannot_be_had),
		cmocka_unit_test(sets_the_nice_value_and_the_disk_class),
		cmocka_unit_test(sets_the_processors),
		cmocka_unit_test(leaves_our_own_score_alone),
		cmocka_unit_test(knows_what_it_could_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
