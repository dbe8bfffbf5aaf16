/* account: users and groups by name and by number. */
#include "unit.h"

#include <string.h>
#include <unistd.h>

#include "os/account.h"

static void
knows_root_by_name_and_number(void **state)
{
	static const char *const names[] = { "root", "0" };

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct account a;
		struct err err = { 0 };

		if (!account_find(&a, names[i], "", &err))
			fail_msg("%s", err.text);
		assert_int_equal(a.uid, 0);
		assert_int_equal(a.gid, 0);
		assert_string_equal(a.name, "root");
		assert_string_equal(a.home, "/root");
		assert_true(a.shell[0] == '/');
		assert_true(a.group_count >= 1);
		assert_int_equal(a.groups[0], 0);
	}
}

static void
takes_the_caller_when_unnamed(void **state)
{
	struct account a;
	struct err err;

	(void)state;
	assert_true(account_find(&a, "", "", &err));
	assert_int_equal(a.uid, geteuid());
	assert_int_equal(a.gid, getegid());
	assert_int_equal(a.group_count, getgroups(0, NULL));
}

static void
takes_another_group(void **state)
{
	struct account a;
	struct err err;

	(void)state;
	/* with nologin, or false, nobody logs in: that is no shell */
	assert_true(account_find(&a, "nobody", "", &err));
	assert_string_equal(a.shell, "");
	assert_true(account_find(&a, "root", "daemon", &err));
	assert_int_equal(a.uid, 0);
	assert_int_not_equal(a.gid, 0);
}

static void
takes_a_number_without_an_entry(void **state)
{
	struct account a;
	struct err err;

	(void)state;
	assert_false(account_find(&a, "3999999", "", &err));
	assert_non_null(strstr(err.text, "give a group too"));
	assert_true(account_find(&a, "3999999", "3999998", &err));
	assert_int_equal(a.uid, 3999999);
	assert_int_equal(a.gid, 3999998);
	assert_int_equal(a.group_count, 1);
	assert_int_equal(a.groups[0], 3999998);
	assert_string_equal(a.name, "");
	assert_string_equal(a.home, "");
}

static void
refuses_what_is_not_there(void **state)
{
	/* (uid_t)-1 means "leave it" to chown(2) */
	static const char *const users[] = { "no-such-user-x", "-1", "4294967295", "12x", " 0" };
	struct account a;
	struct err err;
	gid_t gid;

	(void)state;
	for (unsigned i = 0; i < sizeof users / sizeof users[0]; i++) {
		assert_false(account_find(&a, users[i], "0", &err));
		assert_non_null(strstr(err.text, "there is no user"));
		assert_false(account_group(&gid, users[i], &err));
		assert_non_null(strstr(err.text, "there is no group"));
	}
	assert_false(account_find(&a, "root", "no-such-group-x", &err));
	assert_string_equal(err.text, "there is no group 'no-such-group-x'");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_root_by_name_and_number),
		cmocka_unit_test(takes_the_caller_when_unnamed),
		cmocka_unit_test(takes_another_group),
		cmocka_unit_test(takes_a_number_without_an_entry),
		cmocka_unit_test(refuses_what_is_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
