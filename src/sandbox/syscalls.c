#include "sandbox/syscalls.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <asm/unistd.h>

enum { NAME_SIZE = 64 };

/* Names are in the tables, not pointed to: a pointer is written by the dynamic linker, in each of our processes, and this
 * is kilobytes that most never look at. */
/* clang-format off */
static const struct { char name[30]; int16_t number; } calls[] = {
#include "src/sandbox/syscall_table.inc"
};
static const struct { const char *name, *calls; } groups[] = {
#define SYSCALL_GROUP(name, calls, meaning) { name, calls },
#include "sandbox/groups.def"
#undef SYSCALL_GROUP
};
#define ERROR(name) { #name, name }
static const struct { char name[18]; int16_t number; } errors[] = {
	ERROR(EPERM), ERROR(ENOENT), ERROR(EIO), ERROR(EBADF), ERROR(EAGAIN), ERROR(ENOMEM), ERROR(EACCES), ERROR(EFAULT),
	ERROR(EBUSY), ERROR(EEXIST), ERROR(ENODEV), ERROR(EINVAL), ERROR(ENFILE), ERROR(EMFILE), ERROR(ENOSPC),
	ERROR(EROFS), ERROR(EPIPE), ERROR(ENOSYS), ERROR(ENOTSUP), ERROR(EOPNOTSUPP), ERROR(EAFNOSUPPORT),
	ERROR(EPROTONOSUPPORT), ERROR(EUCLEAN), ERROR(ECANCELED), ERROR(ETIMEDOUT), ERROR(ECONNREFUSED),
};
/* clang-format on */
enum {
	CALLS = sizeof calls / sizeof calls[0],
	GROUPS = sizeof groups / sizeof groups[0],
	ERRORS = sizeof errors / sizeof errors[0]
};

int
syscalls_number(const char *name)
{
	for (size_t i = 0; i < CALLS; i++)
		if (strcmp(calls[i].name, name) == 0)
			return calls[i].number;
	return -1;
}

const char *
syscalls_name(int number)
{
	for (size_t i = 0; i < CALLS; i++)
		if (calls[i].number == number)
			return calls[i].name;
	return NULL;
}

static const char *
group_calls(const char *name)
{
	for (size_t i = 0; i < GROUPS; i++)
		if (strcmp(groups[i].name, name) == 0)
			return groups[i].calls;
	return NULL;
}

bool
syscalls_is_group(const char *name)
{
	return name[0] == '@' && group_calls(name) != NULL;
}

/* The next word of *LIST into WORD; false at the end. */
static bool
next_word(const char **list, char word[NAME_SIZE])
{
	size_t n;

	*list += strspn(*list, " ");
	n = strcspn(*list, " ");
	if (n == 0 || n >= NAME_SIZE)
		return false;
	memcpy(word, *list, n);
	word[n] = '\0';
	*list += n;
	return true;
}

bool
syscalls_is_known(const char *name)
{
	char word[NAME_SIZE];

	if (syscalls_is_group(name) || syscalls_number(name) >= 0)
		return true;
	for (size_t i = 0; i < GROUPS; i++)
		for (const char *list = groups[i].calls; next_word(&list, word);)
			if (strcmp(word, name) == 0)
				return true;
	return false;
}

void
syscalls_each(const char *name, void (*visit)(int number, void *of), void *of)
{
	const char *list = group_calls(name);
	char word[NAME_SIZE];
	int number;

	if (list == NULL) {
		number = syscalls_number(name);
		if (number >= 0 && number < SYSCALLS_MAX)
			visit(number, of);
		return;
	}
	/* no group holds itself, which a test shows */
	while (next_word(&list, word))
		syscalls_each(word, visit, of);
}

int
syscalls_error(const char *word)
{
	char *end;
	long number;

	if (strcasecmp(word, "kill") == 0)
		return SYSCALL_KILL;
	for (size_t i = 0; i < ERRORS; i++)
		if (strcmp(errors[i].name, word) == 0)
			return errors[i].number;
	number = strtol(word, &end, 10);
	return end != word && *end == '\0' && number > 0 && number < 4096 ? (int)number : -1;
}

struct painting {
	uint16_t *action;
	uint16_t with;
};

static void
paint(int number, void *of)
{
	const struct painting *p = of;

	p->action[number] = p->with;
}

/* "ptrace:EPERM": the name alone into NAME; how it fails is returned, FALLBACK where nothing is said. */
static uint16_t
take_apart(const char *word, char name[NAME_SIZE], uint16_t fallback)
{
	size_t n = strcspn(word, ":");
	int error = word[n] == ':' ? syscalls_error(word + n + 1) : -1;

	n = n < NAME_SIZE ? n : NAME_SIZE - 1;
	memcpy(name, word, n);
	name[n] = '\0';
	return error >= 0 ? (uint16_t)error : fallback;
}

static void
fill(uint16_t *action, uint16_t with)
{
	for (int i = 0; i < SYSCALLS_MAX; i++)
		action[i] = with;
}

/* As systemd: in a list of what is allowed, a word with :ERRNO says how that call is to fail. */
bool
syscalls_resolve(const char *const *words, uint32_t count, uint16_t error, uint16_t action[SYSCALLS_MAX])
{
	bool allows = count > 0 && words[0][0] != '~';
	char name[NAME_SIZE];

	fill(action, allows ? error : SYSCALL_ALLOW);
	if (allows) {
		struct painting p = { action, SYSCALL_ALLOW };

		syscalls_each("@default", paint, &p);
		/* what no header of ours knows is answered as by a kernel that does not know it either */
		for (int i = 0; i < SYSCALLS_MAX; i++)
			if (syscalls_name(i) == NULL)
				action[i] = ENOSYS;
	}
	for (uint32_t i = 0; i < count; i++) {
		bool denies = words[i][0] == '~';
		bool says = strchr(words[i], ':') != NULL;
		struct painting p = { .action = action };
		uint16_t fails = take_apart(words[i] + denies, name, error);

		p.with = denies || (allows && says) ? fails : SYSCALL_ALLOW;
		syscalls_each(name, paint, &p);
	}
	return allows;
}
