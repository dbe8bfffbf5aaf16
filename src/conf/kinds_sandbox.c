/*
 * kinds_sandbox -- how a value is read of the kinds that say what a service may do: sets of names, and how strict they are.
 */
#include "conf/kinds.h"

#include <string.h>

#include "conf/words.h"
#include "sandbox/nameset.h"
#include "sandbox/syscalls.h"

/* A choice that began as a switch: yes and no are the words for 1 and 0, however they are said. */
static bool
parse_degree(const struct value_place *place, const char *text, void *out, struct err *err)
{
	return kind_boolean(place, text, out, err) || kind_choice(place, text, out, err);
}

/* Words where a ~ in front of the first stands for one in front of each (sandbox/nameset.h). KNOWN: whether there is such
 * a word; WHAT to call one. */
static bool
parse_set(const struct value_place *place, const char *text, struct conf_words *out, bool (*known)(const char *word),
	const char *what, struct err *err)
{
	bool inverted = text[0] == '~';
	const char **at;

	/* all but nothing: systemd's way to say that all are allowed */
	if (strcmp(text, "~") == 0)
		text = "~none";
	if (!words_split(place->arena, text + inverted, false, out, err))
		return false;
	at = arena_alloc(place->arena, (out->count + 1) * sizeof *at);
	for (uint32_t i = 0; at != NULL && i < out->count; i++) {
		const char *word = out->at[i];

		if (!known(word + (word[0] == '~')))
			return err_set(err, 0, "there is no %s '%.40s'", what, word + (word[0] == '~'));
		at[i] = inverted && word[0] != '~' ? arena_printf(place->arena, "~%s", word) : word;
	}
	if (at != NULL)
		out->at = at;
	return true;
}

static bool
is_in(enum nameset_kind kind, const char *word)
{
	return nameset_number(kind, word) >= 0 || strcasecmp(word, "none") == 0;
}

static bool
is_capability(const char *word)
{
	return is_in(NAMESET_CAPABILITIES, word);
}

static bool
is_family(const char *word)
{
	return is_in(NAMESET_FAMILIES, word);
}

static bool
is_namespace(const char *word)
{
	return is_in(NAMESET_NAMESPACES, word);
}

static bool
is_secure_bit(const char *word)
{
	return is_in(NAMESET_SECURE_BITS, word);
}

static bool
parse_capabilities(const struct value_place *place, const char *text, void *out, struct err *err)
{
	return parse_set(place, text, out, is_capability, "capability", err);
}

static bool
parse_families(const struct value_place *place, const char *text, void *out, struct err *err)
{
	return parse_set(place, text, out, is_family, "address family", err);
}

/* Those that may be used; yes: none of them, no: all. */
static bool
parse_namespaces(const struct value_place *place, const char *text, void *out, struct err *err)
{
	int restricted;

	if (kind_boolean(place, text, &restricted, err))
		text = restricted ? "none" : "~none";
	return parse_set(place, text, out, is_namespace, "kind of namespace", err);
}

static bool
parse_securebits(const struct value_place *place, const char *text, void *out, struct err *err)
{
	return parse_set(place, text, out, is_secure_bit, "secure bit", err);
}

/* A call or a group, with :ERRNO behind where it is to fail in its own way. */
static bool
is_call(const char *word)
{
	size_t n = strcspn(word, ":");
	char name[64];

	if (n >= sizeof name || (word[n] == ':' && syscalls_error(word + n + 1) < 0))
		return false;
	memcpy(name, word, n);
	name[n] = '\0';
	return syscalls_is_known(name);
}

static bool
parse_syscalls(const struct value_place *place, const char *text, void *out, struct err *err)
{
	return parse_set(place, text, out, is_call, "system call, group or errno", err);
}

static bool
is_native(const char *word)
{
	return strcmp(word, "native") == 0;
}

/* Others would need the numbers of their calls (sandbox/filter.h). */
static bool
parse_architectures(const struct value_place *place, const char *text, void *out, struct err *err)
{
	return parse_set(place, text, out, is_native, "architecture but native: not", err);
}

static bool
parse_syscallerror(const struct value_place *place, const char *text, void *out, struct err *err)
{
	(void)place;
	(void)err;
	*(int *)out = syscalls_error(text);
	return *(int *)out > 0;
}

/* clang-format off */
KIND(capabilities, parse_capabilities, WORDS("capabilities"), .joined = true)
KIND(families, parse_families, WORDS("address families"), .joined = true)
KIND(namespaces, parse_namespaces, WORDS("yes, no or kinds of namespaces"), .joined = true)
KIND(securebits, parse_securebits, WORDS("secure bits"), .joined = true)
KIND(syscalls, parse_syscalls, WORDS("system calls and groups"), .joined = true)
KIND(architectures, parse_architectures, WORDS("native"), .joined = true)
KIND(syscallerror, parse_syscallerror, .shape = VALUE_INT, .expected = "an errno such as EPERM, or kill", .unset = SYSCALL_KILL)
KIND(protectsystem, parse_degree, INT("yes, no, full or strict"), CHOICES("no", "yes", "full", "strict"))
KIND(protecthome, parse_degree, INT("yes, no, read-only or tmpfs"), CHOICES("no", "yes", "read-only", "tmpfs"))
KIND(protectproc, kind_choice, INT("default, noaccess, invisible or ptraceable"), CHOICES("default", "noaccess", "invisible", "ptraceable"))
KIND(procsubset, kind_choice, INT("all or pid"), CHOICES("all", "pid"))
KIND(sandboxmode, kind_choice, INT("required or best-effort"), CHOICES("required", "best-effort"))
KIND(profile, kind_choice, INT("none or web"), CHOICES("none", "web"))
/* clang-format on */
