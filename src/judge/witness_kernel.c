#include "judge/witness_kernel.h"

#include <string.h>

/* Between what a line of the kernel names its process; where nothing is before, the name is the word that ends there. Of the
 * other OOM lines all have the process and its number first. */
static const struct {
	enum signature signature;
	char before[8], after[20];
} naming[] = { { SIGNATURE_OOM_TASK, ",task=", "," }, { SIGNATURE_OOM_INVOKED, "", " invoked oom-killer" },
	{ SIGNATURE_SEGFAULT, "", "]: segfault at" }, { SIGNATURE_TRAP, "traps: ", "[" },
	{ SIGNATURES, "rocess ", ")" } };

/* The name of the process that a line is about, with LENGTH, or all of it where it is not as the kernel writes it. */
static const char *
named_process(const struct recognised *what, size_t *length)
{
	const char *name = what->text, *end = name + what->length, *to;
	unsigned i = 0;

	while (naming[i].signature != SIGNATURES && naming[i].signature != what->match.signature)
		i++;
	to = memmem(name, what->length, naming[i].before, strlen(naming[i].before));
	if (to != NULL) {
		name = to + strlen(naming[i].before);
		to = memmem(name, (size_t)(end - name), naming[i].after, strlen(naming[i].after));
	}
	if (to != NULL)
		end = to;
	if (naming[i].before[0] == '\0') {
		to = memrchr(name, ' ', (size_t)(end - name));
		name = to == NULL ? name : to + 1;
	}
	*length = (size_t)(end - name);
	return name;
}

/* The kernel kills others, too: a process is ours by its own name, not by that of the machine, or of its control group. */
bool
witness_is_ours(const struct recognised *what)
{
	size_t n;
	const char *name = named_process(what, &n);

	return memmem(name, n, "gunicorn", 8) != NULL || memmem(name, n, "python", 6) != NULL ||
		memmem(name, n, "uvicorn", 7) != NULL;
}
