#include "unit.h"

#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire/state.h"

enum { CAPACITY = 2 /* as in the golden images */ };

static alignas(8) char image[(2 + CAPACITY) * STATE_SLOT];

static int
setup(void **state)
{
	(void)state;
	memset(image, 0, sizeof image);
	state_init(image, CAPACITY, "0b", "test");
	return 0;
}

/* Every field another number, so that none can be taken for another: made of its tag, which never changes. */
static struct state_service
full_service(void)
{
	struct state_service s = { .name = "web", .listener_count = 2 };

#define LIFE_INT(tag, name, where) s.name = 1000 + (tag);
#define SERVICE_INT(tag, name, where) s.name = -1000 - (tag);
#define SERVICE_FD(tag, name, where) s.name = 1000 + (tag);
#include "wire/state.def"
	strcpy(s.why, "cannot execute 'x': No such file or directory");
	for (int i = 0; i < STATE_GENERATIONS; i++) {
		struct state_generation *g = &s.generations[i];

#define GENERATION_INT(tag, name, where) g->name = 2000 + 100 * i + (tag);
#define SLOT_INT(tag, name, where) g->name = 2000 + 100 * i + (tag);
#define SLOT_FD(tag, name, where) g->name = 2000 + 100 * i + (tag);
#include "wire/state.def"
	}
	for (int i = 0; i < STATE_LISTENERS; i++) {
		struct state_listener *l = &s.listeners[i];

		l->fd = -1;
		if (i >= (int)s.listener_count)
			continue;
#define LISTENER_INT(tag, name, where) l->name = 4000 + 100 * i + (tag);
#define LISTENER_FD(tag, name, where) l->name = 4000 + 100 * i + (tag);
#include "wire/state.def"
		snprintf(l->text, sizeof l->text, "unix:/run/%d.sock", i);
		snprintf(l->path, sizeof l->path, "/run/%d.sock", i);
	}
	return s;
}

static struct state_bridled
full_bridled(void)
{
	struct state_bridled b = { 0 };

#define BRIDLED_INT(tag, name, where) b.name = 100 + (tag);
#define BRIDLED_FD(tag, name, where) b.name = 100 + (tag);
#define BRIDLED_TEXT(tag, name, size, where) b.name[0] = (char)(tag);
#include "wire/state.def"
	return b;
}

static void
forget(uint32_t slot)
{
	struct state_change change;

	state_change_forget(image + state_offset(slot), &change);
}

static void
comes_back_whole(void **state)
{
	struct state_service in = full_service(), out;
	struct state_bridled b_in = full_bridled(), b_out;
	struct err err;

	(void)state;
	assert_true(state_check(image, sizeof image, &err));
	assert_false(state_get_service(image, 1, &out));
	assert_false(state_get_bridled(image, &b_out));
	assert_true(state_put_service(image, 1, &in));
	assert_true(state_put_bridled(image, &b_in));
	assert_true(state_get_service(image, 1, &out));
	assert_memory_equal(&in, &out, sizeof in);
	assert_true(state_get_bridled(image, &b_out));
	assert_memory_equal(&b_in, &b_out, sizeof b_in);
	assert_false(state_get_service(image, 0, &out));
	forget(1);
	assert_false(state_get_service(image, 1, &out));
}

/* A tag of a list belongs to one field: those that share a record are checked together. */
static void
gives_no_tag_twice(void **state)
{
	static const int service[] = {
#define LIFE_INT(tag, name, where) tag,
#define SERVICE_INT(tag, name, where) tag,
#define SERVICE_FD(tag, name, where) tag,
#define SERVICE_TEXT(tag, name, size, where) tag,
#include "wire/state.def"
	}, generation[] = {
#define GENERATION_INT(tag, name, where) tag,
#define SLOT_INT(tag, name, where) tag,
#define SLOT_FD(tag, name, where) tag,
#include "wire/state.def"
	}, bridled[] = {
#define BRIDLED_INT(tag, name, where) tag,
#define BRIDLED_FD(tag, name, where) tag,
#define BRIDLED_TEXT(tag, name, size, where) tag,
#include "wire/state.def"
	};
	static const struct {
		const int *at;
		size_t n;
	} lists[] = { { service, sizeof service / sizeof service[0] },
		{ generation, sizeof generation / sizeof generation[0] },
		{ bridled, sizeof bridled / sizeof bridled[0] } };

	(void)state;
	for (size_t l = 0; l < sizeof lists / sizeof lists[0]; l++)
		for (size_t i = 0; i < lists[l].n; i++)
			for (size_t k = 0; k < i; k++)
				assert_int_not_equal(lists[l].at[i], lists[l].at[k]);
}

/* Whatever part of a record was written when its writer died, and in whatever order: the one before counts. */
static void
survives_a_torn_write(void **state)
{
	static alignas(8) char before[sizeof image], after[sizeof image];
	struct state_service s = full_service(), out;

	(void)state;
	for (int round = 0; round < 3; round++) {
		s.since = round;
		assert_true(state_put_service(image, 0, &s));
		memcpy(before, image, sizeof image);
		s.since = 100 + round;
		assert_true(state_put_service(image, 0, &s));
		memcpy(after, image, sizeof image);
		for (size_t cut = 0; cut < sizeof image; cut += 8) {
			if (memcmp(before + cut, after + cut, 8) == 0)
				continue;
			memcpy(image, before, cut); /* all that comes before is old, then all that comes after is */
			memcpy(image + cut, after + cut, sizeof image - cut);
			assert_true(state_get_service(image, 0, &out));
			assert_true(out.since == round || out.since == 100 + round);
			memcpy(image, after, cut);
			memcpy(image + cut, before + cut, sizeof image - cut);
			assert_true(state_get_service(image, 0, &out));
			assert_true(out.since == round || out.since == 100 + round);
		}
		memcpy(image, after, sizeof image);
	}
}

