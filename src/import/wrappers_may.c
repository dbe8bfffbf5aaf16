/*
 * wrappers_may -- wrappers that say what a service may: accounts, limits and privileges.
 */
#include <string.h>
#include <strings.h>

#include "import/wrappers.h"

/* gosu USER[:GROUP] command */
uint32_t
wrapper_take_gosu(struct launch *l, const struct wrapper *w, const char *const *at, uint32_t count)
{
	uint32_t n = wrapper_options(w, at, count);
	struct arena *arena = l->import->arena;
	size_t length;

	if (n >= count)
		return 0;
	length = strcspn(at[n], ":");
	launch_part(l, w->name, "", FATE_IMPLIED, "", w->reason);
	launch_set(l, w->name, at[n], KEY_user, arena_copy(arena, at[n], length), "");
	if (at[n][length] == ':')
		launch_set(l, w->name, at[n], KEY_group, at[n] + length + 1, "");
	return n + 1;
}

/* ---- limits ---- */

/* Options of prlimit(1) and chpst(8), and what a number alone counts. chpst's -m is of several. */
static const struct {
	const char *name; /* of prlimit */
	const char *unit;
	enum key_id key;
	char letter; /* of prlimit; 0: none */
	char chpst;  /* of chpst; 0: none */
} limits[] = {
	{ "--as", "", KEY_limit_as, 'v', 0 },
	{ "--core", "", KEY_limit_core, 'c', 'c' },
	{ "--cpu", "s", KEY_limit_cpu, 't', 't' },
	{ "--data", "", KEY_limit_data, 'd', 'd' },
	{ "--fsize", "", KEY_limit_fsize, 'f', 'f' },
	{ "--locks", "", KEY_limit_locks, 'x', 0 },
	{ "--memlock", "", KEY_limit_memlock, 'l', 0 },
	{ "--msgqueue", "", KEY_limit_msgqueue, 'q', 0 },
	{ "--nofile", "", KEY_limit_nofile, 'n', 'o' },
	{ "--nproc", "", KEY_limit_nproc, 'u', 'p' },
	{ "--rss", "", KEY_limit_rss, 'm', 0 },
	{ "--rtprio", "", KEY_limit_rtprio, 'r', 0 },
	{ "--rttime", "us", KEY_limit_rttime, 'y', 0 },
	{ "--sigpending", "", KEY_limit_sigpending, 'i', 0 },
	{ "--stack", "", KEY_limit_stack, 's', 0 },
};

enum { LIMITS = sizeof limits / sizeof limits[0] };

/* One side of a limit as ours. */
static const char *
side(struct arena *arena, const char *text, size_t n, const char *unit)
{
	if ((n == 9 && strncmp(text, "unlimited", n) == 0) || (n == 2 && strncmp(text, "-1", n) == 0))
		return "infinity";
	return arena_printf(arena, "%.*s%s", (int)n, text, unit);
}

/* "1024", "1024:4096", "unlimited". Of one side alone, "1024:", the other stays what it is, which no key says. */
static void
set_limit(struct launch *l, const char *shown, const char *value, unsigned which)
{
	struct arena *arena = l->import->arena;
	size_t n = strcspn(value, ":");
	const char *text = side(arena, value, n, limits[which].unit);

	if (value[n] == ':' && (n == 0 || value[n + 1] == '\0')) {
		launch_part(l, shown, value, FATE_LOST, "", "a limit is set on both sides, soft:hard, or on none");
		return;
	}
	if (value[n] == ':')
		text = arena_printf(arena, "%s:%s", text,
			side(arena, value + n + 1, strlen(value + n + 1), limits[which].unit));
	launch_set(l, shown, value, limits[which].key, text, "");
}

