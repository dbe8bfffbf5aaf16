#include "import/option.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "conf/values.h"
#include "import/hole.h"
#include "wire/execline.h"

static const struct option listed[] = {
#define OPTION(letter, flag, key, how, reason) { letter, flag, KEY_##key, HOW_##how, reason },
#include "import/options.def"
#undef OPTION
};

enum { LISTED = sizeof listed / sizeof listed[0] };

static struct option
option_of_key(unsigned key)
{
	return (struct option){ 0, conf_keys[key].flag, (enum key_id)key, HOW_passed, "" };
}

/* Whether the N bytes of NAME begin FLAG; exactly when they are all of it. */
static bool
begins(const char *flag, const char *name, size_t n, bool *exactly)
{
	*exactly = strlen(flag) == n;
	return flag[0] != '\0' && strncmp(flag, name, n) == 0;
}

bool
option_find_long(const char *name, size_t n, struct option *found)
{
	unsigned matches = 0;
	bool exactly;

	for (unsigned i = 0; i < LISTED; i++)
		if (begins(listed[i].flag, name, n, &exactly)) {
			matches += matches == 0 || found->key != listed[i].key;
			*found = listed[i];
			if (exactly)
				return true;
		}
	for (unsigned i = 0; i < KEY_COUNT; i++)
		if (conf_keys[i].flag != NULL && begins(conf_keys[i].flag, name, n, &exactly)) {
			bool is_listed = matches > 0 && found->key == (enum key_id)i;

			matches += !is_listed;
			if (!is_listed || (exactly && found->how == HOW_passed))
				*found = option_of_key(i);
			if (exactly)
				return true;
		}
	return matches == 1;
}

bool
option_find_letter(char letter, struct option *found)
{
	for (unsigned i = 0; i < LISTED; i++)
		if (listed[i].letter == letter) {
			*found = listed[i];
			return true;
		}
	return false;
}

bool
option_is_kind(const struct option *o, const char *kind)
{
	return o->how == HOW_passed && strcmp(conf_keys[o->key].kind, kind) == 0;
}

bool
option_takes_value(const struct option *o)
{
	if (o->how == HOW_passed)
		return !option_is_kind(o, "yes") && !option_is_kind(o, "no") && !option_is_kind(o, "optional");
	return o->how != HOW_yes && o->how != HOW_implied && o->how != HOW_lost;
}

/* ---- values ---- */

/* Addresses as Bridle has them: from the root, and with a port (util.py, parse_address: 8000). Gunicorn leaves it to the machine
 * whether [::] takes IPv4 as well (sock.py, TCP6Socket), which it does by default (ipv6(7), bindv6only); Bridle's takes none. */
static const char *
address_text(struct launch *l, const char *value)
{
	struct arena *arena = l->import->arena;
	const char *directory = draft_get(l->draft, KEY_chdir), *colon = strrchr(value, ':');

	if (strncmp(value, "unix:", 5) == 0) {
		const char *path = value + 5;

		if (strncmp(path, "//", 2) == 0)
			path += 2;
		if (path[0] == '\0')
			return value;
		if (path[0] != '/' && directory[0] == '/')
			return arena_printf(arena, "unix:%s/%s", directory, path);
		return arena_printf(arena, "unix:%s", draft_path(l->draft, path));
	}
	if (hole_is_in(value) || strncmp(value, "fd:", 3) == 0 || value[0] == '\0')
		return value;
	if (colon == NULL || (value[0] == '[' && value[strlen(value) - 1] == ']'))
		value = arena_printf(arena, "%s:8000", value);
	return strncmp(value, "[::]:", 5) == 0 ? value + 4 : value;
}

/* One address, where a list of them is read. */
static const char *
bind_text(struct launch *l, const char *value)
{
	const char *address = address_text(l, value);

	return address[0] == '\0' || hole_is_in(address) ? address : draft_quote(l->import->arena, address);
}

/* Gunicorn takes 022, 0o22 (octal), 0x12, and 18 (validate_pos_int's auto_int, config.py). */
static const char *
mode_text(struct arena *arena, const char *value)
{
	const char *digits = strncmp(value, "0o", 2) == 0 ? value + 2 : value;
	int base = digits != value || value[0] == '0' ? 8 : 10;
	char *end;
	long mode = strtol(strncmp(value, "0x", 2) == 0 ? value + 2 : digits, &end,
		strncmp(value, "0x", 2) == 0 ? 16 : base);

	return *end != '\0' || mode < 0 || mode > 07777 ? value : arena_printf(arena, "%04lo", (unsigned long)mode);
}

/* A path that begins with what is to be filled in most likely begins at the root: a relative one would be looked for in
 * directory. */
static const char *
passed_text(struct arena *arena, const char *value)
{
	const char *close = value[0] == HOLE_OPEN ? strchr(value, HOLE_CLOSE) : NULL;

	return close != NULL && close[1] == '/' ? arena_printf(arena, "/%s", value) : value;
}

const char *
option_text(struct launch *l, const struct option *o, const char *value)
{
	struct arena *arena = l->import->arena;
	int64_t n;

	switch (o->how) {
	case HOW_bind: return bind_text(l, value);
	case HOW_mode: return mode_text(arena, value);
	case HOW_seconds:
		return text_parse_int(value, 0, INT32_MAX, &n) ? arena_printf(arena, "%" PRId64 "s", n) : value;
	case HOW_yes: return "yes";
	case HOW_passed:
		if (option_is_kind(o, "yes"))
			return "yes";
		if (option_is_kind(o, "no"))
			return "no";
		return option_is_kind(o, "many") ? draft_quote(arena, value) : passed_text(arena, value);
	case HOW_value:
	case HOW_implied:
	case HOW_implied_value:
	case HOW_lost: break;
	}
	return value;
}
