#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire/varlink.h"

/* Put N bytes in as read(2) would, as much at a time as there is room for. False: no more is taken. */
static bool
put(struct varlink_in *in, const char *bytes, size_t n)
{
	while (n > 0) {
		size_t room = 0;
		char *at = varlink_in_room(in, &room);

		if (at == NULL)
			return false;
		assert_true(room > 0);
		if (room > n)
			room = n;
		memcpy(at, bytes, room);
		varlink_in_got(in, room);
		bytes += room;
		n -= room;
	}
	return true;
}

static void
expect_frame(struct varlink_in *in, const char *text)
{
	size_t length = 0;
	char *frame = varlink_in_next(in, &length);

	assert_non_null(frame);
	assert_string_equal(frame, text);
	assert_int_equal(length, strlen(text));
}

static void
frames_end_with_nul(void **state)
{
	struct varlink_in in;
	size_t length;

	(void)state;
	varlink_in_init(&in, 100);
	assert_null(varlink_in_next(&in, &length));
	assert_true(put(&in, "one\0two\0\0th", 11));
	expect_frame(&in, "one");
	expect_frame(&in, "two");
	expect_frame(&in, "");
	assert_null(varlink_in_next(&in, &length));
	assert_true(put(&in, "ree", 4));
	expect_frame(&in, "three");
	assert_null(varlink_in_next(&in, &length));
	varlink_in_free(&in);
}

static void
frames_come_a_byte_at_a_time(void **state)
{
	static const char text[] = "{\"method\":\"org.bridle.List\"}";
	struct varlink_in in;
	size_t length;

	(void)state;
	varlink_in_init(&in, sizeof text);
	for (unsigned round = 0; round < 100; round++) {
		for (size_t i = 0; i < sizeof text; i++) {
			assert_null(varlink_in_next(&in, &length));
			assert_int_equal(in.seen, in.len); /* no byte is looked at twice */
			assert_true(put(&in, text + i, 1));
		}
		expect_frame(&in, text);
	}
	varlink_in_free(&in);
}

static void
frames_are_bounded(void **state)
{
	enum { MAX = 5000 };
	struct varlink_in in;
	char text[MAX + 1];
	size_t length;

	(void)state;
	memset(text, 'x', sizeof text);
	varlink_in_init(&in, MAX);
	assert_true(put(&in, text, MAX));
	assert_null(varlink_in_next(&in, &length));
	assert_true(put(&in, "", 1));
	assert_non_null(varlink_in_next(&in, &length));
	assert_int_equal(length, MAX);
	assert_null(varlink_in_next(&in, &length));
	assert_true(put(&in, text, MAX + 1));
	assert_null(varlink_in_next(&in, &length));
	assert_false(put(&in, "", 1)); /* it would have been one too long */
	assert_true(in.size <= MAX + 1);
	varlink_in_free(&in);
}

static void
a_connection_gives_memory_back(void **state)
{
	struct varlink_in in;
	char text[50000] = { 0 };
	size_t length;

	(void)state;
	memset(text, 'x', sizeof text - 1);
	varlink_in_init(&in, VARLINK_REQUEST_MAX);
	assert_int_equal(in.size, 0);
	assert_true(put(&in, text, sizeof text));
	expect_frame(&in, text);
	assert_null(varlink_in_next(&in, &length));
	assert_int_equal(in.size, 0);
	assert_null(in.at);
	varlink_in_free(&in);
}

/* A thing to read, and why it is refused; WHY NULL: it is not. */
struct reading {
	const char *text, *why;
};

