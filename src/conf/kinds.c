/*
 * kinds -- how a value of each kind of keys.def is read.
 */
#include "conf/values.h"

#include <string.h>

#include "base/text.h"
#include "conf/bind.h"
#include "conf/environment.h"
#include "conf/hook.h"
#include "conf/keys.h"
#include "conf/signal.h"
#include "conf/words.h"
#include "sandbox/nameset.h"
#include "sandbox/syscalls.h"

#define NAME_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.@-"

static bool
parse_string(const struct value_place *place, const char *text, void *out, struct err *err)
{
	(void)err;
	*(const char **)out = arena_copy_string(place->arena, text);
	return true;
}

static bool
parse_path(const struct value_place *place, const char *text, void *out, struct err *err)
{
	const char *path = value_path(place->arena, place->directory, text, err);

	*(const char **)out = path;
	return path != NULL;
}

/* Names as useradd(8) makes them, or numbers. Whether there is one is for check.c: accounts may come later. */
static bool
parse_account(const struct value_place *place, const char *text, void *out, struct err *err)
{
	size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-");

	if (text[n] == '$' && n > 0)
		n++;
	return text[n] == '\0' && text[0] != '-' && parse_string(place, text, out, err);
}

/* It becomes a word of a request line, and has to fit into the page. */
static bool
parse_probe(const struct value_place *place, const char *text, void *out, struct err *err)
{
	enum { LONGEST = 127 };

	if (text[0] == '/')
		for (const char *p = text; *p != '\0'; p++)
			if ((unsigned char)*p <= ' ' || *p == 0x7f || p - text == LONGEST)
				return false;
	return (text[0] == '\0' || text[0] == '/' || strcmp(text, "tcp") == 0) && parse_string(place, text, out, err);
}

static bool
parse_words(const struct value_place *place, const char *text, void *out, struct err *err)
{
	return words_split(place->arena, text, false, out, err);
}

/* Environment files: paths, each with a minus in front where it may be missing. */
static bool
parse_files(const struct value_place *place, const char *text, void *out, struct err *err)
{
	struct conf_words *words = out;
	const char **at;

	if (!words_split(place->arena, text, false, words, err))
		return false;
	at = arena_alloc(place->arena, (words->count + 1) * sizeof *at);
	for (uint32_t i = 0; at != NULL && i < words->count; i++) {
		bool may_miss = words->at[i][0] == '-';

		at[i] = value_path(place->arena, place->directory, words->at[i] + may_miss, err);
		if (at[i] == NULL)
			return false;
		if (may_miss)
			at[i] = arena_printf(place->arena, "-%s", at[i]);
	}
	if (at != NULL)
		words->at = at;
	return true;
}

/* Values are often secrets, so messages name the place of a word, not what it says. */
static bool
parse_assignments(const struct value_place *place, const char *text, void *out, struct err *err)
{
	struct conf_words *words = out;

	if (!words_split(place->arena, text, false, words, err))
		return false;
	for (uint32_t i = 0; i < words->count; i++) {
		const char *equals = strchr(words->at[i], '=');

		if (equals == NULL || !value_is_name(words->at[i], (size_t)(equals - words->at[i])))
			return err_set(err, 0,
				"word %u is not NAME=value (quote values that hold blanks: "
				"NAME=\"two words\")",
				i + 1);
		if (environment_is_reserved(words->at[i], (size_t)(equals - words->at[i])))
			return err_set(err, 0, "%.*s is Bridle's own to set", (int)(equals - words->at[i]),
				words->at[i]);
	}
	return true;
}

static bool
parse_names(const struct value_place *place, const char *text, void *out, struct err *err)
{
	struct conf_words *words = out;

	if (!words_split(place->arena, text, false, words, err))
		return false;
	for (uint32_t i = 0; i < words->count; i++)
		if (!value_is_name(words->at[i], strlen(words->at[i])))
			return err_set(err, 0, "'%s' is not the name of a variable", words->at[i]);
	return true;
}

