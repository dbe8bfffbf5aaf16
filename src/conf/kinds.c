/*
 * kinds -- how a value of each kind of keys.def is read: the plain ones, words, numbers and choices.
 */
#include "conf/kinds.h"

#include <string.h>

#include "base/text.h"
#include "conf/keys.h"
#include "conf/words.h"

bool
kind_string(const struct value_place *place, const char *text, void *out, struct err *err)
{
	(void)err;
	*(const char **)out = arena_copy_string(place->arena, text);
	return true;
}

/* Names as useradd(8) makes them, or numbers. Whether there is one is for check.c: accounts may come later. */
static bool
parse_account(const struct value_place *place, const char *text, void *out, struct err *err)
{
	size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-");

	if (text[n] == '$' && n > 0)
		n++;
	return text[n] == '\0' && text[0] != '-' && kind_string(place, text, out, err);
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
	return (text[0] == '\0' || text[0] == '/' || strcmp(text, "tcp") == 0) && kind_string(place, text, out, err);
}

bool
kind_words(const struct value_place *place, const char *text, void *out, struct err *err)
{
	return words_split(place->arena, text, false, out, err);
}

/* Octal alone: 660 without a 0 in front is meant so, too, by everybody who writes it. */
static bool
parse_mode(const struct value_place *place, const char *text, void *out, struct err *err)
{
	mode_t mode = 0;

	(void)place;
	(void)err;
	/* at most 07777 with its 0 */
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

/* Gunicorn knows no parts of a second in these: rounded, something else would be in effect than what is written. */
static bool
parse_seconds(const struct value_place *place, const char *text, void *out, struct err *err)
{
	(void)place;
	(void)err;
	return text_parse_duration(text, out) && *(msec *)out % 1000 == 0;
}

/* Where it is kept is signed (VALUE_NUMBER). */
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
	/* both are in keys.def, and a test reads them */
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

bool
kind_boolean(const struct value_place *place, const char *text, void *out, struct err *err)
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

bool
kind_choice(const struct value_place *place, const char *text, void *out, struct err *err)
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

/* "no" and what Gunicorn itself takes for it come out as "", yes as "yes"; anything else stays. */
static bool
parse_optional(const struct value_place *place, const char *text, void *out, struct err *err)
{
	int yes;

	if (kind_boolean(place, text, &yes, err))
		text = yes ? "yes" : "";
	return kind_string(place, text, out, err);
}

/* Its meaning in keys.def says what to do instead. */
static bool
parse_refused(const struct value_place *place, const char *text, void *out, struct err *err)
{
	(void)text;
	(void)out;
	return err_set(err, 0, "cannot be set here: %s", place->key->meaning);
}

/* clang-format off */
KIND(globs, kind_words, WORDS("paths or patterns"), .joined = true)
KIND(user, parse_account, STRING("a user's name or number"))
KIND(group, parse_account, STRING("a group's name or number"))
KIND(readers, kind_choice, INT("group or all"), CHOICES("group", "all"))
KIND(loglevel, kind_choice, INT("debug, info, warning or error"), CHOICES("debug", "info", "warning", "error"))
KIND(string, kind_string, STRING("a word"))
KIND(argv, kind_words, WORDS("a command"))
KIND(words, kind_words, WORDS("words"), .joined = true)
KIND(mode, parse_mode, INT("an octal mode such as 0660"))
KIND(integer, parse_integer, NUMBER("a number"), .ranged = true)
KIND(workers, parse_workers, .shape = VALUE_WORKERS, .expected = "a number from 1 to 1024, auto, or a range such as 2..8")
KIND(seconds, parse_seconds, NUMBER("whole seconds such as 30s or 2m"), .ranged = true)
KIND(boolean, kind_boolean, INT("yes or no"))
KIND(size, parse_size, NUMBER("a size such as 256M"), .ranged = true)
KIND(starting, kind_choice, INT("at-once or on-demand"), CHOICES("at-once", "on-demand"))
KIND(replaceby, kind_choice, INT("surge, one-by-one or stop-first"), CHOICES("surge", "one-by-one", "stop-first"))
KIND(onunhealthy, kind_choice, INT("none, replace or restart"), CHOICES("none", "replace", "restart"))
KIND(ontrouble, kind_choice, INT("none, recycle, replace or stop"), CHOICES("none", "recycle", "replace", "stop"))
KIND(probe, parse_probe, STRING("tcp or a path such as /healthz, without blanks"))
KIND(reloadby, kind_choice, INT("replace or hup"), CHOICES("replace", "hup"))
KIND(duration, parse_duration, NUMBER("a duration such as 500ms, 30s or 1h30m"), .ranged = true)
KIND(restart, kind_choice, INT("always, on-failure or never"), CHOICES("always", "on-failure", "never"))
KIND(logdest, kind_choice, INT("file, stdout, both or none"), CHOICES("file", "stdout", "both", "none"))
KIND(logformat, kind_choice, INT("plain, time or json"), CHOICES("plain", "time", "json"))
KIND(logfull, kind_choice, .shape = VALUE_INT, .expected = "drop or wait", .unset = CONF_LOG_FULL_UNSET, CHOICES("drop", "wait"))
KIND(cpupolicy, kind_choice, .shape = VALUE_INT, .expected = "other, batch, idle, fifo or rr", .unset = CONF_CPU_UNSET,
	CHOICES("other", "batch", "idle", "fifo", "rr"))
KIND(oompolicy, kind_choice, INT("continue, restart or stop"), CHOICES("continue", "restart", "stop"))
KIND(preserve, kind_choice, INT("no, yes or restart"), CHOICES("no", "yes", "restart"))
KIND(ioclass, kind_choice, .shape = VALUE_INT, .expected = "realtime, best-effort or idle", .unset = CONF_IO_UNSET,
	CHOICES("realtime", "best-effort", "idle"))
KIND(pass_text, kind_string, STRING("a word"))
KIND(pass_integer, parse_integer, NUMBER("a number"), .ranged = true)
KIND(pass_yes, kind_boolean, INT("yes or no"))
KIND(pass_no, kind_boolean, INT("yes or no"))
KIND(pass_many, kind_words, WORDS("words"), .joined = true)
KIND(pass_optional, parse_optional, STRING("yes, no or a word"))
KIND(pass_refused, parse_refused, STRING("nothing"))
/* clang-format on */
