/*
 * How far a service may go, and how it is scheduled: systemd.exec(5) and our keys have the same words for nearly all of it.
 */
#include "import/translate.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "import/directives.h"
#include "import/hole.h"
#include "wire/execline.h"

/* Of which a key of ours has not all that systemd takes. */
void
translate_words(struct translation *t)
{
	if (t->value[0] == '\0')
		translate_settle(t, FATE_MEANINGLESS, "it is empty");
	else
		translate_copy(t);
}

/* What our reader refuses, systemd would not take either (core/load-fragment.c: it warns, and goes on with the default), but for
 * numbers with a sign or in another base. */
void
translate_plain(struct translation *t)
{
	bool is_other = t->value[0] == '+' || (t->value[0] == '0' && t->value[1] >= 'b');
	struct err err;

	if (t->value[0] == '\0')
		translate_settle(t, FATE_MEANINGLESS, "it is empty");
	else if (is_other || hole_is_in(t->value) || draft_reads(t->draft, translate_key(t), t->value, &err))
		translate_copy(t);
	else
		translate_pass_over(t, arena_copy_string(t->import->arena, err.text));
}

/* systemd.exec(5), CPUAffinity=: what several lines name is merged. Our key is no list. */
void
translate_cpus(struct translation *t)
{
	const char *before = draft_get(t->draft, KEY_cpu_affinity);

	if (t->value[0] == '\0')
		translate_settle(t, FATE_MEANINGLESS, "it only empties what stood before it");
	else
		translate_set(t, KEY_cpu_affinity,
			before[0] == '\0' ? t->value : arena_printf(t->import->arena, "%s %s", before, t->value),
			t->directive->reason);
}

/* systemd.exec(5), RuntimeDirectory=: "must be relative". One that we cannot have, such as a:b, which makes a link, takes the
 * others of its line not with it. */
void
translate_directories(struct translation *t)
{
	struct arena *arena = t->import->arena;
	const char *rest = t->value, *kept = "", *lost = "";
	char *word = arena_alloc(arena, strlen(rest) + 1);
	struct err err;

	if (t->value[0] == '/') {
		translate_settle(t, FATE_MEANINGLESS,
			"systemd passes over it, and makes no directory: not a relative path");
		return;
	}
	while (word != NULL && execline_next(&rest, word, NULL) == WORD_TAKEN) {
		if (draft_reads(t->draft, translate_key(t), draft_quote(arena, hole_stand_in(arena, word)), &err))
			kept = arena_printf(arena, "%s%s%s", kept, kept[0] != '\0' ? " " : "",
				draft_quote(arena, word));
		else
			lost = arena_printf(arena, "%s%s%s: %s", lost, lost[0] != '\0' ? "; " : "",
				hole_show(arena, word), err.text);
	}
	if (lost[0] == '\0' || kept[0] == '\0') {
		translate_words(t);
		return;
	}
	translate_set(t, translate_key(t), kept, "");
	ledger_settle(&t->import->ledger, t->entry, FATE_LOST, t->directive->key, "%s", lost);
}

/* A mask, which has an "all", too: no word for off but "default". */
void
translate_core_filter(struct translation *t)
{
	if (strcmp(t->value, "default") == 0)
		translate_settle(t, FATE_MEANINGLESS, "it is what the kernel has, as here");
	else
		translate_as_listed(t);
}

/* ---- amounts, of which systemd is stricter than our keys ---- */

static const char decimals[] = "0123456789";

/* "4G", "1.5G", "1G 500M" in bytes (parse_size() of its basic/parse-util.c): units are capitals, each smaller than the one
 * before it. Negative when it is none. */
static double
size_of(const char *text)
{
	static const char all[] = "EPTGMKB";
	const char *units = all;
	double sum = 0;

	do {
		size_t n = strspn(text, decimals);
		double number = strtod(text, NULL);

		if (n == 0 || n > 19)
			return -1;
		text += n;
		if (*text == '.')
			text += 1 + strspn(text + 1, decimals);
		text += strspn(text, " \t");
		units = strchr(units, *text != '\0' ? *text : 'B');
		if (units == NULL)
			return -1;
		for (const char *u = units++; *u != 'B'; u++)
			number *= 1024;
		sum += number;
		if (*text != '\0')
			text += 1 + strspn(text + 1, " \t");
	} while (*text != '\0');
	return sum;
}

