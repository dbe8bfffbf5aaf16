/*
 * kinds_limits -- how a value is read of the kinds that say who a service is to the scheduler, and how far it may go.
 *
 * They are written as systemd.exec(5) has them: "soft:hard" or one for both, infinity, sizes in powers of 1024.
 */
#include "conf/kinds.h"

#include <string.h>

#include "base/text.h"
#include "conf/keys.h"
#include "conf/words.h"

/* Numbers that may be below zero, which is what an unset number is elsewhere: so they have a
 * bound and an "unset" of their own. */
static bool
parse_level(const struct value_place *place, const char *text, void *out, struct err *err)
{
	int64_t lowest = INT_MIN, highest = INT_MAX, n;

	text_parse_int(place->key->lowest, INT_MIN, INT_MAX, &lowest);
	text_parse_int(place->key->highest, INT_MIN, INT_MAX, &highest);
	if (!text_parse_int(text, lowest, highest, &n))
		return err_set(err, 0, "expected a number from %s to %s, got '%.40s'", place->key->lowest,
			place->key->highest, text);
	*(int *)out = (int)n;
	return true;
}

/* ---- processors ---- */

/* A number below CONF_CPUS_MAX at *P, which moves behind it. */
static bool
take_cpu(const char **p, unsigned *cpu)
{
	size_t digits = strspn(*p, "0123456789");

	if (digits == 0 || digits > 4)
		return false;
	*cpu = 0;
	for (; digits > 0; digits--)
		*cpu = *cpu * 10 + (unsigned)(*(*p)++ - '0');
	return *cpu < CONF_CPUS_MAX;
}

bool
conf_cpus_parse(const char *text, uint64_t mask[CONF_CPUS_MAX / 64])
{
	static const char between[] = " \t,";
	unsigned first, last;

	memset(mask, 0, CONF_CPUS_MAX / 8);
	for (text += strspn(text, between); *text != '\0'; text += strspn(text, between)) {
		if (!take_cpu(&text, &first))
			return false;
		last = first;
		if (*text == '-' && (text++, !take_cpu(&text, &last) || last < first))
			return false;
		if (*text != '\0' && strchr(between, *text) == NULL)
			return false;
		for (; first <= last; first++)
			mask[first / 64] |= UINT64_C(1) << first % 64;
	}
	return true;
}

static bool
parse_cpus(const struct value_place *place, const char *text, void *out, struct err *err)
{
	uint64_t mask[CONF_CPUS_MAX / 64];

	(void)err;
	*(const char **)out = arena_copy_string(place->arena, text);
	return conf_cpus_parse(text, mask);
}

/* ---- groups ---- */

/* Each as `group` is read; whether there is such a group is looked up when the service is planned. */
static bool
parse_groups(const struct value_place *place, const char *text, void *out, struct err *err)
{
	struct conf_words *words = out;
	const char *one;

	if (!words_split(place->arena, text, true, words, err))
		return false;
	for (uint32_t i = 0; i < words->count; i++)
		if (!value_kind_group.parse(place, words->at[i], &one, err))
			return false;
	return true;
}

/* ---- limits ---- */

typedef bool (*limit_reader)(const char *text, uint64_t *out);

static bool
read_bytes(const char *text, uint64_t *out)
{
	size_t n = strlen(text);
	char number[24];
	unsigned shift = 0;

	/* the two that no other size of ours needs */
	if (n > 1 && n < sizeof number && (text[n - 1] == 'P' || text[n - 1] == 'E')) {
		shift = text[n - 1] == 'P' ? 50 : 60;
		memcpy(number, text, n - 1);
		number[n - 1] = '\0';
		text = number;
	}
	if (!text_parse_size(text, out) || *out > (uint64_t)INT64_MAX >> shift)
		return false;
	*out <<= shift;
	return true;
}

static bool
read_count(const char *text, uint64_t *out)
{
	int64_t n;

	if (!text_parse_int(text, 0, INT64_MAX, &n))
		return false;
	*out = (uint64_t)n;
	return true;
}

/* The kernel counts seconds; systemd rounds up what is less than one. */
static bool
read_cpu_time(const char *text, uint64_t *out)
{
	msec time;

	if (!text_parse_duration(text, &time))
		return false;
	*out = (uint64_t)(time + 999) / 1000;
	return true;
}

static bool
read_realtime(const char *text, uint64_t *out)
{
	size_t n = strspn(text, "0123456789");
	char number[24];
	msec time;

	if (text[n] == '\0')
		return read_count(text, out);
	if (n > 0 && n < sizeof number && strcmp(text + n, "us") == 0) {
		memcpy(number, text, n);
		number[n] = '\0';
		return read_count(number, out);
	}
	if (!text_parse_duration(text, &time) || time > INT64_MAX / 1000)
		return false;
	*out = (uint64_t)time * 1000;
	return true;
}

/* With a sign, a nice value; without one, what the kernel has: 20 - nice (getrlimit(2)). */
static bool
read_nice(const char *text, uint64_t *out)
{
	bool is_level = text[0] == '+' || text[0] == '-';
	int64_t n;

	if (!text_parse_int(text + (text[0] == '+'), is_level ? -20 : 0, is_level ? 19 : 40, &n))
		return false;
	*out = (uint64_t)(is_level ? 20 - n : n);
	return true;
}