static void
calls_are_checked(void **state)
{
	static const struct reading cases[] = {
		/* clang-format off */
		{ "{\"method\":\"org.bridle.List\"}", NULL },
		{ "{\"method\":\"org.bridle.List\",\"parameters\":{\"brief\":true},\"more\":true}", NULL },
		{ "{\"method\":\"org.bridle.List\",\"parameters\":null,\"oneway\":true}", NULL },
		{ " {\"method\" : \"org.bridle.List\", \"upgrade\" : false }\n", NULL },
		{ "", "not JSON" },
		{ "{", "not JSON" },
		{ "{} {}", "not JSON" },
		{ "[]", "not an object" },
		{ "{}", "without method" },
		{ "{\"method\":1}", "not a name" },
		{ "{\"method\":null}", "not a name" },
		{ "{\"method\":\"List\"}", "not a name" },
		{ "{\"method\":\"org.bridle.List\",\"method\":\"org.bridle.Stop\"}", "duplicate" },
		{ "{\"method\":\"org.bridle.List\",\"parameters\":{\"a\":1,\"a\":2}}", "duplicate" },
		{ "{\"method\":\"org.bridle.List\",\"parameters\":[]}", "not an object" },
		{ "{\"method\":\"org.bridle.List\",\"more\":1}", "'more' is not true or false" },
		{ "{\"method\":\"org.bridle.List\",\"oneway\":\"yes\"}", "'oneway' is not true or false" },
		{ "{\"method\":\"org.bridle.List\",\"oneway\":true,\"more\":true}", "both asked for" },
		{ "{\"method\":\"org.bridle.List\",\"upgrade\":true}", "cannot be upgraded" },
		{ "{\"method\":\"org.bridle.List\",\"su\\ndo\":true}", "unknown key in a call: su\\x0ado" },
		{ "{\"method\":\"org.bridle.List\",\"parameters\":{\"name\":\"a\\u0000b\"}}", "\\u0000" },
		{ "{\"method\":\"org.bridle.List\",\"parameters\":{\"name\":\"a\xff\"}}", "unable to decode" },
		{ "{\"method\":\"org.bridle.List\",\"parameters\":{\"name\":\"\xed\xa0\x80\"}}", "unable to decode" },
		{ "{\"method\":\"org.bridle.List\",\"parameters\":{\"x\":1e999}}", "overflow" },
		{ "{\"method\":\"org.bridle.List\",\"parameters\":{\"x\":99999999999999999999}}", "too big" },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct err err = { 0 };
		struct varlink_call call;
		bool ok = varlink_call_parse(&call, cases[i].text, strlen(cases[i].text), &err);

		if (ok != (cases[i].why == NULL) || (!ok && strstr(err.text, cases[i].why) == NULL))
			fail_msg("%s: %s", cases[i].text, ok ? "taken" : err.text);
		if (!ok)
			continue;
		assert_string_equal(call.method, "org.bridle.List");
		assert_true(json_is_object(call.parameters));
		varlink_call_free(&call);
	}
}

static void
replies_are_checked(void **state)
{
	static const struct reading cases[] = {
		/* clang-format off */
		{ "{}", NULL },
		{ "{\"parameters\":{},\"continues\":true,\"newer\":[1]}", NULL },
		{ "{\"error\":\"org.bridle.Refused\",\"parameters\":{\"reason\":\"no\"}}", NULL },
		{ "{\"error\":\"no\"}", "not a name" },
		{ "{\"error\":7}", "not a name" },
		{ "{\"continues\":null}", "not true or false" },
		{ "{\"parameters\":\"x\"}", "not an object" },
		{ "[]", "not an object" },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct err err = { 0 };
		struct varlink_reply reply;
		bool ok = varlink_reply_parse(&reply, cases[i].text, strlen(cases[i].text), &err);

		if (ok != (cases[i].why == NULL) || (!ok && strstr(err.text, cases[i].why) == NULL))
			fail_msg("%s: %s", cases[i].text, ok ? "taken" : err.text);
		if (ok)
			assert_true(json_is_object(reply.parameters));
		if (ok)
			varlink_reply_free(&reply);
	}
}

/* "{"method":"a.b.C","parameters":{"x":[[...]]}}", DEPTH levels in all. */
static void
nested_call(char *out, size_t size, unsigned depth)
{
	size_t n = (size_t)snprintf(out, size, "{\"method\":\"a.b.C\",\"parameters\":{\"x\":");

	memset(out + n, '[', depth - 2);
	memset(out + n + depth - 2, ']', depth - 2);
	snprintf(out + n + 2 * (size_t)(depth - 2), 3, "}}");
}

