/* fifo: the pipe of a service's output. */
#include "unit.h"

#include <errno.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "os/fifo.h"
#include "scratch.h"

static int
open_log(const struct scratch *s, bool drops)
{
	struct err err = { 0 };
	int fd = fifo_open(s->fd, "log", geteuid(), getegid(), drops, &err);

	if (fd < 0)
		fail_msg("%s", err.text);
	return fd;
}

static void
is_made_for_its_owner_alone(void **state)
{
	const struct scratch *s = *state;
	mode_t old = umask(0777);
	int fd = open_log(s, true);
	struct stat st;

	umask(old);
	assert_int_equal(fstatat(s->fd, "log", &st, AT_SYMLINK_NOFOLLOW), 0);
	assert_true(S_ISFIFO(st.st_mode));
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(fcntl(fd, F_GETFL) & (O_ACCMODE | O_NONBLOCK), O_RDWR | O_NONBLOCK);
	assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
	close(fd);
	fd = open_log(s, false);
	assert_int_equal(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
	close(fd);
	if (geteuid() != 0)
		return;
	fd = fifo_open(s->fd, "log", 4320, 4321, true, NULL);
	assert_int_equal(fstatat(s->fd, "log", &st, AT_SYMLINK_NOFOLLOW), 0);
	assert_int_equal(st.st_uid, 4320);
	assert_int_equal(st.st_gid, 4321);
	close(fd);
}

static void
is_as_large_as_the_kernel_gives(void **state)
{
	int fd = open_log(*state, true), n = 0;
	FILE *f = fopen("/proc/sys/fs/pipe-max-size", "re");

	assert_int_equal(fscanf(f, "%d", &n), 1);
	fclose(f);
	if (geteuid() == 0)
		assert_int_equal(fifo_capacity(fd), n);
	else
		assert_true(fifo_capacity(fd) >= 4096); /* fs.pipe-user-pages-soft may be used up */
	close(fd);
}

static void
keeps_its_content_while_somebody_holds_it(void **state)
{
	const struct scratch *s = *state;
	struct err err;
	char text[8] = "";
	int held = open_log(s, true), again, reader;

	assert_int_equal(write(held, "line\n", 5), 5);
	again = open_log(s, true); /* as after a restart of ours, beside a service that lives on */
	assert_int_equal(fifo_waiting(again), 5);
	reader = fifo_open_reader(s->fd, "log", &err);
	assert_true(reader >= 0);
	assert_int_equal(fcntl(reader, F_GETFL) & (O_ACCMODE | O_NONBLOCK), O_RDONLY | O_NONBLOCK);
	assert_int_equal(read(reader, text, sizeof text), 5);
	assert_string_equal(text, "line\n");
	assert_int_equal(fifo_waiting(again), 0);
	assert_int_equal(read(reader, text, sizeof text), -1);
	assert_int_equal(errno, EAGAIN);
	close(reader);
	close(again);
	close(held);
}

/* Nobody reads, and the pipe is full: a writer that drops is told so, and is not stopped by SIGPIPE. */
static void
never_stops_a_writer(void **state)
{
	static char line[4096];
	int fd = open_log(*state, true);

	while (write(fd, line, sizeof line) > 0)
		;
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(fifo_waiting(fd), fifo_capacity(fd));
	close(fd);
}

static void
refuses_anything_else(void **state)
{
	const struct scratch *s = *state;
	struct err err;
	struct stat st;

	close(openat(s->fd, "file", O_CREAT | O_WRONLY, 0644));
	assert_int_equal(mkfifoat(s->fd, "real", 0644), 0);
	assert_int_equal(symlinkat("real", s->fd, "link"), 0);
	assert_int_equal(mkdirat(s->fd, "dir", 0755), 0);
	static const char *const names[] = { "file", "link", "dir" };

	for (int i = 0; i < 3; i++) {
		assert_int_equal(fifo_open(s->fd, names[i], geteuid(), getegid(), true, &err), -1);
		assert_non_null(strstr(err.text, "is not a FIFO"));
		assert_int_equal(fifo_open_reader(s->fd, names[i], &err), -1);
		assert_non_null(strstr(err.text, "is not a FIFO"));
	}
	assert_int_equal(fstatat(s->fd, "real", &st, 0), 0);
	assert_int_equal(st.st_mode & 0777, 0644); /* untouched behind the link */
	assert_int_equal(fifo_open_reader(s->fd, "none", &err), -1);
	assert_int_equal(err.code, ENOENT);
}

static void
another_of_its_name_is_another(void **state)
{
	const struct scratch *s = *state;
	int first = open_log(s, true), second;

	assert_true(fifo_is(s->fd, "log", first));
	assert_int_equal(unlinkat(s->fd, "log", 0), 0);
	assert_false(fifo_is(s->fd, "log", first));
	second = open_log(s, true);
	assert_false(fifo_is(s->fd, "log", first));
	assert_true(fifo_is(s->fd, "log", second));
	assert_false(fifo_is(s->fd, "other", second));
	close(first);
	close(second);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(is_made_for_its_owner_alone, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(is_as_large_as_the_kernel_gives, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(keeps_its_content_while_somebody_holds_it, scratch_setup,
			scratch_teardown),
		cmocka_unit_test_setup_teardown(never_stops_a_writer, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(refuses_anything_else, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(another_of_its_name_is_another, scratch_setup, scratch_teardown),
	};

	umask(022);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
