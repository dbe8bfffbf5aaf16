/*
 * Numbers, and times as systemd.time(7) has them, within the ranges of our keys.
 */
#include "import/translate.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "import/directives.h"
#include "import/hole.h"
#include "import/overrule.h"

static const struct span_unit {
	const char *name;
	double ms;
} span_units[] = {
	{ "", 1000 },
	{ "us", 0.001 },
	{ "usec", 0.001 },
	{ "\u00b5s", 0.001 },
	{ "\u03bcs", 0.001 },
	{ "ms", 1 },
	{ "msec", 1 },
	{ "s", 1000 },
	{ "sec", 1000 },
	{ "second", 1000 },
	{ "seconds", 1000 },
	{ "m", 60e3 },
	{ "min", 60e3 },
	{ "minute", 60e3 },
	{ "minutes", 60e3 },
	{ "h", 3600e3 },
	{ "hr", 3600e3 },
	{ "hour", 3600e3 },
	{ "hours", 3600e3 },
	{ "d", 86400e3 },
	{ "day", 86400e3 },
	{ "days", 86400e3 },
	{ "w", 604800e3 },
	{ "week", 604800e3 },
	{ "weeks", 604800e3 },
	{ "M", 2629800e3 }, /* 30.44 days */
	{ "month", 2629800e3 },
	{ "months", 2629800e3 },
	{ "y", 31557600e3 }, /* 365.25 days */
	{ "year", 31557600e3 },
	{ "years", 31557600e3 },
};

/* Whether the N bytes of TEXT are digits, with one point among them at most and digits behind it: "5", ".5", not "5.". */
static bool
is_number(const char *text, size_t n)
{
	static const char decimals[] = "0123456789";
	size_t whole = strspn(text, decimals);

	return n > 0 && (whole == n || (n > whole + 1 && strspn(text + whole + 1, decimals) == n - whole - 1));
}

/* One number with its unit, added to *MS; NULL when there is none. */
static const char *
take_span(const char *text, double *ms)
{
	size_t digits = strspn(text, "0123456789."), letters;
	double value = strtod(text, NULL);

	if (!is_number(text, digits) || digits > 15)
		return NULL;
	text += digits;
	text += strspn(text, " ");
	letters = strcspn(text, " 0123456789.");
	for (size_t i = 0; i < sizeof span_units / sizeof span_units[0]; i++)
		if (strlen(span_units[i].name) == letters && strncmp(text, span_units[i].name, letters) == 0) {
			*ms += value * span_units[i].ms;
			return text + letters + strspn(text + letters, " ");
		}
	return NULL;
}

bool
translate_span_parse(const char *text, int64_t *ms)
{
	double sum = 0;

	if (strcmp(text, "infinity") == 0) {
		*ms = INT64_MAX;
		return true;
	}
	if (*text == '\0')
		return false;
	while (*text != '\0') {
		text = take_span(text, &sum);
		if (text == NULL || sum > 1e15)
			return false;
	}
	*ms = (int64_t)sum;
	return true;
}

/* MS as a duration of ours, within the range of KEY. NOTE is told when that changed it. */
static const char *
span_text(struct arena *arena, enum key_id key, int64_t ms, const char **note)
{
	msec lowest = 0, highest = MSEC_NEVER;
	bool bounded = text_parse_duration(conf_keys[key].lowest, &lowest) &&
		text_parse_duration(conf_keys[key].highest, &highest);
	const char *between = (*note)[0] != '\0' ? "; " : "";

	if (bounded && ms > highest) {
		ms = highest;
		*note = arena_printf(arena, "%s%sthe longest that there is", *note, between);
	} else if (bounded && ms < lowest) {
		ms = lowest;
		*note = arena_printf(arena, "%s%sthe shortest that there is", *note, between);
	}
	return ms % 1000 == 0 ? arena_printf(arena, "%" PRId64 "s", ms / 1000) :
				arena_printf(arena, "%" PRId64 "ms", ms);
}