static void
nesting_is_bounded(void **state)
{
	static char text[60000];
	struct varlink_call call;
	struct err err;

	(void)state;
	nested_call(text, sizeof text, VARLINK_DEPTH);
	assert_true(varlink_call_parse(&call, text, strlen(text), &err));
	varlink_call_free(&call);
	nested_call(text, sizeof text, VARLINK_DEPTH + 1);
	assert_false(varlink_call_parse(&call, text, strlen(text), &err));
	assert_non_null(strstr(err.text, "nested too deep"));
	nested_call(text, sizeof text, 25000);
	assert_false(varlink_call_parse(&call, text, strlen(text), &err));
	/* brackets in a string are no nesting, nor does a quoted quote end it */
	snprintf(text, sizeof text, "{\"method\":\"a.b.C\",\"parameters\":{\"x\":\"\\\"%070d\"}}", 0);
	for (char *p = text; (p = strchr(p, '0')) != NULL;)
		*p = '[';
	assert_true(varlink_call_parse(&call, text, strlen(text), &err));
	varlink_call_free(&call);
}

static void
calls_come_back_as_written(void **state)
{
	json_t *parameters = json_pack("{s:s, s:b}", "name", "w\xc3\xa9s", "no_wait", 1);
	struct varlink_call call;
	size_t length;
	char *frame = varlink_call_format("org.bridle.Start", parameters, true, &length);

	(void)state;
	assert_non_null(frame);
	assert_int_equal(length, strlen(frame) + 1);
	assert_null(strpbrk(frame, " \n"));
	assert_true(varlink_call_parse(&call, frame, length - 1, NULL));
	assert_string_equal(call.method, "org.bridle.Start");
	assert_true(json_equal(call.parameters, parameters));
	assert_true(call.more && !call.oneway);
	varlink_call_free(&call);
	free(frame);
	assert_int_equal(parameters->refcount, 1);
	json_decref(parameters);
}

static void
replies_come_back_as_written(void **state)
{
	json_t *parameters = json_pack("{s:s}", "reason", "because");
	struct varlink_reply reply;
	size_t length;
	char *frame = varlink_reply_format("org.bridle.Refused", parameters, false, &length);

	(void)state;
	assert_non_null(frame);
	assert_true(varlink_reply_parse(&reply, frame, length - 1, NULL));
	assert_string_equal(reply.error, "org.bridle.Refused");
	assert_true(json_equal(reply.parameters, parameters));
	assert_false(reply.continues);
	varlink_reply_free(&reply);
	free(frame);
	json_decref(parameters);
	frame = varlink_reply_format(NULL, NULL, true, &length);
	assert_string_equal(frame, "{\"continues\":true}");
	free(frame);
}

static void
names_are_checked(void **state)
{
	static const struct {
		const char *name;
		bool good;
	} cases[] = {
		/* clang-format off */
		{ "org.bridle.List", true }, { "org.varlink.service.GetInfo", true }, { "a.b.C", true },
		{ "a-b.c--d.E9", true }, { "a.9.C", true }, { VARLINK_INVALID_PARAMETER, true },
		{ "", false }, { ".", false }, { "a", false }, { "List", false }, { "bridle.List", false },
		{ "org..List", false }, { ".org.bridle.List", false }, { "org.bridle.", false },
		{ "org.bridle.list", false }, { "org.bridle.Li st", false }, { "org.bridle.Li-st", false },
		{ "9.b.C", false }, { "-a.b.C", false }, { "a-.b.C", false }, { "a.-b.C", false },
		{ "org.brid\xc3\xa9.List", false }, { "a.b.C\n", false },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (varlink_name_ok(cases[i].name) != cases[i].good)
			fail_msg("'%s'", cases[i].name);
}

static void
interfaces_are_embedded_whole(void **state)
{
	(void)state;
	assert_non_null(strstr(varlink_interface, "\ninterface org.bridle\n"));
	assert_non_null(strstr(varlink_interface, "\nerror NotReady (reason: string)\n"));
	assert_non_null(strstr(varlink_service_interface, "\nerror ExpectedMore ()\n"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_end_with_nul),
		cmocka_unit_test(frames_come_a_byte_at_a_time),
		cmocka_unit_test(frames_are_bounded),
		cmocka_unit_test(a_connection_gives_memory_back),
		cmocka_unit_test(calls_are_checked),
		cmocka_unit_test(replies_are_checked),
		cmocka_unit_test(nesting_is_bounded),
		cmocka_unit_test(calls_come_back_as_written),
		cmocka_unit_test(replies_come_back_as_written),
		cmocka_unit_test(names_are_checked),
		cmocka_unit_test(interfaces_are_embedded_whole),
	};

	return cmocka_run_group_tests_name("varlink", tests, NULL, NULL);
}
