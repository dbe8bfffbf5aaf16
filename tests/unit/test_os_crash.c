#include "unit.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/crash.h"

/* ---- the word ---- */

static void
says_what_it_was_told(void **state)
{
	const struct crash_word in = { .fd = 42,
		.signal = SIGSEGV,
		.address = UINT64_MAX,
		.times = { 5, 4, 3, INT64_MAX, 0 } };
	struct crash_word out;
	char word[CRASH_WORD];

	(void)state;
	crash_word_write(word, &in);
	assert_true(strlen(word) < sizeof word);
	assert_true(crash_word_read(word, &out));
	assert_memory_equal(&in, &out, sizeof in);
}

static void
refuses_other_words(void **state)
{
	const struct crash_word in = { .fd = 3 };
	char word[CRASH_WORD + 2], broken[CRASH_WORD + 2];
	struct crash_word out;

	(void)state;
	crash_word_write(word, &in);
	for (size_t i = 0; word[i] != '\0'; i++) {
		strcpy(broken, word);
		broken[i] = 'x';
		assert_false(crash_word_read(broken, &out));
		broken[i] = '\0';
		assert_false(crash_word_read(broken, &out));
	}
	strcpy(broken, word);
	strcat(broken, "0");
	assert_false(crash_word_read(broken, &out));
	assert_false(crash_word_read("", &out));
}

static void
tells_who_sent_it_from_a_wild_pointer(void **state)
{
	const struct crash_word sent = { .signal = SIGSEGV, .address = UINT64_C(1) << 63 | 4194303 },
				wild = { .signal = SIGSEGV, .address = UINT64_MAX - 7 },
				kernels = { .signal = SIGSEGV, .address = UINT64_C(0xffff800000000010) },
				null = { .signal = SIGSEGV, .address = 0 };

	(void)state;
	assert_int_equal(crash_sender(&sent), 4194303);
	assert_int_equal(crash_sender(&wild), 0);
	assert_int_equal(crash_sender(&kernels), 0);
	assert_int_equal(crash_sender(&null), 0);
}

/* ---- the handler: this program once more, which says what it was told ---- */

enum { REPORT = 20 /* descriptor on which that is said */ };

/* As the next program: "again WORD". */
static int
report(const char *text)
{
	struct crash_word word;
	char line[128];
	int n;

	if (!crash_word_read(text, &word))
		return 1;
	n = snprintf(line, sizeof line, "%d %d %d %d", (int)getpid(), word.fd, word.signal, word.times[0] > 0);
	return write(REPORT, line, (size_t)n) != n;
}

static void
crash(int signal)
{
	static char word[CRASH_WORD];
	static char *argv[] = { "test", "again", word, NULL };
	struct err err;

	setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
	crash_tell(7, (const msec[CRASH_TIMES]){ 0 });
	if (!crash_guard("/bin/false", argv, word, 64, &err))
		_exit(2);
	if (signal == SIGSEGV) /* a real one */
		*(volatile int *)mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) = 1;
	kill(getpid(), signal);
	_exit(3);
}

static void
becomes_another_program(void **state)
{
	static const int signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };

	(void)state;
	for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
		char said[128] = "", expected[128];
		int fds[2], status;
		pid_t pid;

		assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
		pid = fork();
		if (pid == 0) {
			dup3(fds[1], REPORT, O_CLOEXEC); /* the handler takes that off */
			crash(signals[i]);
		}
		close(fds[1]);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(read(fds[0], said, sizeof said - 1) > 0);
		close(fds[0]);
		snprintf(expected, sizeof expected, "%d 7 %d 1", (int)pid, signals[i]);
		assert_string_equal(said, expected);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_it_was_told),
		cmocka_unit_test(refuses_other_words),
		cmocka_unit_test(tells_who_sent_it_from_a_wild_pointer),
		cmocka_unit_test(becomes_another_program),
	};

	if (argc == 3 && strcmp(argv[1], "again") == 0)
		return report(argv[2]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
