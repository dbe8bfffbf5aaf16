#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/logfiles.h"
#include "cli/outlet.h"
#include "cli/tail.h"

enum { FILES = 3 };

/* A file with WORDS, REPEAT times. */
static int
file_of(const char *words, unsigned repeat)
{
	int fd = memfd_create("tail", MFD_CLOEXEC);

	assert_true(fd >= 0);
	while (repeat-- > 0)
		assert_int_equal(write(fd, words, strlen(words)), (ssize_t)strlen(words));
	return fd;
}

static void
last_lines_of_several_files(void **state)
{
	static const struct {
		const char *files[FILES];
		int64_t lines;
		unsigned index;
		off_t offset;
	} cases[] = {
		{ { "", "", "a\nb\nc\n" }, 2, 2, 2 },
		{ { "", "", "a\nb\nc\n" }, 0, 2, 6 },
		{ { "", "", "a\nb\nc" }, 0, 2, 5 },
		{ { "", "", "a\nb\nc" }, 1, 2, 4 }, /* one that has not ended counts */
		{ { "", "", "a\nb\nc\n" }, 3, 0, 0 },
		{ { "", "", "a\nb\nc\n" }, 99, 0, 0 },
		{ { "x\ny\n", "", "a\nb\n" }, 2, 0, 4 },
		{ { "x\ny\n", "", "a\nb\n" }, 3, 0, 2 },
		{ { "x\n", "y\n", "z\n" }, 2, 0, 2 },
		{ { "x\ny\n", "z\n", "" }, 2, 0, 2 }, /* current is new and empty */
		{ { "x\nhalf", " a line\n", "z\n" }, 2, 0, 2 },
		{ { "\n\n", "\n", "\n" }, 2, 0, 2 },
		{ { "", "", "" }, 5, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int fds[FILES];
		unsigned index;
		off_t offset;
		struct err err;

		for (unsigned k = 0; k < FILES; k++)
			fds[k] = file_of(cases[i].files[k], 1);
		assert_true(tail_find(fds, FILES, cases[i].lines, &index, &offset, &err));
		if (index != cases[i].index || offset != cases[i].offset)
			fail_msg("case %zu: file %u, offset %ld", i, index, (long)offset);
		for (unsigned k = 0; k < FILES; k++)
			close(fds[k]);
	}
}

/* Lines that cross the blocks in which files are read. */
static void
last_lines_of_a_long_file(void **state)
{
	enum { LINE = 37, COUNT = 5000 };
	int fd = file_of("123456789 123456789 123456789 123456\n", COUNT);
	unsigned index;
	off_t offset;
	struct err err;

	(void)state;
	for (int64_t lines = 0; lines < COUNT; lines += 13) {
		assert_true(tail_find(&fd, 1, lines, &index, &offset, &err));
		assert_int_equal(offset, LINE * (COUNT - lines));
	}
	close(fd);
}

/* Everything that O writes for INPUT given in pieces of PIECE bytes. */
static char *
through_outlet(const char *input, size_t n, size_t piece, bool visible)
{
	static struct outlet o;
	int to = memfd_create("to", MFD_CLOEXEC);
	struct err err;
	struct stat st;

	outlet_init(&o, to, visible);
	for (size_t i = 0; i < n; i += piece) {
		int from = memfd_create("from", MFD_CLOEXEC);
		size_t k = n - i < piece ? n - i : piece;

		assert_int_equal(write(from, input + i, k), (ssize_t)k);
		lseek(from, 0, SEEK_SET);
		assert_true(outlet_copy(&o, from, &err));
		close(from);
	}
	assert_true(outlet_flush(&o, &err));
	assert_int_equal(fstat(to, &st), 0);
	char *output = calloc((size_t)st.st_size + 1, 1);
	assert_int_equal(pread(to, output, (size_t)st.st_size, 0), st.st_size);
	close(to);
	return output;
}

static void
a_terminal_is_safe_from_log_lines(void **state)
{
	static const char input[] = "plain\n\033[2J\033]0;title\a\ngr\xc3\xbc\xc3\x9f \xff\xc3\nno end";
	static const char visible[] = "plain\n\\x1b[2J\\x1b]0;title\\x07\ngr\xc3\xbc\xc3\x9f \\xff\\xc3\nno end\n";

	(void)state;
	for (size_t piece = 1; piece < sizeof input; piece++) {
		char *seen = through_outlet(input, sizeof input - 1, piece, true);
		char *raw = through_outlet(input, sizeof input - 1, piece, false);

		assert_string_equal(seen, visible);
		assert_string_equal(raw, input);
		free(seen);
		free(raw);
	}
}

static void
a_line_longer_than_the_buffer_is_whole(void **state)
{
	enum { LONG = 30000 };
	char *input = malloc(LONG + 2), *seen;

	(void)state;
	memset(input, 'x', LONG);
	memcpy(input + LONG, "\n", 2);
	seen = through_outlet(input, LONG + 1, 777, true);
	assert_string_equal(seen, input);
	free(seen);
	free(input);
}

/* ---- rotation, in a directory of our own ---- */

static void
append(int dir, const char *name, const char *words)
{
	int fd = openat(dir, name, O_WRONLY | O_CREAT | O_APPEND, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, words, strlen(words)), (ssize_t)strlen(words));
	close(fd);
}