/* TEXT as a number; NULL when systemd does not take it. A number may be hexadecimal, and has no unit. */
static const char *
amount_text(struct arena *arena, const char *text, bool counts)
{
	bool is_hex = strncasecmp(text, "0x", 2) == 0;
	double size;

	if (strcmp(text, "infinity") == 0)
		return text;
	if (counts && is_hex)
		return arena_printf(arena, "%llu", strtoull(text, NULL, 16));
	if (counts)
		return text[0] != '\0' && text[strspn(text, decimals)] == '\0' ? text : NULL;
	size = size_of(text);
	return size < 0 ? NULL : arena_printf(arena, "%.0f", size);
}

/* Keep it in its own words, or as TEXT where a key of ours cannot read them; NULL when systemd passes over the amount. */
static void
keep_amount(struct translation *t, const char *text, bool counts)
{
	struct err err;

	if (text == NULL) {
		translate_pass_over(t,
			counts ? "not a number, and it takes no unit such as K" :
				 "not a size such as 512M or 4G (no 512m, no 4GB)");
		return;
	}
	if (!draft_reads(t->draft, translate_key(t), t->value, &err))
		t->value = text;
	translate_plain(t);
}

/* Sides of a limit, each as rlimit_parse_one() of its basic/rlimit-util.c reads it: "LimitNOFILE=1K" is none. */
void
translate_limit(struct translation *t)
{
	static const enum key_id counted[] = { KEY_limit_nofile, KEY_limit_nproc, KEY_limit_locks, KEY_limit_sigpending,
		KEY_limit_rtprio };
	struct arena *arena = t->import->arena;
	const char *colon = strchr(t->value, ':'), *soft, *hard;
	bool counts = false;

	if (t->value[0] == '\0' || hole_is_in(t->value)) {
		translate_plain(t);
		return;
	}
	for (size_t i = 0; i < sizeof counted / sizeof counted[0]; i++)
		counts = counts || counted[i] == translate_key(t);
	soft = colon == NULL ? t->value : arena_copy(arena, t->value, (size_t)(colon - t->value));
	soft = amount_text(arena, soft, counts);
	hard = colon == NULL || soft == NULL ? soft : amount_text(arena, colon + 1, counts);
	keep_amount(t, colon == NULL || hard == NULL ? hard : arena_printf(arena, "%s:%s", soft, hard), counts);
}

/* MemoryMax= and its like, TasksMax=: a share as well. */
void
translate_amount(struct translation *t)
{
	bool counts = translate_key(t) == KEY_tasks_max;

	/* nothing at all is allowed of swap alone */
	if (translate_key(t) != KEY_memory_swap_max && t->value[0] != '\0' && t->value[strspn(t->value, "0%")] == '\0')
		translate_pass_over(t, "out of range");
	else if (t->value[0] == '\0' || hole_is_in(t->value) || strchr(t->value, '%') != NULL)
		translate_plain(t);
	else
		keep_amount(t, amount_text(t->import->arena, t->value, counts), counts);
}

/* The older names, which count otherwise (BLKIO_WEIGHT_TO_IO() and CPU_SHARES_TO_WEIGHT of its core/cgroup.c). */
void
translate_shares(struct translation *t)
{
	bool is_cpu = translate_key(t) == KEY_cpu_weight;
	int64_t lowest = is_cpu ? 2 : 10, highest = is_cpu ? 262144 : 1000, usual = is_cpu ? 1024 : 500, n;
	const char *text = t->value;

	if (text[0] == '\0' || hole_is_in(text)) {
		translate_words(t);
		return;
	}
	if (!text_parse_int(text, lowest, highest, &n)) {
		translate_pass_over(t, is_cpu ? "not a number from 2 to 262144" : "not a number from 10 to 1000");
		return;
	}
	n = n * 100 / usual;
	n = n < 1 ? 1 : n > 10000 ? 10000 : n;
	translate_set(t, translate_key(t), arena_printf(t->import->arena, "%" PRId64, n),
		is_cpu ? "1024 there is 100 here" : "500 there is 100 here");
}

/* ---- times and words ---- */

/* One side of a limit on time, in MS. UNITS: what a number alone is of ("s", "us"). NULL when it is no time span. */
static const char *
limit_time(struct arena *arena, const char *text, const char *unit)
{
	int64_t ms;

	if (strcmp(text, "infinity") == 0)
		return text;
	if (text[strspn(text, decimals)] == '\0')
		return arena_printf(arena, "%s%s", text, unit);
	return translate_span_parse(text, &ms) ? arena_printf(arena, "%" PRId64 "ms", ms) : NULL;
}

