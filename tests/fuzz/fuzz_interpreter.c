/*
 * fuzz_interpreter -- the input is a script that a service has for its Gunicorn, or the name of what is installed beside it.
 * What is taken for its Python is the path of one, whole; a version is of numbers that can be compared.
 */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "conf/command.h"
#include "fuzz.h"

enum { NUMBER_MOST = 999999999 };

static bool
is_number(int n)
{
	return n >= -NUMBER_MOST && n <= NUMBER_MOST;
}

static void
check_version(const char *words)
{
	struct conf_version v = conf_version_parse(words);

	MUST(is_number(v.major) && is_number(v.minor) && is_number(v.patch));
	MUST(conf_version_compare(v, v) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int file = -1;
	char path[40], interpreter[64], words[256];
	size_t n = size < sizeof words ? size : sizeof words - 1;

	if (file < 0)
		file = memfd_create("script", MFD_CLOEXEC);
	MUST(file >= 0 && ftruncate(file, 0) == 0 && pwrite(file, data, size, 0) == (ssize_t)size);
	snprintf(path, sizeof path, "/proc/self/fd/%d", file);
	if (conf_interpreter(path, interpreter, sizeof interpreter)) {
		MUST(interpreter[0] == '/' && strstr(interpreter, "/python") != NULL);
		MUST(strlen(interpreter) < sizeof interpreter && strpbrk(interpreter, " \t\r\n\"") == NULL);
		MUST(memmem(data, size, interpreter, strlen(interpreter)) != NULL);
	}
	memcpy(words, data, n);
	words[n] = '\0';
	check_version(words);
	return 0;
}