static void
expect_begins(int fd, const char *words)
{
	char buffer[16] = "";

	assert_true(fd >= 0);
	assert_int_equal(pread(fd, buffer, strlen(words), 0), (ssize_t)strlen(words));
	assert_string_equal(buffer, words);
}

static void
files_follow_each_other(void **state)
{
	static const char *const names[] = { "@2", "@3", "@5", "current", "lock" };
	char path[] = "/tmp/test_tail.XXXXXX";
	struct logfiles l;
	struct err err;
	bool lost;
	int dir, next;

	(void)state;
	assert_non_null(mkdtemp(path));
	dir = logfiles_directory(path, &err);
	assert_false(logfiles_open(&l, dir, &err));
	append(dir, "@2", "two");
	append(dir, "current", "four");
	append(dir, "@1", "one");
	append(dir, "lock", "not a log");
	assert_true(logfiles_open(&l, dir, &err));
	assert_int_equal(l.count, 3);
	expect_begins(l.fds[0], "one");
	expect_begins(l.fds[2], "four");
	assert_false(logfiles_moved(dir, l.fds[2]));
	assert_int_equal(logfiles_after(dir, l.fds[2], &lost), -1);
	assert_false(lost);

	/* two rotations: "five" must not be skipped for "six" */
	renameat(dir, "current", dir, "@4");
	append(dir, "@5", "five");
	append(dir, "current", "six");
	assert_true(logfiles_moved(dir, l.fds[2]));
	next = logfiles_after(dir, l.fds[2], &lost);
	expect_begins(next, "five");
	assert_false(lost);
	close(next);

	/* ours is gone: the oldest that is left, and that is said */
	unlinkat(dir, "@4", 0);
	unlinkat(dir, "@1", 0);
	next = logfiles_after(dir, l.fds[2], &lost);
	expect_begins(next, "two");
	assert_true(lost);
	close(next);
	logfiles_close(&l);

	/* a link is not followed, wherever it leads */
	assert_int_equal(symlinkat("/etc/passwd", dir, "@3"), 0);
	assert_false(logfiles_open(&l, dir, &err));
	logfiles_close(&l);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		unlinkat(dir, names[i], 0);
	close(dir);
	assert_int_equal(rmdir(path), 0);
}

/* A list that cannot be made a second time is an error, and not tried again for ever. */
static void
descriptors_may_run_out(void **state)
{
	char path[] = "/tmp/test_tail.XXXXXX";
	struct rlimit plenty, few;
	struct logfiles l;
	struct err err;
	int dir, lowest;

	(void)state;
	assert_non_null(mkdtemp(path));
	dir = logfiles_directory(path, &err);
	append(dir, "@1", "one");
	append(dir, "current", "two");
	lowest = dup(dir);
	close(lowest);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &plenty), 0);
	few = (struct rlimit){ .rlim_cur = (rlim_t)lowest + 2,
		.rlim_max = plenty.rlim_max }; /* the files, and no list */
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	assert_false(logfiles_open(&l, dir, &err));
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &plenty), 0);
	assert_int_equal(err.code, EMFILE);
	assert_int_equal(dup(dir), lowest); /* and nothing is left open */
	close(lowest);
	unlinkat(dir, "@1", 0);
	unlinkat(dir, "current", 0);
	close(dir);
	assert_int_equal(rmdir(path), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(last_lines_of_several_files),
		cmocka_unit_test(last_lines_of_a_long_file),
		cmocka_unit_test(a_terminal_is_safe_from_log_lines),
		cmocka_unit_test(a_line_longer_than_the_buffer_is_whole),
		cmocka_unit_test(files_follow_each_other),
		cmocka_unit_test(descriptors_may_run_out),
	};

	return cmocka_run_group_tests_name("tail", tests, NULL, NULL);
}