/* Of these systemd takes 0 for no limit (config_parse_sec_fix_0 of its core/load-fragment.c). */
static bool
is_without_limit(const struct translation *t, enum key_id key, int64_t ms)
{
	return ms == 0 && t->unit != NULL && (key == KEY_start_timeout || key == KEY_stop_timeout);
}

/* Whether KEY without a value is a limit that is none: that of a job which is run once. */
static bool
has_no_limit(const struct translation *t, enum key_id key)
{
	return key == KEY_start_timeout && t->unit != NULL && t->draft->kind == CONF_PROGRAM &&
		strcmp(value_in_effect(t->import, t->unit, "Service", "Type"), "oneshot") == 0;
}

static void
set_span(struct translation *t, enum key_id key)
{
	const char *note = t->directive->reason;
	int64_t ms;

	if (hole_is_in(t->value))
		translate_set(t, key, t->value, note);
	else if (!translate_span_parse(t->value, &ms)) {
		translate_pass_over(t, "not a time span such as 30s or 5min");
	} else if ((ms == 0 || ms == INT64_MAX) && has_no_limit(t, key)) {
		draft_unset(t->draft, key);
		translate_settle(t, FATE_IMPLIED, "a oneshot has no limit here, unless one is set");
	} else {
		const char *text;

		/* what the list says is of Gunicorn */
		if ((key == KEY_start_timeout || key == KEY_watchdog) && t->draft->kind == CONF_PROGRAM)
			note = "";
		if (is_without_limit(t, key, ms)) {
			ms = INT64_MAX;
			note = arena_printf(t->import->arena, "%s%s0 is without limit for systemd", note,
				note[0] != '\0' ? "; " : "");
		}
		text = span_text(t->import->arena, key, ms, &note);
		translate_set(t, key, text, note);
	}
}

void
translate_span(struct translation *t)
{
	set_span(t, translate_key(t));
}

void
translate_span_both(struct translation *t)
{
	set_span(t, KEY_start_timeout);
	if (!t->is_passed_over)
		set_span(t, KEY_stop_timeout);
	if (t->entry->fate == FATE_KEPT && draft_has(t->draft, KEY_start_timeout))
		t->entry->key = "start_timeout stop_timeout";
}

/* restart_delay is where waiting begins; it doubles up to restart_delay_max, which must not be below it. */
void
translate_restart_delay(struct translation *t)
{
	const char *note = "";
	struct err err;
	msec delay, longest;

	set_span(t, KEY_restart_delay);
	if (!text_parse_duration(draft_get(t->draft, KEY_restart_delay), &delay) ||
		!text_parse_duration(conf_keys[KEY_restart_delay_max].fallback, &longest) || delay <= longest)
		return;
	draft_set(t->draft, KEY_restart_delay_max, span_text(t->import->arena, KEY_restart_delay_max, delay, &note),
		"not below restart_delay", &err);
}

void
translate_limit_interval(struct translation *t)
{
	int64_t ms;

	if (translate_span_parse(t->value, &ms) && ms == 0)
		translate_set(t, KEY_start_limit, "0", "an interval of 0 means without limit");
	else
		set_span(t, KEY_start_limit_interval);
}

void
translate_number(struct translation *t)
{
	const struct conf_key *key = &conf_keys[translate_key(t)];
	int64_t n, lowest, highest;

	if (t->unit != NULL && !hole_is_in(t->value) && t->value[0] != '+' && t->value[0] != '0' &&
		!text_parse_int(t->value, 0, UINT32_MAX, &n))
		translate_pass_over(t, "not a number");
	else if (text_parse_int(t->value, 0, INT64_MAX, &n) &&
		text_parse_int(key->lowest, INT64_MIN, INT64_MAX, &lowest) &&
		text_parse_int(key->highest, INT64_MIN, INT64_MAX, &highest) && n > highest)
		translate_set(t, key_id(key), key->highest, "the most that there is");
	else
		translate_set(t, key_id(key), t->value, t->directive->reason);
}
