/* sealed: what is handed over as it was made, and what is not read at all. */
#include "unit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "os/sealed.h"

static void
is_read_as_it_was_made(void **state)
{
	char room[16] = "";
	int fd = sealed_make("test", "twelve bytes", 12);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(sealed_read(fd, room, sizeof room), 12);
	assert_string_equal(room, "twelve bytes");
	assert_int_equal(sealed_read(fd, room, 12), 12);
	assert_int_equal(sealed_read(fd, room, 11), -1);
	close(fd);
}

static void
nobody_writes_to_it(void **state)
{
	int fd = sealed_make("test", "x", 1);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, "y", 1, 0), -1);
	assert_int_equal(ftruncate(fd, 0), -1);
	assert_int_equal(ftruncate(fd, 2), -1);
	close(fd);
}

/* A pipe whose writer says nothing, above all: to read it would be to wait for ever. */
static void
nothing_else_is_read(void **state)
{
	char room[16], path[] = "/tmp/bridle-test-sealed-XXXXXX";
	int pair[2], fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING), file = mkstemp(path);

	(void)state;
	assert_true(fd >= 0 && file >= 0 && pipe2(pair, O_CLOEXEC) == 0);
	assert_int_equal(write(fd, "x", 1), 1);
	assert_int_equal(sealed_read(fd, room, sizeof room), -1);
	assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW), 0);
	assert_int_equal(sealed_read(fd, room, sizeof room), -1);
	assert_int_equal(sealed_read(pair[0], room, sizeof room), -1);
	assert_int_equal(sealed_read(file, room, sizeof room), -1);
	unlink(path);
	close(fd);
	close(file);
	close(pair[0]);
	close(pair[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_read_as_it_was_made),
		cmocka_unit_test(nobody_writes_to_it),
		cmocka_unit_test(nothing_else_is_read),
	};

	return cmocka_run_group_tests_name("sealed", tests, NULL, NULL);
}
