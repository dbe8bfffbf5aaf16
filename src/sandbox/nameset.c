#include "sandbox/nameset.h"

#include <stddef.h>
#include <strings.h>

/* The word is in it, not pointed to: see syscalls.c. */
struct name {
	char word[28];
	int number;
};

/* clang-format off */
static const struct name capabilities[] = {
#define CAPABILITY(name, number) { name, number },
#include "sandbox/names.def"
};
static const struct name families[] = {
#define FAMILY(name, number) { name, number },
#include "sandbox/names.def"
};
enum {
#define NAMESPACE(name, flag) flag_##flag,
#include "sandbox/names.def"
};
static const struct name namespaces[] = {
#define NAMESPACE(name, flag) { name, flag_##flag },
#include "sandbox/names.def"
};
static const uint32_t clone_flags[] = {
#define NAMESPACE(name, flag) flag,
#include "sandbox/names.def"
};
static const struct name secure_bits[] = {
#define SECURE_BIT(name, number) { name, number },
#include "sandbox/names.def"
};
#define NAMES(list) { list, sizeof list / sizeof list[0] }
static const struct { const struct name *at; size_t count; } kinds[] = {
	[NAMESET_CAPABILITIES] = NAMES(capabilities),
	[NAMESET_FAMILIES] = NAMES(families),
	[NAMESET_NAMESPACES] = NAMES(namespaces),
	[NAMESET_SECURE_BITS] = NAMES(secure_bits),
};
/* clang-format on */

int
nameset_number(enum nameset_kind kind, const char *word)
{
	for (size_t i = 0; i < kinds[kind].count; i++)
		if (strcasecmp(kinds[kind].at[i].word, word) == 0)
			return kinds[kind].at[i].number;
	return -1;
}

const char *
nameset_word(enum nameset_kind kind, int number)
{
	for (size_t i = 0; i < kinds[kind].count; i++)
		if (kinds[kind].at[i].number == number)
			return kinds[kind].at[i].word;
	return "";
}

uint64_t
nameset_all(enum nameset_kind kind)
{
	uint64_t all = 0;

	for (size_t i = 0; i < kinds[kind].count; i++)
		all |= UINT64_C(1) << kinds[kind].at[i].number;
	return all;
}

uint64_t
nameset_resolve(enum nameset_kind kind, const char *const *words, uint32_t count)
{
	uint64_t all = nameset_all(kind), set = count > 0 && words[0][0] == '~' ? all : 0;

	for (uint32_t i = 0; i < count; i++) {
		bool removes = words[i][0] == '~';
		const char *word = words[i] + removes;
		int number = nameset_number(kind, word);

		if (strcasecmp(word, "none") == 0)
			set = removes ? all : 0;
		else if (number >= 0 && removes)
			set &= ~(UINT64_C(1) << number);
		else if (number >= 0)
			set |= UINT64_C(1) << number;
	}
	return set;
}

uint32_t
nameset_clone_flag(int number)
{
	return clone_flags[number];
}
