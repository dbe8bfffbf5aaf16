#include "unit.h"

#include <string.h>

#include "wire/kmsg.h"

/* As kernels 4.19 to 6.18 write them. */
static void
knows_who_was_killed_for_memory(void **state)
{
	static const struct {
		const char *record;
		int32_t pid; /* 0: nobody */
		bool of_cgroup;
		int64_t rss;
		const char *comm;
	} cases[] = {
		{ "3,1204,812345,-;Memory cgroup out of memory: Killed process 4242 (gunicorn: worke) "
		  "total-vm:412340kB, "
		  "anon-rss:130532kB, file-rss:6144kB\n",
			4242, true, 133664768, "gunicorn: worke" },
		{ "3,1,1,-;Out of memory: Killed process 17 (python3) total-vm:1kB, anon-rss:0kB", 17, false, 0,
			"python3" },
		{ "3,1,1,-;Out of memory: Kill process 17 (python3) score 900 or sacrifice child", 17, false, -1,
			"python3" },
		{ "12,1,1,-;Out of memory: Killed process 17 (python3)", 0, false, 0, "" }, /* somebody wrote it */
		{ "3,1,1,-;somebody says: Out of memory: Killed process 17 (python3)", 0, false, 0, "" },
		{ "3,1,1,-;Out of memory: Killed process  (python3)", 0, false, 0, "" },
		{ "3,1,1,-;Out of memory: Killed process 99999999999 (python3)", 0, false, 0, "" },
		{ "3,1,1,-;Out of memory: Killed process 17 (python3", 0, false, 0, "" },
		{ "Out of memory: Killed process 17 (python3)", 0, false, 0, "" },
		{ "", 0, false, 0, "" },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct kmsg_kill kill;
		bool found = kmsg_read(&kill, cases[i].record, strlen(cases[i].record));

		assert_int_equal(found, cases[i].pid != 0);
		if (!found)
			continue;
		assert_int_equal(kill.pid, cases[i].pid);
		assert_int_equal(kill.of_cgroup, cases[i].of_cgroup);
		assert_int_equal(kill.rss, cases[i].rss);
		assert_string_equal(kill.comm, cases[i].comm);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_who_was_killed_for_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
