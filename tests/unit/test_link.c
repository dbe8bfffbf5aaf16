#include "unit.h"

#include <signal.h>
#include <string.h>

#include "wire/ending.h"
#include "wire/link.h"

enum { TO_WATCHER, TO_SUPERVISOR };

static struct link_record
request(enum link_deed deed, uint32_t service, int64_t arg, int32_t pid)
{
	struct link_record r = link_make(LINK_REQUEST);

	r.deed = (uint8_t)deed;
	r.service = service;
	r.arg = arg;
	r.pid = pid;
	r.id = 7;
	r.uid = 1000;
	return r;
}

static void
requests_are_checked(void **state)
{
	static const struct {
		enum link_deed deed;
		uint32_t service;
		int64_t arg;
		int32_t pid;
		bool good;
	} cases[] = {
		{ DEED_START, 0, 0, 0, true },
		{ DEED_START, UINT32_MAX, 0, 0, false },
		{ DEED_STOP, 3, 1, 0, false },
		{ DEED_RESTART, 3, 0, 1234, false },
		{ DEED_RESTART_COLD, 3, 0, 0, true },
		{ DEED_RELOAD, 3, 0, 0, true },
		{ DEED_NONE, 3, 0, 0, false },
		{ DEEDS, 3, 0, 0, false },
		{ DEED_SIGNAL, 3, SIGHUP, 0, true },
		{ DEED_SIGNAL, 3, SIGSEGV, 0, false },
		{ DEED_SIGNAL, 3, 0, 0, false },
		{ DEED_SIGNAL, 3, (int64_t)SIGHUP + (1LL << 32), 0, false },
		{ DEED_SCALE, 3, 1, 0, true },
		{ DEED_SCALE, 3, LINK_WORKERS_MAX, 0, true },
		{ DEED_SCALE, 3, 0, 0, false },
		{ DEED_SCALE, 3, LINK_WORKERS_MAX + 1, 0, false },
		{ DEED_SCALE, 3, -1, 0, false },
		{ DEED_MORE, 3, 0, 0, true },
		{ DEED_LESS, 3, 0, 0, true },
		{ DEED_RECYCLE, 3, 0, 2, true },
		{ DEED_RECYCLE, 3, 0, 1, false },
		{ DEED_RECYCLE, 3, 0, 0, false },
		{ DEED_RECYCLE, 3, 0, -1, false },
		{ DEED_TAKE, 3, LINK_TAKE_UNDO, 0, true },
		{ DEED_TAKE, 3, LINK_TAKE_KEEP, 0, true },
		{ DEED_TAKE, 3, 1 + (int64_t)LINK_TAKE_KEEP, 0, false },
		{ DEED_TAKE, 3, -1, 0, false },
		{ DEED_TAKE, 3, 4711, 4711, false },
		{ DEED_REREAD, UINT32_MAX, 0, 0, true },
		{ DEED_REREAD, 0, 0, 0, false },
		{ DEED_REEXEC, UINT32_MAX, 0, 0, true },
		{ DEED_REEXEC, 0, 0, 0, false },
		{ DEED_SHUTDOWN, UINT32_MAX, 0, 0, true },
		{ DEED_SHUTDOWN, 3, 0, 0, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct link_record r = request(cases[i].deed, cases[i].service, cases[i].arg, cases[i].pid);
		struct err err = { 0 };
		size_t count = 99;

		if (link_check(&r, sizeof r, TO_SUPERVISOR, &count, &err) != cases[i].good)
			fail_msg("case %zu: deed %d, arg %lld, pid %d: %s", i, cases[i].deed, (long long)cases[i].arg,
				cases[i].pid, err.text);
		assert_int_equal(count, cases[i].good ? 1 : 99);
	}
}

static void
every_kind_goes_one_way(void **state)
{
	static const struct {
		enum link_kind kind;
		bool to_supervisor;
	} cases[] = {
		{ LINK_PAGE, TO_WATCHER },
		{ LINK_MOVED, TO_WATCHER },
		{ LINK_ANSWER, TO_WATCHER },
		{ LINK_LINE, TO_WATCHER },
		{ LINK_PING, TO_WATCHER },
		{ LINK_PONG, TO_SUPERVISOR },
		{ LINK_READY, TO_SUPERVISOR },
		{ LINK_SIZE, TO_SUPERVISOR },
		{ LINK_JUDGED, TO_SUPERVISOR },
		{ LINK_POLICY, TO_WATCHER },
	};
	struct link_record none = link_make(0), beyond = link_make(LINK_KINDS);
	size_t count;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct link_record r = link_make(cases[i].kind);

		assert_true(link_check(&r, sizeof r, cases[i].to_supervisor, &count, NULL));
		assert_false(link_check(&r, sizeof r, !cases[i].to_supervisor, &count, NULL));
	}
	assert_false(link_check(&none, sizeof none, TO_SUPERVISOR, &count, NULL));
	assert_false(link_check(&none, sizeof none, TO_WATCHER, &count, NULL));
	assert_false(link_check(&beyond, sizeof beyond, TO_SUPERVISOR, &count, NULL));
}

