/*
 * replay -- a main() for a fuzz target where libFuzzer is not: one input after the other from files, or from all
 * files of directories. Without arguments it replays the target's own corpus, as `make check` wants it:
 * tests/fuzz/fuzz_X has it in $srcdir/tests/fuzz/corpus/X. Each input also goes in cut off at every length (the first
 * 300), which is what peers that die in the middle send.
 */
#include <dirent.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "fuzz.h"

enum { INPUT_MAX = 1 << 21, CUTS = 300 };

/* A copy of exactly SIZE bytes, so that sanitizers and valgrind see a target that reads one more. */
static void
feed(const char *bytes, size_t size)
{
	uint8_t *copy = malloc(size > 0 ? size : 1);

	MUST(copy != NULL);
	memcpy(copy, bytes, size);
	MUST(LLVMFuzzerTestOneInput(copy, size) == 0);
	free(copy);
}

static bool
replay_file(const char *path)
{
	static char bytes[INPUT_MAX];
	FILE *file = fopen(path, "r");
	size_t n;

	if (file == NULL) {
		perror(path);
		return false;
	}
	n = fread(bytes, 1, sizeof bytes, file);
	fclose(file);
	for (size_t cut = 0; cut < n && cut < CUTS; cut++)
		feed(bytes, cut);
	feed(bytes, n);
	return true;
}

/* How many files were replayed below PATH; -1: something could not be read. */
static int
replay(const char *path)
{
	char inner[4096];
	struct dirent *entry;
	int count = 0;
	DIR *dir = opendir(path);

	if (dir == NULL)
		return replay_file(path) ? 1 : -1;
	while (count >= 0 && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
		count = replay_file(inner) ? count + 1 : -1;
	}
	closedir(dir);
	return count;
}

int
main(int argc, char **argv)
{
	char own[4096];
	const char *name = strrchr(argv[0], '/'), *srcdir = getenv("srcdir");
	char *corpus[] = { own };
	char **paths = argc > 1 ? argv + 1 : corpus;

	name = strstr(name != NULL ? name : argv[0], "fuzz_");
	snprintf(own, sizeof own, "%s/tests/fuzz/corpus/%s", srcdir != NULL ? srcdir : ".",
		name != NULL ? name + 5 : "");
	for (int i = 0; i < (argc > 1 ? argc - 1 : 1); i++) {
		int count = replay(paths[i]);

		printf("%s: %d inputs\n", paths[i], count);
		if (count <= 0) /* an empty corpus proves nothing */
			return 1;
	}
	return 0;
}
