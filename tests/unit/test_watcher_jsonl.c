/* jsonl: lines are whole and in order, whatever is at the file's place and however full the disk is. */
#include "unit.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scratch.h"
#include "watcher/jsonl.h"

static const struct jsonl file = { "x.jsonl", "x.jsonl.1", 64 };

/* What was read back, separated by blanks. */
struct found {
	char words[512];
};

static void
note(void *context, const char *line, size_t length)
{
	struct found *f = context;

	strncat(f->words, line, length);
	strcat(f->words, " ");
}

static void
expect(const struct scratch *s, size_t back, size_t longest, const char *wanted)
{
	struct found f = { "" };

	jsonl_read(&file, s->fd, back, longest, note, &f);
	assert_string_equal(f.words, wanted);
}

static void
add(const struct scratch *s, const char *object)
{
	assert_true(jsonl_append(&file, s->fd, object, strlen(object)));
}

static void
put(const struct scratch *s, const char *bytes)
{
	int fd = openat(s->fd, file.name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0 && write(fd, bytes, strlen(bytes)) == (ssize_t)strlen(bytes));
	close(fd);
}

static void
what_was_written_is_read_back(void **state)
{
	struct stat st;

	umask(0);
	expect(*state, 4096, 4096, "");
	add(*state, "one");
	add(*state, "two");
	expect(*state, 4096, 4096, "one two ");
	assert_int_equal(fstatat(((struct scratch *)*state)->fd, file.name, &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
}

static void
there_are_two_files_at_most(void **state)
{
	static const char thirty[] = "aaaaaaaaaabbbbbbbbbbccccccccc";
	const struct scratch *s = *state;
	struct stat st;

	for (int i = 0; i < 10; i++)
		add(s, thirty);
	add(s, "last");
	assert_int_equal(fstatat(s->fd, file.older, &st, 0), 0);
	assert_int_equal(st.st_size, 90); /* three lines of thirty pass the bound of 64 */
	expect(s, 4096, 4096,
		"aaaaaaaaaabbbbbbbbbbccccccccc aaaaaaaaaabbbbbbbbbbccccccccc aaaaaaaaaabbbbbbbbbbccccccccc "
		"aaaaaaaaaabbbbbbbbbbccccccccc last ");
}

/* Only the end is read, lines that are too long are passed over, and so is one that is not finished. */
static void
reading_is_bounded(void **state)
{
	put(*state, "first\nsecond\nmuch longer\n\nthird\nunfin");
	expect(*state, 4096, 6, "first second  third ");
	expect(*state, 15, 6, "er  third "); /* the first is cut: nobody promises anything of it */
	expect(*state, 0, 6, "");
}

/* The part of a line that a full disk took is not there for the next one to be the end of. */
static void
a_full_disk_takes_all_or_nothing(void **state)
{
	struct rlimit before, least;

	add(*state, "one");
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	least = (struct rlimit){ 7, before.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &least), 0);
	assert_false(jsonl_append(&file, ((struct scratch *)*state)->fd, "twenty", 6));
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	add(*state, "three");
	expect(*state, 4096, 4096, "one three ");
}

static void
no_link_is_followed_and_no_pipe_waited_for(void **state)
{
	const struct scratch *s = *state;
	struct stat st;

	assert_int_equal(symlinkat("victim", s->fd, file.name), 0);
	assert_false(jsonl_append(&file, s->fd, "x", 1));
	assert_int_equal(fstatat(s->fd, "victim", &st, 0), -1);
	assert_int_equal(unlinkat(s->fd, file.name, 0), 0);
	assert_int_equal(mkfifoat(s->fd, file.name, 0600), 0);
	alarm(60);
	jsonl_append(&file, s->fd, "x", 1);
	expect(s, 4096, 4096, "");
	alarm(0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_was_written_is_read_back, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(there_are_two_files_at_most, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(reading_is_bounded, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(a_full_disk_takes_all_or_nothing, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(no_link_is_followed_and_no_pipe_waited_for, scratch_setup,
			scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
