#include "conf/comment.h"

#include <string.h>

#include "conf/keys.h"
#include "conf/values.h"

static const char blanks[] = " \t";

/* The first # or ; from VALUE on that begins a word; ALONE: that is a word by itself. */
static const char *
find_mark(const char *value, bool alone)
{
	for (const char *p = value; *p != '\0'; p++)
		if (strchr("#;", *p) != NULL && (p == value || strchr(blanks, p[-1]) != NULL) &&
			/* strchr(3) finds the NUL, too: nothing follows */
			(!alone || strchr(blanks, p[1]) != NULL))
			return p;
	return NULL;
}

/* Commands have a ; between them, and words, secrets and log lines may be anything. */
static bool
may_be_meant(const struct value_kind *kind)
{
	return kind == &value_kind_argv || kind == &value_kind_words || kind == &value_kind_commands ||
		kind == &value_kind_onecommand || kind == &value_kind_secrets || kind == &value_kind_signature;
}

const char *
comment_in_refused(const struct conf_key *key, const char *value)
{
	return may_be_meant(key_places[key_id(key)].kind) ? NULL : find_mark(value, false);
}

const char *
comment_in_taken(const struct conf_key *key, const char *value)
{
	const struct value_kind *kind = key_places[key_id(key)].kind;

	if (may_be_meant(kind) || kind == &value_kind_assignments || strstr(key->name, "format") != NULL)
		return NULL;
	return find_mark(value, true);
}