static bool
read_limit(limit_reader read, const char *text, uint64_t *out)
{
	if (strcmp(text, "infinity") != 0)
		return read(text, out);
	*out = CONF_INFINITY;
	return true;
}

/* "SOFT:HARD", or one for both (systemd.exec(5), LimitCPU=). */
static bool
parse_limit(limit_reader read, const char *text, struct conf_limit *limit, struct err *err)
{
	const char *colon = strchr(text, ':');
	char soft[32];
	size_t n = colon == NULL ? 0 : (size_t)(colon - text);

	if (colon == NULL) {
		if (!read_limit(read, text, &limit->soft))
			return false;
		limit->hard = limit->soft;
		return true;
	}
	if (n >= sizeof soft)
		return false;
	memcpy(soft, text, n);
	soft[n] = '\0';
	if (!read_limit(read, soft, &limit->soft) || !read_limit(read, colon + 1, &limit->hard))
		return false;
	return limit->soft <= limit->hard || err_set(err, 0, "the soft limit is above the hard one in '%s'", text);
}

/* ---- amounts ---- */

/* "40%", "12.5%", "0.25%" in hundredths of a percent: two decimals at most. */
static bool
read_share(const char *text, uint64_t most, uint64_t *share)
{
	size_t n = strlen(text), whole = strspn(text, "0123456789");
	uint64_t v = 0;

	if (n < 2 || text[n - 1] != '%' || whole == 0 || whole > 7)
		return false;
	for (size_t i = 0; i < whole; i++)
		v = v * 10 + (uint64_t)(text[i] - '0');
	v *= 100;
	if (text[whole] == '.' && whole + 2 <= n - 1 && strspn(text + whole + 1, "0123456789") == n - 2 - whole &&
		n - 2 - whole <= 2) {
		v += (uint64_t)(text[whole + 1] - '0') * 10;
		v += n - 2 - whole == 2 ? (uint64_t)(text[whole + 2] - '0') : 0;
	} else if (text[whole] != '%') {
		return false;
	}
	*share = v;
	/* nothing at all is no share: written so it was meant to be something else */
	return v > 0 && v <= most;
}

static bool
parse_amount_of(limit_reader read, const char *text, struct conf_amount *amount)
{
	enum { ALL = 100 * 100 };

	*amount = (struct conf_amount){ 0 };
	return read_share(text, ALL, &amount->share) || read_limit(read, text, &amount->value);
}

static bool
parse_amount(const struct value_place *place, const char *text, void *out, struct err *err)
{
	(void)place;
	(void)err;
	return parse_amount_of(read_bytes, text, out);
}

static bool
parse_tasks(const struct value_place *place, const char *text, void *out, struct err *err)
{
	(void)place;
	(void)err;
	return parse_amount_of(read_count, text, out);
}

/* A share alone: how much of a second is left to the kernel's period (cgroup-v2.rst, cpu.max). */
static bool
parse_quota(const struct value_place *place, const char *text, void *out, struct err *err)
{
	struct conf_amount *amount = out;

	(void)place;
	(void)err;
	*amount = (struct conf_amount){ .value = CONF_INFINITY };
	return strcmp(text, "infinity") == 0 || read_share(text, UINT64_MAX, &amount->share);
}

static bool
parse_weight(const struct value_place *place, const char *text, void *out, struct err *err)
{
	(void)place;
	(void)err;
	if (strcmp(text, "idle") == 0) {
		*(int64_t *)out = 0;
		return true;
	}
	return text_parse_int(text, 1, 10000, out);
}

/* clang-format off */
#define LIMIT_PARSER(name, read) \
	static bool parse_##name(const struct value_place *place, const char *text, void *out, struct err *err) \
	{ \
		(void)place; \
		return parse_limit(read, text, out, err); \
	}
LIMIT_PARSER(bytes, read_bytes)
LIMIT_PARSER(count, read_count)
LIMIT_PARSER(cputime, read_cpu_time)
LIMIT_PARSER(rttime, read_realtime)
LIMIT_PARSER(nicelimit, read_nice)

#define PAIR(what) .shape = VALUE_PAIR, .expected = what ", infinity, or soft:hard"
KIND(level, parse_level, .shape = VALUE_INT, .expected = "a number", .unset = CONF_LEVEL_NOT_SET)
KIND(cpus, parse_cpus, .shape = VALUE_STRING, .expected = "processors such as 0-3 6")
KIND(groups, parse_groups, .shape = VALUE_WORDS, .expected = "names or numbers of groups", .joined = true)
KIND(bytes, parse_bytes, PAIR("a size such as 512M"))
KIND(count, parse_count, PAIR("a number"))
KIND(cputime, parse_cputime, PAIR("a duration such as 10m"))
KIND(rttime, parse_rttime, PAIR("a duration such as 200ms"))
KIND(nicelimit, parse_nicelimit, PAIR("a nice value with its sign, a number from 0 to 40"))
KIND(amount, parse_amount, .shape = VALUE_PAIR, .expected = "a size such as 512M, a share such as 40%, or infinity")
KIND(tasks, parse_tasks, .shape = VALUE_PAIR, .expected = "a number, a share such as 10%, or infinity")
KIND(quota, parse_quota, .shape = VALUE_PAIR, .expected = "a share of one processor such as 20% or 150%, or infinity")
KIND(weight, parse_weight, .shape = VALUE_NUMBER, .expected = "a number from 1 to 10000, or idle", .unset = -1)
/* clang-format on */