/* prlimit --nofile=1024:4096 -u64 command; with a pid it is of a process that is there. */
uint32_t
wrapper_take_prlimit(struct launch *l, const struct wrapper *w, const char *const *at, uint32_t count)
{
	uint32_t n = wrapper_options(w, at, count);

	if (wrapper_value(at, n, 'p', "--pid") != NULL)
		return 0;
	for (uint32_t i = 1; i < n; i++) {
		size_t length = strcspn(at[i], "=");
		bool known = strcmp(at[i], "--") == 0;

		for (unsigned k = 0; k < LIMITS; k++) {
			bool is_long = at[i][length] == '=' && strlen(limits[k].name) == length &&
				strncmp(limits[k].name, at[i], length) == 0;
			bool is_short = at[i][1] == limits[k].letter && at[i][2] != '\0';

			known = known || is_long || is_short;
			if (is_long || is_short)
				set_limit(l, limits[k].name,
					is_long ? at[i] + length + 1 : at[i] + 2 + (at[i][2] == '='), k);
		}
		if (!known)
			launch_part(l, at[i], "", FATE_LOST, "", "it is not known: the limit is as bridled has it");
	}
	return n;
}

/* ---- privileges ---- */

/* "user", ":1000:100", "user:group:more": the first group, and then the others. A leading colon says that all are numbers. */
static void
set_account(struct launch *l, const char *shown, const char *value)
{
	struct arena *arena = l->import->arena;
	const char *user = value + (value[0] == ':'), *group, *more = "";
	size_t n = strcspn(user, ":");

	launch_set(l, shown, value, KEY_user, arena_copy(arena, user, n), "");
	if (user[n] == '\0')
		return;
	group = user + n + 1;
	n = strcspn(group, ":");
	launch_set(l, shown, value, KEY_group, arena_copy(arena, group, n), "");
	for (const char *rest = group + n; *rest == ':'; rest += n) {
		n = strcspn(++rest, ":");
		more = arena_printf(arena, "%s%s%.*s", more, more[0] != '\0' ? " " : "", (int)n, rest);
	}
	if (more[0] != '\0')
		launch_set(l, shown, value, KEY_supplementary_groups, more, "");
}

/* chpst -u user -n 5 -o 1024 -m bytes command (runit) */
static void
set_of_chpst(struct launch *l, char letter, const char *value)
{
	const char *shown = arena_printf(l->import->arena, "-%c", letter);

	for (unsigned k = 0; k < LIMITS; k++)
		if (limits[k].chpst == letter || (letter == 'm' && strchr("dslv", limits[k].letter) != NULL)) {
			set_limit(l, shown, value, k);
			if (letter != 'm')
				return;
		}
	switch (letter) {
	case 'u': set_account(l, shown, value); break;
	case 'n': launch_set(l, shown, value, KEY_nice, value, ""); break;
	case 'P': launch_part(l, shown, "", FATE_IMPLIED, "", "each service is a session of its own"); break;
	case 'm': break;
	default:
		launch_part(l, shown, value, FATE_LOST, "",
			letter == 'e' ? "the variables of that directory are not set: write them into environment" :
					"it is not done: the service begins without");
	}
}

uint32_t
wrapper_take_chpst(struct launch *l, const struct wrapper *w, const char *const *at, uint32_t count)
{
	uint32_t n = wrapper_options(w, at, count);

	for (uint32_t i = 1; i < n; i++) {
		const char *c = at[i] + 1;

		if (strcmp(at[i], "--") == 0)
			continue;
		for (; *c != '\0' && strchr(w->letters, *c) == NULL; c++)
			set_of_chpst(l, *c, "");
		if (*c != '\0' && c[1] != '\0')
			set_of_chpst(l, *c, c + 1);
		else if (*c != '\0' && i + 1 < n)
			set_of_chpst(l, *c, at[++i]);
	}
	return n;
}

/* "-all,+net_bind_service", "+noroot,-x" of setpriv(1) as a list of ours; PREFIX stands in front of each. NULL for what a
 * list cannot say. */
