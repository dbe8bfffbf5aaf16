#include "unit.h"

#include <netdb.h>
#include <string.h>

#include "base/hosts.h"

static char file[] = "# 127.0.0.9 comment\n"
		     "127.0.0.2\tone.test one # two\n"
		     "::1 both\n"
		     "127.0.0.3 both\n"
		     "127.0.0.4 one\n"
		     "nonsense wrong\n"
		     "127.0.0.5\n"
		     "\n"
		     "   127.0.0.6   indented   more\n"
		     "127.0.0.7 last";

static const struct {
	const char *host;
	int family;
	const char *address; /* NULL: it has none */
} in_file[] = {
	{ "one.test", AF_INET, "127.0.0.2" },
	{ "one", AF_INET, "127.0.0.2" },
	{ "ONE", AF_INET, "127.0.0.2" },
	{ "two", AF_INET, NULL },
	{ "comment", AF_INET, NULL },
	{ "both", AF_INET, "127.0.0.3" },
	{ "both", AF_INET6, "::1" },
	{ "one", AF_INET6, NULL },
	{ "wrong", AF_INET, NULL },
	{ "127.0.0.5", AF_INET, NULL }, /* the file has addresses in front, and no names of their own */
	{ "indented", AF_INET, "127.0.0.6" },
	{ "more", AF_INET, "127.0.0.6" },
	{ "last", AF_INET, "127.0.0.7" },
	{ "las", AF_INET, NULL },
}, by_itself[] = {
	{ "127.1", AF_INET, "127.0.0.1" },
	{ "10.0.0.1", AF_INET, "10.0.0.1" },
	{ "10.0.0.1", AF_INET6, NULL },
	{ "fe80::1%lo", AF_INET6, "fe80::1%lo" },
	{ "localhost", AF_INET, "127.0.0.1" },
	{ "nobody.example.invalid", AF_INET, NULL },
	{ "nobody.example.invalid", AF_INET6, NULL },
	{ "", AF_INET, NULL },
};

static void
is(const char *host, bool found, const char *wanted, const struct sockaddr_storage *address, socklen_t length)
{
	char number[80] = "";

	if (found != (wanted != NULL))
		fail_msg("'%s' is %s", host, found ? "known" : "not known");
	if (wanted == NULL)
		return;
	assert_int_equal(getnameinfo((const struct sockaddr *)address, length, number, sizeof number, NULL, 0,
				 NI_NUMERICHOST),
		0);
	assert_string_equal(number, wanted);
}

static void
lines_of_a_file(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof in_file / sizeof in_file[0]; i++) {
		FILE *hosts = fmemopen(file, sizeof file - 1, "r");
		struct sockaddr_storage address = { 0 };
		socklen_t length = 0;
		bool found;

		assert_non_null(hosts);
		found = hosts_find_in(hosts, in_file[i].host, in_file[i].family, &address, &length);
		is(in_file[i].host, found, in_file[i].address, &address, length);
		fclose(hosts);
	}
}

static void
what_needs_no_file(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof by_itself / sizeof by_itself[0]; i++) {
		struct sockaddr_storage address = { 0 };
		socklen_t length = 0;
		bool found = hosts_find(by_itself[i].host, by_itself[i].family, &address, &length);

		is(by_itself[i].host, found, by_itself[i].address, &address, length);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_of_a_file),
		cmocka_unit_test(what_needs_no_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