/* systemd takes several numbers with units of their own, blanks between: a side at a time becomes milliseconds. */
void
translate_limit_time(struct translation *t)
{
	const char *unit = translate_key(t) == KEY_limit_cpu ? "s" : "us", *colon = strchr(t->value, ':');
	struct arena *arena = t->import->arena;
	const char *soft, *hard;

	if (t->value[0] == '\0' || hole_is_in(t->value)) {
		translate_plain(t);
		return;
	}
	soft = colon == NULL ? t->value : arena_copy(arena, t->value, (size_t)(colon - t->value));
	hard = colon == NULL ? soft : colon + 1;
	soft = limit_time(arena, soft, unit);
	hard = limit_time(arena, hard, unit);
	if (soft == NULL || hard == NULL)
		translate_pass_over(t, "not a limit such as 10min or 5min:10min");
	else if (strcmp(soft, hard) == 0)
		translate_set(t, translate_key(t), soft, t->directive->reason);
	else
		translate_set(t, translate_key(t), arena_printf(arena, "%s:%s", soft, hard), t->directive->reason);
}

/* Words as well as the numbers of sched_setscheduler(2), whichever they are (of systemd 252: the kernel refuses what it does not
 * know, when the service is started). */
void
translate_cpu_policy(struct translation *t)
{
	static const char *const policies[] = { "other", "fifo", "rr", "batch", "", "idle" };
	size_t n = (size_t)(t->value[0] - '0');

	if (t->value[0] >= '0' && n < sizeof policies / sizeof policies[0] && t->value[1] == '\0' &&
		policies[n][0] != '\0')
		t->value = policies[n];
	if (t->value[0] != '\0' && t->value[strspn(t->value, decimals)] == '\0')
		translate_settle(t, FATE_LOST,
			"a number of none that can be set: the service is scheduled as bridled is");
	else
		translate_plain(t);
}

/* Words as well as the numbers of ioprio_set(2). */
void
translate_io_class(struct translation *t)
{
	static const char *const classes[] = { "none", "realtime", "best-effort", "idle" };

	for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
		if (strcasecmp(t->value, classes[i]) != 0 && strcmp(t->value, (char[]){ (char)('0' + i), '\0' }) != 0)
			continue;
		if (i == 0)
			translate_settle(t, FATE_MEANINGLESS, "it is off, as here");
		else
			translate_set(t, translate_key(t), classes[i], t->directive->reason);
		return;
	}
	translate_plain(t);
}

void
translate_preserve(struct translation *t)
{
	static const char *const yes[] = { "yes", "true", "on", "1", "y", "t" };

	for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++)
		if (strcasecmp(t->value, yes[i]) == 0) {
			translate_set(t, KEY_runtime_directory_preserve, "yes", t->directive->reason);
			return;
		}
	if (strcmp(t->value, "restart") == 0)
		translate_settle(t, FATE_IMPLIED, "over a restart the directory stays in any case");
	else
		translate_settle(t, FATE_MEANINGLESS, "it is off, as here");
}

/* NAME:PATH, a whole line; a path alone, or none, is looked for in places of systemd's. */
void
translate_load_credential(struct translation *t)
{
	const char *colon = strchr(t->value, ':');

	if (colon == NULL || (colon[1] != '/' && colon[1] != HOLE_OPEN))
		translate_settle(t, FATE_LOST,
			"only NAME:/PATH is known here: the file is not put where the service looks for it");
	else
		translate_set(t, KEY_load_credential, draft_quote(t->import->arena, t->value), t->directive->reason);
}

/* VALUE with its escapes as what they stand for (systemd.exec(5), SetCredential=: as in C); NULL when there is no such one. */
static const char *
unescape(struct arena *arena, const char *value)
{
	char *quoted = arena_alloc(arena, 2 * strlen(value) + 3), *to = quoted, *word;
	const char *rest = quoted;

	if (quoted == NULL)
		return NULL;
	*to++ = '"';
	for (; *value != '\0'; value++) {
		if (*value == '"')
			*to++ = '\\';
		*to++ = *value;
		if (*value == '\\' && value[1] != '\0')
			*to++ = *++value;
	}
	*to = '"';
	word = arena_alloc(arena, strlen(quoted) + 1);
	return word != NULL && execline_next(&rest, word, NULL) == WORD_TAKEN && *rest == '\0' ? word : NULL;
}

/* NAME:VALUE, a whole line. A line of ours holds no line feed, nor any other control character. */
void
translate_set_credential(struct translation *t)
{
	struct arena *arena = t->import->arena;
	const char *value = strchr(t->value, '\\') != NULL ? unescape(arena, t->value) : t->value;

	if (value == NULL || strpbrk(value, "\n\r\t") != NULL)
		translate_settle(t, FATE_LOST,
			"it has escapes: write what it stands for into a file, and name that in load_credential");
	else
		translate_set(t, KEY_set_credential, draft_quote(arena, value), t->directive->reason);
}
