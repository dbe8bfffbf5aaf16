/* kernfile: what is there, what is cut, and what is not there. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "os/kernfile.h"

static void
is_had_whole(void **state)
{
	char text[64];

	(void)state;
	assert_true(kernfile_read_of(getpid(), "comm", text, sizeof text) > 0);
	assert_string_equal(text, "kernfile\n");
}

static void
is_cut_where_the_room_ends(void **state)
{
	char text[6];

	(void)state;
	memset(text, 'x', sizeof text);
	assert_int_equal(kernfile_read_of(getpid(), "comm", text, 5), 4);
	assert_string_equal(text, "kern");
	assert_int_equal(text[5], 'x');
}

static void
keeps_the_nuls_within(void **state)
{
	char text[4096];
	ssize_t n = kernfile_read_of(getpid(), "cmdline", text, sizeof text);

	(void)state;
	assert_true(n > 0);
	assert_int_equal(text[n - 1], '\0');
	assert_int_equal(text[n], '\0');
}

static void
is_empty_where_nothing_is(void **state)
{
	char text[8] = "before";
	int nowhere = open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);

	(void)state;
	assert_int_equal(kernfile_read(nowhere, "not-here", text, sizeof text), -1);
	assert_int_equal(errno, ENOENT);
	assert_string_equal(text, "");
	assert_int_equal(kernfile_read(AT_FDCWD, "/dev/null", text, sizeof text), 0);
	close(nowhere);
	assert_int_equal(kernfile_read(-1, "comm", text, sizeof text), -1);
	assert_int_equal(errno, EBADF);
}

static void
is_written_to_and_says_what_stood_in_the_way(void **state)
{
	char before[64], text[64];

	(void)state;
	kernfile_read_of(getpid(), "comm", before, sizeof before);
	assert_true(kernfile_write(AT_FDCWD, "/proc/self/comm", "another"));
	kernfile_read_of(getpid(), "comm", text, sizeof text);
	kernfile_write(AT_FDCWD, "/proc/self/comm", before);
	assert_string_equal(text, "another\n");
	assert_false(kernfile_write(AT_FDCWD, "/proc/self/not-here", "1"));
	assert_int_equal(errno, ENOENT);
	/* the kernel takes numbers from -1000 on (proc_pid_oom_score_adj(5)) */
	assert_false(kernfile_write(AT_FDCWD, "/proc/self/oom_score_adj", "-1001"));
	assert_int_equal(errno, EINVAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_had_whole),
		cmocka_unit_test(is_cut_where_the_room_ends),
		cmocka_unit_test(keeps_the_nuls_within),
		cmocka_unit_test(is_empty_where_nothing_is),
		cmocka_unit_test(is_written_to_and_says_what_stood_in_the_way),
	};

	prctl(PR_SET_NAME, "kernfile"); /* whatever runs us */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