static const char *
signed_list(struct arena *arena, const char *value, const char *prefix)
{
	const char *list = "", *inverted = "";
	bool is_all = false;

	for (size_t n; *value != '\0'; value += n + (value[n] == ',')) {
		n = strcspn(value, ",");
		if (n == 4 && strncasecmp(value, "-all", n) == 0 && list[0] == '\0' && inverted[0] == '\0')
			is_all = true;
		else if (value[0] == '+')
			list = arena_printf(arena, "%s%s%s%.*s", list, list[0] != '\0' ? " " : "", prefix, (int)n - 1,
				value + 1);
		else if (value[0] == '-' && n > 1)
			inverted = arena_printf(arena, "%s%s%s%.*s", inverted, inverted[0] != '\0' ? " " : "~", prefix,
				(int)n - 1, value + 1);
		else
			return NULL;
	}
	if (inverted[0] != '\0')
		return list[0] == '\0' && !is_all ? inverted : NULL;
	return list[0] != '\0' ? list : "none";
}

static const char *
upper(struct arena *arena, const char *text)
{
	char *copy = arena_alloc(arena, strlen(text) + 1), *to = copy;

	for (; copy != NULL && *text != '\0'; text++)
		*to++ = *text >= 'a' && *text <= 'z' ? (char)(*text - 'a' + 'A') : *text;
	return copy != NULL ? copy : "";
}

/* "a,b" as "a b". */
static const char *
words_of(struct arena *arena, const char *value)
{
	const char *words = "";

	for (size_t n; *value != '\0'; value += n + (value[n] == ',')) {
		n = strcspn(value, ",");
		words = arena_printf(arena, "%s%s%.*s", words, words[0] != '\0' ? " " : "", (int)n, value);
	}
	return words;
}

static const struct {
	const char *option;
	enum key_id key;
	const char *prefix; /* of a list with signs; NULL where the value is as ours */
} privileges[] = {
	{ "--reuid", KEY_user, NULL },
	{ "--regid", KEY_group, NULL },
	{ "--groups", KEY_supplementary_groups, NULL },
	{ "--bounding-set", KEY_capability_bounding_set, "CAP_" },
	{ "--ambient-caps", KEY_ambient_capabilities, "CAP_" },
	{ "--securebits", KEY_secure_bits, "" },
};

/* One option of setpriv that has a VALUE; false when no key says it. */
static bool
set_privilege(struct launch *l, const char *option, size_t n, const char *value)
{
	struct arena *arena = l->import->arena;

	for (size_t i = 0; i < sizeof privileges / sizeof privileges[0]; i++) {
		const char *prefix = privileges[i].prefix, *text = value;

		if (strlen(privileges[i].option) != n || strncmp(privileges[i].option, option, n) != 0)
			continue;
		if (privileges[i].key == KEY_supplementary_groups)
			text = words_of(arena, value);
		else if (prefix != NULL)
			text = signed_list(arena, prefix[0] != '\0' ? upper(arena, value) : value, prefix);
		return text != NULL && launch_set(l, privileges[i].option, value, privileges[i].key, text, "");
	}
	return false;
}

uint32_t
wrapper_take_setpriv(struct launch *l, const struct wrapper *w, const char *const *at, uint32_t count)
{
	static const char alone[] = "--init-groups --clear-groups --keep-groups --no-new-privs --nnp --reset-env";
	uint32_t i = 1;

	for (; i < count && at[i][0] == '-' && strcmp(at[i], "--") != 0; i++) {
		const char *option = at[i], *value = "";
		size_t n = strcspn(option, "=");

		if (option[n] == '=')
			value = option + n + 1;
		else if (strstr(alone, option) == NULL && i + 1 < count)
			value = at[++i];
		if (strcmp(option, "--no-new-privs") == 0 || strcmp(option, "--nnp") == 0)
			launch_set(l, option, "", KEY_no_new_privileges, "yes", "");
		else if (strcmp(option, "--init-groups") == 0)
			launch_part(l, option, "", FATE_IMPLIED, "", "the groups of the user are set");
		else if (!set_privilege(l, option, n, value))
			launch_part(l, option, value, FATE_LOST, "",
				"it is not done: the service has what user and group give it");
	}
	launch_part(l, w->name, "", FATE_IMPLIED, "", "its options are settings here");
	return i < count && strcmp(at[i], "--") == 0 ? i + 1 : i;
}