/* Below a directory that is not theirs to choose: nothing in a name may lead out of it. */
static bool
stays_below(const char *path)
{
	if (path[0] == '/' || path[0] == '\0')
		return false;
	for (const char *p = path; *p != '\0';) {
		size_t n = strcspn(p, "/");

		if (n == 0 || (n == 1 && p[0] == '.') || (n == 2 && strncmp(p, "..", 2) == 0))
			return false;
		p += n;
		if (*p == '/' && *++p == '\0')
			return false;
	}
	return strchr(path, ':') == NULL; /* which divides them in the variable */
}

static bool
parse_directories(const struct value_place *place, const char *text, void *out, struct err *err)
{
	struct conf_words *words = out;

	if (!words_split(place->arena, text, false, words, err))
		return false;
	for (uint32_t i = 0; i < words->count; i++)
		if (!stays_below(words->at[i]))
			return err_set(err, 0, "'%s' is not a relative path without . and .. and colons", words->at[i]);
	return true;
}

static bool
parse_credentials(const struct value_place *place, const char *text, void *out, struct err *err)
{
	struct conf_words *words = out;
	const char **at, *path;

	if (!words_split(place->arena, text, false, words, err))
		return false;
	at = arena_alloc(place->arena, (words->count + 1) * sizeof *at);
	for (uint32_t i = 0; at != NULL && i < words->count; i++) {
		size_t n = strspn(words->at[i], "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-");

		if (n == 0 || words->at[i][0] == '.' || words->at[i][n] != ':' || words->at[i][n + 1] == '\0')
			return err_set(err, 0, "word %u is not NAME:PATH", i + 1);
		path = value_path(place->arena, place->directory, words->at[i] + n + 1, err);
		if (path == NULL)
			return false;
		at[i] = arena_printf(place->arena, "%.*s:%s", (int)n, words->at[i], path);
	}
	if (at != NULL)
		words->at = at;
	return true;
}

static bool
parse_binds(const struct value_place *place, const char *text, void *out, struct err *err)
{
	struct conf_binds *binds = out;
	struct conf_words words;
	struct conf_bind *at;

	if (!words_split(place->arena, text, true, &words, err))
		return false;
	at = arena_alloc(place->arena, words.count * sizeof *at);
	for (uint32_t i = 0; at != NULL && i < words.count; i++)
		if (!bind_parse(place->arena, place->directory, words.at[i], &at[i], err))
			return false;
	*binds = (struct conf_binds){ .at = at, .count = at == NULL ? 0 : words.count };
	return true;
}

static bool
parse_mode(const struct value_place *place, const char *text, void *out, struct err *err)
{
	mode_t mode = 0;

	(void)place;
	(void)err;
	if (text[0] == '\0' || strspn(text, "01234567") != strlen(text) || strlen(text) > 5)
		return false;
	for (; *text != '\0'; text++)
		mode = mode * 8 + (mode_t)(*text - '0');
	*(mode_t *)out = mode;
	return mode <= 07777;
}

static bool
parse_integer(const struct value_place *place, const char *text, void *out, struct err *err)
{
	(void)place;
	(void)err;
	return text_parse_int(text, INT64_MIN, INT64_MAX, out);
}

static bool
parse_duration(const struct value_place *place, const char *text, void *out, struct err *err)
{
	(void)place;
	(void)err;
	return text_parse_duration(text, out);
}

static bool
parse_seconds(const struct value_place *place, const char *text, void *out, struct err *err)
{
	(void)place;
	(void)err;
	return text_parse_duration(text, out) && *(msec *)out % 1000 == 0;
}

static bool
parse_size(const struct value_place *place, const char *text, void *out, struct err *err)
{
	(void)place;
	(void)err;
	return text_parse_size(text, out) && *(uint64_t *)out <= INT64_MAX;
}

