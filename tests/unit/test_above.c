#include "unit.h"

#include <stddef.h>
#include <string.h>

#include "wire/above.h"

enum { SELF = 4242 };

static void
only_absolute_and_abstract_addresses_are_taken(void **state)
{
	char longest[sizeof(((struct sockaddr_un *)NULL)->sun_path) + 2];
	struct sockaddr_un a;
	socklen_t n;

	(void)state;
	assert_true(above_address("/run/systemd/notify", &a, &n));
	assert_string_equal(a.sun_path, "/run/systemd/notify");
	assert_int_equal(n, offsetof(struct sockaddr_un, sun_path) + sizeof "/run/systemd/notify");
	assert_true(above_address("@abc", &a, &n));
	assert_memory_equal(a.sun_path, "\0abc", 5);
	assert_int_equal(n, offsetof(struct sockaddr_un, sun_path) + 4);
	static const char *const bad[] = { NULL, "", "/", "@", "relative", "vsock:2:1234" };

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(above_address(bad[i], &a, &n));
	/* a path needs room for its NUL, an abstract name does not */
	memset(longest, 'x', sizeof longest);
	longest[0] = '/';
	longest[sizeof a.sun_path] = '\0';
	assert_false(above_address(longest, &a, &n));
	longest[0] = '@';
	assert_true(above_address(longest, &a, &n));
	longest[0] = '/';
	longest[sizeof a.sun_path - 1] = '\0';
	assert_true(above_address(longest, &a, &n));
}

static void
a_watchdog_is_ours_unless_it_names_another(void **state)
{
	static const struct {
		const char *usec, *pid;
		msec wanted;
	} cases[] = { { NULL, NULL, 0 }, { "30000000", NULL, 30000 }, { "30000000", "4242", 30000 },
		{ "30000000", "1", 0 }, { "999", "4242", 1 }, { "0", "4242", 0 }, { "-5", NULL, 0 }, { "x", NULL, 0 },
		{ "30000000", "x", 0 }, { "99999999999999999999999", NULL, 0 } };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_int_equal(above_watchdog(cases[i].usec, cases[i].pid, SELF), cases[i].wanted);
}

static void
sockets_are_ours_by_our_pid_alone(void **state)
{
	static const struct {
		const char *fds, *pid;
		int wanted;
	} cases[] = { { NULL, NULL, 0 }, { "2", "4242", 2 }, { "2", "4243", 0 }, { "2", NULL, 0 }, { "0", "4242", 0 },
		{ "256", "4242", 256 }, { "257", "4242", 0 }, { "-1", "4242", 0 }, { "2x", "4242", 0 },
		{ NULL, "4242", 0 } };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_int_equal(above_sockets(cases[i].fds, cases[i].pid, SELF), cases[i].wanted);
}

static void
each_socket_has_its_name_or_none(void **state)
{
	static const struct {
		const char *names;
		int i;
		const char *wanted;
	} cases[] = { { "web:admin", 0, "web" }, { "web:admin", 1, "admin" }, { "web:admin", 2, "unknown" },
		{ "web::x", 1, "unknown" }, { "web::x", 2, "x" }, { NULL, 0, "unknown" }, { "", 0, "unknown" } };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		size_t n;
		const char *name = above_name(cases[i].names, cases[i].i, &n);

		assert_int_equal(n, strlen(cases[i].wanted));
		assert_memory_equal(name, cases[i].wanted, n);
	}
}

static void
no_words_of_a_status_become_a_line(void **state)
{
	char buffer[200];
	struct text t;

	(void)state;
	text_init(&t, buffer, sizeof buffer);
	above_status(&t, 3, 1, "a", "b c");
	assert_string_equal(buffer, "1 of 3 services up; gave up: a; not up yet: b c");
	text_init(&t, buffer, sizeof buffer);
	above_status(&t, 1, 1, "", "");
	assert_string_equal(buffer, "1 of 1 service up");
	text_init(&t, buffer, sizeof buffer);
	above_message(&t, "READY=1", "up\nFDSTORE=1");
	assert_string_equal(buffer, "READY=1\nSTATUS=up FDSTORE=1");
	text_init(&t, buffer, sizeof buffer);
	above_message(&t, "WATCHDOG=1", NULL);
	assert_string_equal(buffer, "WATCHDOG=1\n");
	text_init(&t, buffer, sizeof buffer);
	above_reloading(&t, 1234567890123);
	assert_string_equal(buffer, "RELOADING=1\nMONOTONIC_USEC=1234567890123");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_absolute_and_abstract_addresses_are_taken),
		cmocka_unit_test(a_watchdog_is_ours_unless_it_names_another),
		cmocka_unit_test(sockets_are_ours_by_our_pid_alone),
		cmocka_unit_test(each_socket_has_its_name_or_none),
		cmocka_unit_test(no_words_of_a_status_become_a_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
