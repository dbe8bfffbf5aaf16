#include "unit.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "wire/page.h"

enum { CAPACITY = 3 };

/* A page as the supervisor sees it, and as the watcher does. */
struct pair {
	void *written;
	const void *seen;
	size_t size;
};

static int
setup(void **state)
{
	struct pair *p = calloc(1, sizeof *p);
	int fd = memfd_create("page", MFD_CLOEXEC);

	assert_non_null(p);
	assert_true(fd >= 0);
	p->size = page_size(CAPACITY);
	assert_int_equal(ftruncate(fd, (off_t)p->size), 0);
	p->written = mmap(NULL, p->size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	p->seen = mmap(NULL, p->size, PROT_READ, MAP_SHARED, fd, 0);
	assert_true(p->written != MAP_FAILED && p->seen != MAP_FAILED);
	close(fd);
	page_init(p->written, CAPACITY);
	*state = p;
	return 0;
}

static int
teardown(void **state)
{
	struct pair *p = *state;

	munmap(p->written, p->size);
	munmap((void *)p->seen, p->size);
	free(p);
	return 0;
}

static void
what_is_written_is_read(void **state)
{
	struct pair *p = *state;
	struct page_service out;

	for (uint32_t i = 0; i < CAPACITY; i++) {
		struct page_service *record = page_at(p->written, i);

		page_begin(record);
		snprintf(record->name, sizeof record->name, "web%u", i);
		record->listener[PAGE_LISTENERS - 1].port = (uint16_t)(8000 + i);
		page_end(record);
	}
	for (uint32_t i = 0; i < CAPACITY; i++) {
		char name[16];

		assert_true(page_read(p->seen, i, &out));
		snprintf(name, sizeof name, "web%u", i);
		assert_string_equal(out.name, name);
		assert_int_equal(out.listener[PAGE_LISTENERS - 1].port, 8000 + i);
		assert_int_equal(out.sequence, 2);
	}
}

static void
a_record_being_written_is_not_read(void **state)
{
	struct pair *p = *state;
	struct page_service *record = page_at(p->written, 1), out;

	page_begin(record);
	assert_false(page_read(p->seen, 1, &out));
	assert_true(page_read(p->seen, 0, &out));
	page_end(record);
	assert_true(page_read(p->seen, 1, &out));
}

static void
a_dead_writers_record_heals(void **state)
{
	struct pair *p = *state;
	struct page_service *record = page_at(p->written, 0), out;

	page_begin(record);
	page_begin(record); /* by its successor */
	assert_false(page_read(p->seen, 0, &out));
	page_end(record);
	assert_true(page_read(p->seen, 0, &out));
	assert_int_equal(out.sequence % 2, 0);
}

/* What a writer puts in at once is all the same; a copy with a mixture is torn. */
static void
write_for_ever(struct page_service *record)
{
	for (unsigned char c = 0;; c++) {
		page_begin(record);
		memset((char *)record + sizeof record->sequence, c, sizeof *record - sizeof record->sequence);
		page_end(record);
	}
}

static bool
all_the_same(const struct page_service *record)
{
	const char *first = (const char *)record + sizeof record->sequence;

	return memcmp(first, first + 1, sizeof *record - sizeof record->sequence - 1) == 0;
}

static void
a_copy_is_of_one_moment(void **state)
{
	/* valgrind runs one of the two processes' instructions some fifty times slower */
	const unsigned slower = getenv("BRIDLE_VALGRIND") != NULL ? 100 : 1, reads = 100000 / slower,
		       changes_wanted = 100 / slower;
	struct pair *p = *state;
	struct page_service out;
	unsigned good = 0, torn = 0, changes = 0;
	uint32_t last = 0;
	pid_t writer = fork();

	assert_true(writer >= 0);
	if (writer == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* when the alarm ends us, or a person */
		write_for_ever(page_at(p->written, 2));
	}
	alarm(300); /* on one busy CPU the two take turns of milliseconds */
	while (good < reads || changes < changes_wanted) {
		if (!page_read(p->seen, 2, &out))
			continue;
		good++;
		torn += !all_the_same(&out);
		changes += out.sequence != last;
		last = out.sequence;
	}
	alarm(0);
	kill(writer, SIGKILL);
	waitpid(writer, NULL, 0);
	assert_int_equal(torn, 0);
}

/* One thing made wrong in a header that is right. */
struct wrong {
	const char *why;
	size_t offset, size;
	uint64_t value;
};
/* clang-format off */
#define WRONG(field, value, why) { why, offsetof(struct page_header, field), sizeof((struct page_header *)0)->field, value }
/* clang-format on */

static void
wrong_headers_are_refused(void **state)
{
	static const struct wrong wrongs[] = {
		WRONG(magic, PAGE_MAGIC + 1, "this is none"),
		WRONG(version, PAGE_VERSION + 1, "version 2"),
		WRONG(record_size, sizeof(struct page_service) - 8, "version 1 with records"),
		WRONG(capacity, CAPACITY + 1, "too small"),
		WRONG(capacity, UINT32_MAX, "too small"),
		WRONG(used, CAPACITY + 1, "slots in use"),
	};
	struct pair *p = *state;
	struct page_header good;

	memcpy(&good, p->written, sizeof good);
	assert_true(page_check(p->seen, p->size, NULL));
	for (size_t i = 0; i < sizeof wrongs / sizeof wrongs[0]; i++) {
		struct err err;

		memcpy((char *)p->written + wrongs[i].offset, &wrongs[i].value, wrongs[i].size);
		assert_false(page_check(p->seen, p->size, &err));
		assert_non_null(strstr(err.text, wrongs[i].why));
		memcpy(p->written, &good, sizeof good);
	}
}

static void
short_pages_and_endless_paths_are_refused(void **state)
{
	struct pair *p = *state;
	struct page_header *header = p->written;
	struct err err;

	for (size_t size = 0; size < p->size; size++)
		assert_false(page_check(p->seen, size, NULL));
	memset(header->log_dir, 'x', sizeof header->log_dir);
	assert_false(page_check(p->seen, p->size, &err));
	assert_non_null(strstr(err.text, "path without end"));
	memset(header->log_dir, '\0', sizeof header->log_dir);
	memset(header->syslog, 'x', sizeof header->syslog);
	assert_false(page_check(p->seen, p->size, &err));
}

static void
signatures_are_whole_words(void **state)
{
	struct pair *p = *state;
	struct page_header *header = p->written;
	struct page_signature own[PAGE_OWN];

	assert_int_equal(page_signatures(p->seen, own), 0);
	for (unsigned i = 0; i < PAGE_OWN; i++) {
		strcpy(header->own[i].name, "shop.locked");
		strcpy(header->own[i].phase, "boot");
		memset(header->own[i].pattern, 'x', sizeof header->own[i].pattern);
	}
	assert_int_equal(page_signatures(p->seen, own), PAGE_OWN);
	assert_string_equal(own[PAGE_OWN - 1].name, "shop.locked");
	assert_int_equal(strlen(own[PAGE_OWN - 1].pattern), PAGE_OWN_PATTERN - 1);
	header->own[2].phase[0] = '\0';
	assert_int_equal(page_signatures(p->seen, own), 2);
	header->own[1].pattern[0] = '\0';
	assert_int_equal(page_signatures(p->seen, own), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_written_is_read, setup, teardown),
		cmocka_unit_test_setup_teardown(a_record_being_written_is_not_read, setup, teardown),
		cmocka_unit_test_setup_teardown(a_dead_writers_record_heals, setup, teardown),
		cmocka_unit_test_setup_teardown(a_copy_is_of_one_moment, setup, teardown),
		cmocka_unit_test_setup_teardown(wrong_headers_are_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(signatures_are_whole_words, setup, teardown),
		cmocka_unit_test_setup_teardown(short_pages_and_endless_paths_are_refused, setup, teardown),
	};

	return cmocka_run_group_tests_name("page", tests, NULL, NULL);
}
