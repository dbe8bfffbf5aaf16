/* modified: a file is watched whatever its name is, and what is written to it is told. */
#include "unit.h"

#include <errno.h>
#include <sys/stat.h>

#include "os/modified.h"
#include "scratch.h"

static int
make_fifo(const struct scratch *s, const char *name)
{
	int fd;

	assert_int_equal(mkfifoat(s->fd, name, 0600), 0);
	fd = openat(s->fd, name, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	return fd;
}

/* Whether WATCH is told, and nothing else. */
static void
expect_told(int fd, int watch)
{
	int watches[MODIFIED_MOST];
	bool lost = true;
	unsigned n = modified_read(fd, watches, &lost);

	assert_int_equal(n, 1);
	assert_int_equal(watches[0], watch);
	assert_false(lost);
	assert_int_equal(modified_read(fd, watches, &lost), 0);
}

static void
writing_is_told_and_reading_is_not(void **state)
{
	const struct scratch *s = *state;
	struct err err = { 0 };
	int fd = modified_open(&err), watches[MODIFIED_MOST], a = make_fifo(s, "a"), b = make_fifo(s, "b");
	int of_a = modified_watch(fd, a), of_b = modified_watch(fd, b);
	char byte;
	bool lost;

	assert_true(fd >= 0);
	assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
	assert_true(of_a > 0 && of_b > 0 && of_a != of_b);
	assert_int_equal(modified_read(fd, watches, &lost), 0);
	assert_int_equal(unlinkat(s->fd, "b", 0), 0);
	assert_int_equal(write(b, "xy", 2), 2);
	expect_told(fd, of_b);
	assert_int_equal(read(b, &byte, 1), 1);
	assert_int_equal(modified_read(fd, watches, &lost), 0);
	assert_int_equal(write(a, "x", 1), 1);
	assert_int_equal(write(a, "x", 1), 1);
	expect_told(fd, of_a);
	close(a);
	close(b);
	close(fd);
}

static void
a_forgotten_watch_is_told_no_more_and_its_number_is_not_used_again(void **state)
{
	const struct scratch *s = *state;
	struct err err = { 0 };
	int fd = modified_open(&err), watches[MODIFIED_MOST], a = make_fifo(s, "a");
	int first = modified_watch(fd, a), second;
	bool lost;

	modified_forget(fd, first);
	while (modified_read(fd, watches, &lost) > 0) /* the kernel says that it is gone */
		assert_int_equal(watches[0], first);
	assert_int_equal(write(a, "x", 1), 1);
	assert_int_equal(modified_read(fd, watches, &lost), 0);
	second = modified_watch(fd, a);
	assert_true(second > 0 && second != first);
	assert_int_equal(write(a, "x", 1), 1);
	expect_told(fd, second);
	close(a);
	close(fd);
}

/* Of two that are written to in turn nothing is merged by the kernel. */
static void
each_is_told_once(void **state)
{
	const struct scratch *s = *state;
	struct err err = { 0 };
	int fd = modified_open(&err), watches[MODIFIED_MOST], a = make_fifo(s, "a"), b = make_fifo(s, "b");
	int of_a = modified_watch(fd, a), of_b = modified_watch(fd, b);
	bool lost;

	for (unsigned i = 0; i < MODIFIED_MOST / 2; i++)
		assert_true(write(a, "x", 1) == 1 && write(b, "x", 1) == 1);
	assert_int_equal(modified_read(fd, watches, &lost), 2);
	assert_int_equal(watches[0], of_a);
	assert_int_equal(watches[1], of_b);
	assert_int_equal(modified_read(fd, watches, &lost), 0);
	close(a);
	close(b);
	close(fd);
}

static void
nothing_cannot_be_watched(void **state)
{
	struct err err = { 0 };
	int fd = modified_open(&err);

	(void)state;
	assert_int_equal(modified_watch(fd, 999999), -1);
	assert_int_equal(errno, ENOENT);
	close(fd);
}

static void
too_much_is_said_to_be(void **state)
{
	const struct scratch *s = *state;
	struct err err = { 0 };
	int fd = modified_open(&err), watches[MODIFIED_MOST], a = make_fifo(s, "a"), b = make_fifo(s, "b");
	unsigned most = 0;
	bool lost = false, ever = false;
	FILE *f = fopen("/proc/sys/fs/inotify/max_queued_events", "r");

	char byte;

	if (f == NULL || fscanf(f, "%u", &most) != 1 || most > 200000)
		skip();
	fclose(f);
	assert_true(modified_watch(fd, a) > 0 && modified_watch(fd, b) > 0);
	for (unsigned i = 0; i <= most / 2; i++) { /* in turn: equal ones in a row are merged */
		assert_true(write(a, "x", 1) == 1 && write(b, "x", 1) == 1);
		assert_true(read(a, &byte, 1) == 1 && read(b, &byte, 1) == 1);
	}
	while (modified_read(fd, watches, &lost) > 0)
		ever = ever || lost;
	assert_true(ever);
	close(a);
	close(b);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(writing_is_told_and_reading_is_not, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(a_forgotten_watch_is_told_no_more_and_its_number_is_not_used_again,
			scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(each_is_told_once, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(nothing_cannot_be_watched, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(too_much_is_said_to_be, scratch_setup, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
