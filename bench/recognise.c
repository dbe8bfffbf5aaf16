/*
 * recognise -- how quickly a log is looked through: GB/s of one processor, for lines that match nothing and for others.
 *
 *	bench/recognise [MEGABYTES [WORD]]	only the kinds that have WORD in their name
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "wire/recognise.h"

static const struct {
	const char *name, *line;
} kinds[] = {
	{ "access lines",
		"10.0.0.17 - - [20/Nov/2026:15:25:49 +0000] \"GET /api/items/4711?page=3 HTTP/1.1\" 200 5120 "
		"\"https://example.org/\" \"Mozilla/5.0 (X11; Linux x86_64)\"\n" },
	{ "access lines, compose",
		"web_1       | 10.0.0.17 - - [20/Nov/2026:15:25:49 +0000] \"GET /api/items/4711?page=3 HTTP/1.1\" "
		"200 5120 \"https://example.org/\" \"Mozilla/5.0 (X11; Linux x86_64)\"\n" },
	{ "access lines, syslog",
		"Nov 20 15:25:49 app1 gunicorn[4711]: 10.0.0.17 - - [20/Nov/2026:15:25:49 +0000] \"GET "
		"/api/items/4711?page=3 HTTP/1.1\" 200 5120 \"https://example.org/\" \"Mozilla/5.0\"\n" },
	{ "access lines, Kubernetes",
		"2026-11-20T15:25:49.733619345Z stdout F 10.0.0.17 - - [20/Nov/2026:15:25:49 +0000] \"GET "
		"/api/items/4711?page=3 HTTP/1.1\" 200 5120 \"https://example.org/\" \"Mozilla/5.0\"\n" },
	{ "access lines, Unix socket",
		"- - - [20/Nov/2026:15:25:49 +0000] \"GET /api/items/4711?page=3 HTTP/1.1\" 200 5120 "
		"\"https://example.org/\" \"Mozilla/5.0 (X11; Linux x86_64)\"\n" },
	{ "access lines, IPv6",
		"2001:db8:4::17 - - [20/Nov/2026:15:25:49 +0000] \"GET /api/items/4711?page=3 HTTP/1.1\" 200 5120 "
		"\"https://example.org/\" \"Mozilla/5.0 (X11; Linux x86_64)\"\n" },
	{ "access lines, private IPv6",
		"fd00:4::17 - - [20/Nov/2026:15:25:49 +0000] \"GET /api/items/4711?page=3 HTTP/1.1\" 200 5120 "
		"\"https://example.org/\" \"Mozilla/5.0 (X11; Linux x86_64)\"\n" },
	{ "access lines, JSON",
		"{\"time\": \"2026-11-20T15:25:49+0000\", \"remote\": \"10.0.0.17\", \"method\": \"GET\", \"path\": "
		"\"/api/items/4711\", \"status\": 200, \"bytes\": 5120, \"agent\": \"Mozilla/5.0\"}\n" },
	{ "an application's, JSON",
		"{\"asctime\": \"2026-11-20 15:25:49,123\", \"levelname\": \"INFO\", \"name\": \"shop.orders\", \"message\": "
		"\"order 4711 was paid by card, 3 items, total 17.50\", \"customer\": 99, \"took\": 35}\n" },
	{ "Django's runserver", "[20/Nov/2026 15:25:49] \"GET /api/items/4711?page=3 HTTP/1.1\" 200 5120\n" },
	{ "logging.basicConfig", "INFO:shop.orders:order 4711 was paid by card, 3 items, total 17.50, took 35 ms\n" },
	{ "lines of an application",
		"2026-11-20 15:25:49,123 INFO shop.orders order 4711 was paid by card, 3 items, total 17.50, "
		"customer 99, took 35 ms\n" },
	{ "words",
		"processing batch of items for the nightly report, nothing to see here, and so it goes on for some "
		"while\n" },
	{ "Gunicorn's own lines", "[2026-11-20 15:25:49 +0000] [7] [INFO] Booting worker with pid: 7\n" },
};

static void
count(void *context, const struct recognised *what)
{
	uint64_t *n = context;

	*n += what->kind == RECOGNISED_LINE;
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int
main(int argc, char **argv)
{
	enum { BLOCK = 1 << 16 };
	static char block[BLOCK];
	static struct recogniser r;
	size_t megabytes = argc > 1 ? strtoul(argv[1], NULL, 10) : 256;

	for (unsigned i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		size_t n = strlen(kinds[i].line), filled = 0;
		uint64_t found = 0;
		double begin;

		if (argc > 2 && strstr(kinds[i].name, argv[2]) == NULL)
			continue;
		while (filled + n <= sizeof block) {
			memcpy(block + filled, kinds[i].line, n);
			filled += n;
		}
		recogniser_init(&r, count, &found);
		begin = now();
		for (size_t done = 0; done < megabytes << 20; done += filled)
			recogniser_feed(&r, block, filled);
		recogniser_end(&r);
		printf("%-26s %6.2f GB/s  (%llu recognised)\n", kinds[i].name,
			(double)megabytes * 1048576 / 1e9 / (now() - begin), (unsigned long long)found);
	}
	return 0;
}