/* Only what wait(2) can say of somebody who is no more, of somebody who may be a master. */
static void
ends_are_checked(void **state)
{
	static const struct {
		enum link_kind kind;
		bool to_supervisor;
		int32_t pid, status;
		int64_t start;
		bool good;
	} cases[] = {
		{ LINK_HOW, TO_WATCHER, 2, 0, 77, true },
		{ LINK_HOW, TO_WATCHER, 2, 0, UINT32_MAX, true },
		{ LINK_HOW, TO_WATCHER, 2, 0, 1 + (int64_t)UINT32_MAX, false },
		{ LINK_HOW, TO_WATCHER, 2, 9, 77, false },
		{ LINK_HOW, TO_WATCHER, 1, 0, 77, false },
		{ LINK_HOW, TO_SUPERVISOR, 2, 0, 77, false },
		{ LINK_ENDED, TO_WATCHER, 2, 0, 77, false },
		{ LINK_ENDED, TO_SUPERVISOR, 2, 0, 77, true },
		{ LINK_ENDED, TO_SUPERVISOR, 2, 3 << 8, 77, true },
		{ LINK_ENDED, TO_SUPERVISOR, 2, SIGKILL, 77, true },
		{ LINK_ENDED, TO_SUPERVISOR, 2, 0x80 | SIGSEGV, 77, true }, /* with a core */
		{ LINK_ENDED, TO_SUPERVISOR, 2, ENDING_UNKNOWN, 77, true },
		{ LINK_ENDED, TO_SUPERVISOR, 2, SIGSTOP << 8 | 0x7f, 77, false }, /* stopped */
		{ LINK_ENDED, TO_SUPERVISOR, 2, 0x10000, 77, false },
		{ LINK_ENDED, TO_SUPERVISOR, 2, -1, 77, false },
		{ LINK_ENDED, TO_SUPERVISOR, 0, SIGKILL, 77, false },
		{ LINK_ENDED, TO_SUPERVISOR, -7, SIGKILL, 77, false },
		{ LINK_ENDED, TO_SUPERVISOR, 2, SIGKILL, 1 + (int64_t)UINT32_MAX, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct link_record r = link_make(cases[i].kind);
		size_t count;

		r.pid = cases[i].pid;
		r.status = cases[i].status;
		r.arg = cases[i].start;
		if (link_check(&r, sizeof r, cases[i].to_supervisor, &count, NULL) != cases[i].good)
			fail_msg("case %zu: kind %d, pid %d, status %#x", i, cases[i].kind, (int)r.pid,
				(unsigned)r.status);
	}
}

/* A field that its kind does not use is a channel nobody watches. */
static void
unused_fields_are_zero(void **state)
{
	size_t count;

	(void)state;
#define REFUSED(what, way, field, value) \
	do { \
		struct link_record r = link_make(what); \
		r.field = value; \
		assert_false(link_check(&r, sizeof r, way, &count, NULL)); \
	} while (0)
	REFUSED(LINK_PONG, TO_SUPERVISOR, magic, 0);
	REFUSED(LINK_PONG, TO_SUPERVISOR, deed, 1);
	REFUSED(LINK_PING, TO_WATCHER, service, 1);
	REFUSED(LINK_PONG, TO_SUPERVISOR, incarnation, 1);
	REFUSED(LINK_PONG, TO_SUPERVISOR, generation, 1);
	REFUSED(LINK_READY, TO_SUPERVISOR, from, 1);
	REFUSED(LINK_READY, TO_SUPERVISOR, to, 1);
	REFUSED(LINK_READY, TO_SUPERVISOR, event, 1);
	REFUSED(LINK_READY, TO_SUPERVISOR, result, 1);
	REFUSED(LINK_READY, TO_SUPERVISOR, pid, 1);
	REFUSED(LINK_READY, TO_SUPERVISOR, status, 1);
	REFUSED(LINK_READY, TO_SUPERVISOR, arg, LINK_ASSUMED + 1);
	REFUSED(LINK_READY, TO_SUPERVISOR, arg, -1);
	REFUSED(LINK_READY, TO_SUPERVISOR, uid, 1);
	REFUSED(LINK_JUDGED, TO_SUPERVISOR, arg, LINK_TROUBLES);
	REFUSED(LINK_JUDGED, TO_SUPERVISOR, arg, -1);
	REFUSED(LINK_JUDGED, TO_SUPERVISOR, pid, 123); /* of a boot loop */
	REFUSED(LINK_JUDGED, TO_SUPERVISOR, deed, DEED_STOP);
	REFUSED(LINK_POLICY, TO_WATCHER, text[0], 'x');
	REFUSED(LINK_READY, TO_SUPERVISOR, id, 1);
	REFUSED(LINK_READY, TO_SUPERVISOR, reserved, 1);
	REFUSED(LINK_READY, TO_SUPERVISOR, text[0], 'x');
	REFUSED(LINK_MOVED, TO_WATCHER, reserved, 1);
	REFUSED(LINK_MOVED, TO_WATCHER, pid, -1);
	REFUSED(LINK_MOVED, TO_WATCHER, arg, -1);
	REFUSED(LINK_ANSWER, TO_WATCHER, result, LINK_UNDER_WAY + 1);
	REFUSED(LINK_ANSWER, TO_WATCHER, deed, DEEDS);
	/* the end of the text must be there, and nothing be hidden behind it */
	REFUSED(LINK_ANSWER, TO_WATCHER, text[LINK_TEXT - 1], 'x');
	REFUSED(LINK_ANSWER, TO_WATCHER, text[1], 'x');
#undef REFUSED
}

static void
texts_fill_all_but_the_last_byte(void **state)
{
	struct link_record r = link_make(LINK_ANSWER);
	size_t count;

	(void)state;
	memset(r.text, 'x', LINK_TEXT - 1);
	assert_true(link_check(&r, sizeof r, TO_WATCHER, &count, NULL));
	memset(r.text, 'x', LINK_TEXT);
	assert_false(link_check(&r, sizeof r, TO_WATCHER, &count, NULL));
}

static void
packets_are_whole_records(void **state)
{
	/* one byte further on: nobody promised that the packet is aligned */
	static char bytes[1 + (LINK_BATCH + 1) * sizeof(struct link_record)];
	struct link_record r = link_make(LINK_PING);
	struct err err;
	size_t count;

	(void)state;
	for (size_t i = 0; i <= LINK_BATCH; i++)
		memcpy(bytes + 1 + i * sizeof r, &r, sizeof r);
	assert_false(link_check(bytes + 1, 0, TO_WATCHER, &count, NULL));
	assert_false(link_check(bytes + 1, sizeof r - 1, TO_WATCHER, &count, NULL));
	assert_false(link_check(bytes + 1, 2 * sizeof r - 1, TO_WATCHER, &count, NULL));
	assert_true(link_check(bytes + 1, LINK_BATCH * sizeof r, TO_WATCHER, &count, NULL));
	assert_int_equal(count, LINK_BATCH);
	assert_false(link_check(bytes + 1, (LINK_BATCH + 1) * sizeof r, TO_WATCHER, &count, NULL));
	bytes[1 + 2 * sizeof r] = 0;
	assert_false(link_check(bytes + 1, 4 * sizeof r, TO_WATCHER, &count, &err));
	assert_non_null(strstr(err.text, "record 3 of 4"));
}

static void
signals_have_names(void **state)
{
	static const struct {
		const char *name;
		int number;
	} cases[] = {
		{ "HUP", SIGHUP },
		{ "SIGHUP", SIGHUP },
		{ "hup", SIGHUP },
		{ "sigTerm", SIGTERM },
		{ "1", 1 },
		{ "9", SIGKILL },
		{ "STOP", SIGSTOP },
		{ "SEGV", 0 },
		{ "11", 0 },
		{ "0", 0 },
		{ "-1", 0 },
		{ "", 0 },
		{ "SIG", 0 },
		{ "SIGSIGHUP", 0 },
		{ "HUPP", 0 },
		{ "1 ", 0 },
		{ "4294967297", 0 },
		{ "WINCH", SIGWINCH },
		{ "TTOU", SIGTTOU },
		{ "TTIN", SIGTTIN },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (link_signal_by_name(cases[i].name) != cases[i].number)
			fail_msg("'%s' -> %d", cases[i].name, link_signal_by_name(cases[i].name));
	assert_string_equal(link_signal_name(SIGUSR2), "USR2");
	assert_string_equal(link_signal_name(SIGSEGV), "?");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_are_checked),
		cmocka_unit_test(every_kind_goes_one_way),
		cmocka_unit_test(ends_are_checked),
		cmocka_unit_test(unused_fields_are_zero),
		cmocka_unit_test(texts_fill_all_but_the_last_byte),
		cmocka_unit_test(packets_are_whole_records),
		cmocka_unit_test(signals_have_names),
	};

	return cmocka_run_group_tests_name("link", tests, NULL, NULL);
}