/* Long records, short ones, and back: each is read as it was written, and none touches the slot beside. */
static void
changes_its_size(void **state)
{
	struct state_service s = full_service(), out, neighbour = full_service();

	(void)state;
	assert_true(state_put_service(image, 1, &neighbour));
	for (uint32_t round = 0; round < 60; round++) {
		s.listener_count = round * 7 % 12;
		s.since = round;
		for (uint32_t i = 0; i < STATE_LISTENERS; i++) {
			s.listeners[i] = (struct state_listener){ .fd = -1 };
			if (i < s.listener_count)
				memset(s.listeners[i].text, 'a' + (int)i, 120);
		}
		assert_true(state_put_service(image, 0, &s));
		assert_true(state_get_service(image, 0, &out));
		assert_memory_equal(&s, &out, sizeof s);
	}
	assert_true(state_get_service(image, 1, &out));
	assert_memory_equal(&neighbour, &out, sizeof out);
}

static void
says_when_it_does_not_fit(void **state)
{
	struct state_service s = full_service(), out;

	(void)state;
	assert_true(state_put_service(image, 0, &s));
	s.listener_count = STATE_LISTENERS;
	for (uint32_t i = 0; i < STATE_LISTENERS; i++)
		memset(s.listeners[i].text, 'x', STATE_TEXT - 1);
	assert_false(state_put_service(image, 0, &s));
	assert_true(state_get_service(image, 0, &out));
	assert_int_equal(out.listener_count, 2);
}

static void
refuses_what_is_none(void **state)
{
	struct state_header *h = (struct state_header *)(void *)image;
	struct err err;

	(void)state;
	assert_false(state_check(image, 100, &err));
	assert_false(state_check(image, sizeof image - 1, &err));
	h->version = STATE_VERSION + 1;
	assert_false(state_check(image, sizeof image, &err));
	assert_non_null(strstr(err.text, "newer"));
	h->version = STATE_VERSION;
	assert_true(state_check(image, sizeof image, &err));
	h->boot[0] = 'x';
	assert_false(state_check(image, sizeof image, &err));
}

/* An image of each format that was ever in use, and one ("more") of a program that has fields which we do not know. */
static void
reads_every_older_format(void **state)
{
	static const char *const golden[] = { "v1", "v1.more", "v1.settings" };
	static alignas(8) char bytes[sizeof image];
	struct state_service expected = full_service(), out;
	struct state_bridled bridled;
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof golden / sizeof golden[0]; i++) {
		const char *source = getenv("srcdir");
		char path[1024];
		FILE *f;

		snprintf(path, sizeof path, "%s/tests/unit/state/%s", source != NULL ? source : ".", golden[i]);
		f = fopen(path, "rb");
		assert_non_null(f);
		assert_int_equal(fread(bytes, 1, sizeof bytes, f), sizeof bytes);
		fclose(f);
		assert_true(state_check(bytes, sizeof bytes, &err));
		assert_true(state_get_bridled(bytes, &bridled));
		assert_int_equal(bridled.random, full_bridled().random);
		assert_true(state_get_service(bytes, 0, &out));
		assert_string_equal(out.name, "web");
		assert_int_equal(out.state, expected.state);
		assert_int_equal(out.wanted, expected.wanted);
		assert_int_equal(out.generations[3].number, expected.generations[3].number);
		/* who did not write it down says that nothing is known */
		assert_int_equal(out.generations[3].settings, i < 2 ? 0 : expected.generations[3].settings);
		assert_int_equal(out.listener_count, 2);
		assert_string_equal(out.listeners[1].path, "/run/1.sock");
		assert_int_equal(out.listeners[1].mode, expected.listeners[1].mode);
	}
}

/* tests/unit/test_state FILE writes the image that is kept as the golden one of this format. */
static int
write_golden(const char *path)
{
	struct state_service s = full_service();
	struct state_bridled b = full_bridled();
	FILE *f = fopen(path, "wb");

	setup(NULL);
	state_put_service(image, 0, &s);
	state_put_bridled(image, &b);
	return f == NULL || fwrite(image, 1, sizeof image, f) != sizeof image || fclose(f) != 0;
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(comes_back_whole, setup),
		cmocka_unit_test(gives_no_tag_twice),
		cmocka_unit_test_setup(survives_a_torn_write, setup),
		cmocka_unit_test_setup(changes_its_size, setup),
		cmocka_unit_test_setup(says_when_it_does_not_fit, setup),
		cmocka_unit_test_setup(refuses_what_is_none, setup),
		cmocka_unit_test(reads_every_older_format),
	};

	return argc > 1 ? write_golden(argv[1]) : cmocka_run_group_tests(tests, NULL, NULL);
}