static bool
parse_workers(const struct value_place *place, const char *text, void *out, struct err *err)
{
	struct conf_workers *workers = out;
	const char *dots = strstr(text, "..");
	char low_text[16];
	int64_t lowest, highest, low, high;

	*workers = (struct conf_workers){ .is_auto = strcmp(text, "auto") == 0 };
	if (workers->is_auto)
		return true;
	text_parse_int(place->key->lowest, 0, UINT32_MAX, &lowest);
	text_parse_int(place->key->highest, 0, UINT32_MAX, &highest);
	if (dots == NULL) {
		if (!text_parse_int(text, lowest, highest, &low))
			return false;
		high = low;
	} else {
		size_t n = (size_t)(dots - text);

		if (n >= sizeof low_text)
			return false;
		memcpy(low_text, text, n);
		low_text[n] = '\0';
		if (!text_parse_int(low_text, lowest, highest, &low) ||
			!text_parse_int(dots + 2, lowest, highest, &high))
			return false;
		if (low > high)
			return err_set(err, 0, "the first number is larger than the second in '%s'", text);
	}
	*workers = (struct conf_workers){ .min = (uint32_t)low, .max = (uint32_t)high };
	return true;
}

static bool
parse_boolean(const struct value_place *place, const char *text, void *out, struct err *err)
{
	static const struct {
		const char *word;
		int value;
	} words[] = {
		{ "yes", 1 },
		{ "no", 0 },
		{ "true", 1 },
		{ "false", 0 },
		{ "on", 1 },
		{ "off", 0 },
		{ "1", 1 },
		{ "0", 0 },
	};

	(void)place;
	(void)err;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (strcasecmp(text, words[i].word) == 0) {
			*(int *)out = words[i].value;
			return true;
		}
	}
	return false;
}

static bool
parse_choice(const struct value_place *place, const char *text, void *out, struct err *err)
{
	const char *const *choices = key_places[key_id(place->key)].kind->choices;

	(void)err;
	for (int i = 0; choices[i] != NULL; i++) {
		if (strcmp(text, choices[i]) == 0) {
			*(int *)out = i;
			return true;
		}
	}
	return false;
}

/* A choice that began as a switch: yes and no are the words for 1 and 0, however they are said. */
static bool
parse_degree(const struct value_place *place, const char *text, void *out, struct err *err)
{
	return parse_boolean(place, text, out, err) || parse_choice(place, text, out, err);
}

/* Words where a ~ in front of the first stands for one in front of each (sandbox/nameset.h). KNOWN: whether there is such
 * a word; WHAT to call one. */
