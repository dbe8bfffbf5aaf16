#include "unit.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "base/hostport.h"

static const struct {
	const char *words, *host; /* NULL: it is none */
	uint16_t port;
} rows[] = {
	{ "127.0.0.1:514", "127.0.0.1", 514 },
	{ "[::1]:514", "::1", 514 },
	{ "[2001:db8::7]:65535", "2001:db8::7", 65535 },
	{ "127.0.0.1:0", NULL, 0 },
	{ "127.0.0.1:65536", NULL, 0 },
	{ "127.0.0.1:", NULL, 0 },
	{ "127.0.0.1", NULL, 0 },
	{ ":514", NULL, 0 },
	{ "::1:514", NULL, 0 },
	{ "[::1:514", NULL, 0 },
	{ "[]:514", NULL, 0 },
	{ "[127.0.0.1]:514", NULL, 0 },
	{ "localhost:514", NULL, 0 },
	{ "1234567890123456789012345678901234567890123456789:514", NULL, 0 },
	{ "", NULL, 0 },
	{ ":", NULL, 0 },
	{ "[", NULL, 0 },
	{ "[:1", NULL, 0 },
};

static void
addresses_of_numbers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct sockaddr_storage a = { 0 };
		const struct sockaddr_in *in = (const void *)&a;
		const struct sockaddr_in6 *in6 = (const void *)&a;
		char host[INET6_ADDRSTRLEN] = "";
		socklen_t length = 0;
		bool six;

		if (hostport_parse(rows[i].words, &a, &length) != (rows[i].host != NULL))
			fail_msg("'%s'", rows[i].words);
		if (rows[i].host == NULL)
			continue;
		six = a.ss_family == AF_INET6;
		assert_int_equal(length, six ? sizeof *in6 : sizeof *in);
		assert_int_equal(ntohs(six ? in6->sin6_port : in->sin_port), rows[i].port);
		inet_ntop(a.ss_family, six ? (const void *)&in6->sin6_addr : (const void *)&in->sin_addr, host,
			sizeof host);
		assert_string_equal(host, rows[i].host);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_of_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