static bool
parse_set(const struct value_place *place, const char *text, struct conf_words *out, bool (*known)(const char *word),
	const char *what, struct err *err)
{
	bool inverted = text[0] == '~';
	const char **at;

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

	if (parse_boolean(place, text, &restricted, err))
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

/* "no" and what Gunicorn itself takes for it come out as "", yes as "yes"; anything else stays. */
static bool
parse_optional(const struct value_place *place, const char *text, void *out, struct err *err)
{
	int yes;

	if (parse_boolean(place, text, &yes, err))
		text = yes ? "yes" : "";
	return parse_string(place, text, out, err);
}

/* Names as headings have them; whether there is such a service is known when everything was read (relations.c). */
static bool
parse_services(const struct value_place *place, const char *text, void *out, struct err *err)
{
	const struct conf_words *words = out;

	if (!words_split(place->arena, text, true, out, err))
		return false;
	for (uint32_t i = 0; i < words->count; i++)
		if (strspn(words->at[i], NAME_LETTERS) != strlen(words->at[i]) || words->at[i][0] == '\0')
			return err_set(err, 0, "expected the names of services, without gunicorn: or program:, got '%s'", words->at[i]);
	return true;
}

static bool
parse_commands(const struct value_place *place, const char *text, void *out, struct err *err)
{
	struct conf_words *commands = out;

	if (!hook_split(place->arena, text, commands, err))
		return false;
	if (commands->count > 1 && !key_places[key_id(place->key)].kind->joined)
		return err_set(err, 0, "one command only");
	return true;
}

static bool
parse_signal(const struct value_place *place, const char *text, void *out, struct err *err)
{
	(void)place;
	(void)err;
	*(int *)out = signal_by_name(text);
	return *(int *)out > 0;
}

static bool
parse_statuses(const struct value_place *place, const char *text, void *out, struct err *err)
{
	const struct conf_words *words = out;
	int64_t status;

	if (!words_split(place->arena, text, true, out, err))
		return false;
	for (uint32_t i = 0; i < words->count; i++)
		if (!text_parse_int(words->at[i], 0, 255, &status) && signal_by_name(words->at[i]) == 0)
			return err_set(err, 0, "expected exit statuses from 0 to 255 and signals, got '%s'", words->at[i]);
	return true;
}

/* An address as in bind; tcp: may be written in front of it. */
static bool
parse_address(const struct value_place *place, const char *text, void *out, struct err *err)
{
	struct conf_binds *binds = out;

	if (!parse_binds(place, strncmp(text, "tcp:", 4) == 0 ? text + 4 : text, out, err))
		return false;
	return binds->count <= 1 || err_set(err, 0, "one address only");
}

static bool
parse_refused(const struct value_place *place, const char *text, void *out, struct err *err)
{
	(void)text;
	(void)out;
	return err_set(err, 0, "cannot be set here: %s", place->key->meaning);
}

/* The words are in the order of the enums in conf.h and base/log.h. */
#define CHOICES(...) \
	.choices = (const char *const[]) \
	{ \
		__VA_ARGS__, NULL \
	}
#define NUMBER(what) .shape = VALUE_NUMBER, .expected = what, .unset = -1
#define INT(what) .shape = VALUE_INT, .expected = what, .unset = -1
#define STRING(what) .shape = VALUE_STRING, .expected = what
#define WORDS(what) .shape = VALUE_WORDS, .expected = what
#define KIND(name, reader, ...) const struct value_kind value_kind_##name = { .parse = reader, __VA_ARGS__ };

/* clang-format off */
KIND(globs, parse_words, WORDS("paths or patterns"), .joined = true)
KIND(path, parse_path, STRING("a path"))
KIND(user, parse_account, STRING("a user's name or number"))
KIND(group, parse_account, STRING("a group's name or number"))
KIND(readers, parse_choice, INT("group or all"), CHOICES("group", "all"))
KIND(loglevel, parse_choice, INT("debug, info, warning or error"), CHOICES("debug", "info", "warning", "error"))
KIND(string, parse_string, STRING("a word"))
KIND(argv, parse_words, WORDS("a command"))
KIND(words, parse_words, WORDS("words"), .joined = true)
KIND(binds, parse_binds, .shape = VALUE_BINDS, .expected = "addresses", .joined = true)
KIND(mode, parse_mode, INT("an octal mode such as 0660"))
KIND(integer, parse_integer, NUMBER("a number"), .ranged = true)
KIND(workers, parse_workers, .shape = VALUE_WORKERS, .expected = "a number from 1 to 1024, auto, or a range such as 2..8")
KIND(seconds, parse_seconds, NUMBER("whole seconds such as 30s or 2m"), .ranged = true)
KIND(boolean, parse_boolean, INT("yes or no"))
KIND(size, parse_size, NUMBER("a size such as 256M"), .ranged = true)
KIND(starting, parse_choice, INT("at-once or on-demand"), CHOICES("at-once", "on-demand"))
KIND(replaceby, parse_choice, INT("surge, one-by-one or stop-first"), CHOICES("surge", "one-by-one", "stop-first"))
KIND(onunhealthy, parse_choice, INT("none, replace or restart"), CHOICES("none", "replace", "restart"))
KIND(probe, parse_probe, STRING("tcp or a path such as /healthz, without blanks"))
KIND(reloadby, parse_choice, INT("replace or hup"), CHOICES("replace", "hup"))
KIND(assignments, parse_assignments, WORDS("NAME=value"), .joined = true)
KIND(files, parse_files, WORDS("paths"), .joined = true)
KIND(duration, parse_duration, NUMBER("a duration such as 500ms, 30s or 1h30m"), .ranged = true)
KIND(restart, parse_choice, INT("always, on-failure or never"), CHOICES("always", "on-failure", "never"))
KIND(logdest, parse_choice, INT("file, stdout, both or none"), CHOICES("file", "stdout", "both", "none"))
KIND(services, parse_services, WORDS("names of services"), .joined = true)
KIND(commands, parse_commands, WORDS("a command"), .joined = true, .commands = true)
KIND(onecommand, parse_commands, WORDS("a command"), .commands = true)
KIND(statuses, parse_statuses, WORDS("exit statuses and signals"), .joined = true)
KIND(progtype, parse_choice, INT("exec, simple, notify or oneshot"), CHOICES("exec", "simple", "notify", "oneshot"))
KIND(notifyaccess, parse_choice, INT("main or all"), CHOICES("main", "all"))
KIND(signal, parse_signal, INT("a signal such as TERM or SIGQUIT"))
KIND(address, parse_address, .shape = VALUE_BINDS, .expected = "an address such as 127.0.0.1:80 or unix:/path")
KIND(logformat, parse_choice, INT("plain, time or json"), CHOICES("plain", "time", "json"))
KIND(logfull, parse_choice, .shape = VALUE_INT, .expected = "drop or wait", .unset = CONF_LOG_FULL_UNSET, CHOICES("drop", "wait"))
KIND(cpupolicy, parse_choice, .shape = VALUE_INT, .expected = "other, batch, idle, fifo or rr", .unset = CONF_CPU_UNSET,
	CHOICES("other", "batch", "idle", "fifo", "rr"))
KIND(oompolicy, parse_choice, INT("continue, restart or stop"), CHOICES("continue", "restart", "stop"))
KIND(preserve, parse_choice, INT("no, yes or restart"), CHOICES("no", "yes", "restart"))
KIND(names, parse_names, WORDS("names of variables"), .joined = true)
KIND(directories, parse_directories, WORDS("directories"), .joined = true)
KIND(credentials, parse_credentials, WORDS("NAME:PATH"), .joined = true)
KIND(ioclass, parse_choice, .shape = VALUE_INT, .expected = "realtime, best-effort or idle", .unset = CONF_IO_UNSET,
	CHOICES("realtime", "best-effort", "idle"))
KIND(pass_text, parse_string, STRING("a word"))
KIND(pass_integer, parse_integer, NUMBER("a number"), .ranged = true)
KIND(pass_yes, parse_boolean, INT("yes or no"))
KIND(pass_no, parse_boolean, INT("yes or no"))
KIND(pass_many, parse_words, WORDS("words"), .joined = true)
KIND(pass_optional, parse_optional, STRING("yes, no or a word"))
KIND(pass_refused, parse_refused, STRING("nothing"))
KIND(capabilities, parse_capabilities, WORDS("capabilities"), .joined = true)
KIND(families, parse_families, WORDS("address families"), .joined = true)
KIND(namespaces, parse_namespaces, WORDS("yes, no or kinds of namespaces"), .joined = true)
KIND(securebits, parse_securebits, WORDS("secure bits"), .joined = true)
KIND(syscalls, parse_syscalls, WORDS("system calls and groups"), .joined = true)
KIND(architectures, parse_architectures, WORDS("native"), .joined = true)
KIND(syscallerror, parse_syscallerror, .shape = VALUE_INT, .expected = "an errno such as EPERM, or kill", .unset = SYSCALL_KILL)
KIND(protectsystem, parse_degree, INT("yes, no, full or strict"), CHOICES("no", "yes", "full", "strict"))
KIND(protecthome, parse_degree, INT("yes, no, read-only or tmpfs"), CHOICES("no", "yes", "read-only", "tmpfs"))
KIND(protectproc, parse_choice, INT("default, noaccess, invisible or ptraceable"), CHOICES("default", "noaccess", "invisible", "ptraceable"))
KIND(procsubset, parse_choice, INT("all or pid"), CHOICES("all", "pid"))
KIND(sandboxmode, parse_choice, INT("required or best-effort"), CHOICES("required", "best-effort"))
KIND(profile, parse_choice, INT("none or web"), CHOICES("none", "web"))
/* clang-format on */
