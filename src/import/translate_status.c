/*
 * Exit statuses by name: systemd.exec(5), PROCESS EXIT CODES; systemd-analyze exit-status prints them.
 */
#include "import/translate.h"

#include <string.h>

#include "base/text.h"
#include "conf/signal.h"
#include "import/hole.h"
#include "wire/execline.h"

/* Of the C library, of init scripts, and of sysexits(3head), there with EX_ in front. Those from 200 on say which step of a
 * start failed for systemd: nothing here ends with them. */
static const struct {
	const char *name, *status;
} statuses[] = {
	{ "SUCCESS", "0" },
	{ "FAILURE", "1" },
	{ "INVALIDARGUMENT", "2" },
	{ "NOTIMPLEMENTED", "3" },
	{ "NOPERMISSION", "4" },
	{ "NOTINSTALLED", "5" },
	{ "NOTCONFIGURED", "6" },
	{ "NOTRUNNING", "7" },
	{ "USAGE", "64" },
	{ "DATAERR", "65" },
	{ "NOINPUT", "66" },
	{ "NOUSER", "67" },
	{ "NOHOST", "68" },
	{ "UNAVAILABLE", "69" },
	{ "SOFTWARE", "70" },
	{ "OSERR", "71" },
	{ "OSFILE", "72" },
	{ "CANTCREAT", "73" },
	{ "IOERR", "74" },
	{ "TEMPFAIL", "75" },
	{ "PROTOCOL", "76" },
	{ "NOPERM", "77" },
	{ "CONFIG", "78" },
	{ "EXCEPTION", "255" },
};

/* WORD as our key has it; NULL when it is no status and no signal that it knows. */
static const char *
status_of(const char *word)
{
	int64_t status;

	if (hole_is_in(word) || text_parse_int(word, 0, 255, &status) || signal_by_name(word) != 0)
		return word;
	for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++)
		if (strcmp(statuses[i].name, word) == 0)
			return statuses[i].status;
	return NULL;
}

void
translate_statuses(struct translation *t)
{
	struct arena *arena = t->import->arena;
	const char *rest = t->value, *list = "", *named = "", *unknown = "", *note;
	char *word = arena_alloc(arena, strlen(rest) + 1);

	while (word != NULL && execline_next(&rest, word, NULL) == WORD_TAKEN) {
		const char *status = status_of(word);

		if (status == NULL) {
			unknown = arena_printf(arena, "%s %s", unknown, word);
			continue;
		}
		if (strcmp(status, word) != 0)
			named = arena_printf(arena, "%s%s%s is %s", named, named[0] != '\0' ? ", " : "", word, status);
		list = arena_printf(arena, "%s%s%s", list, list[0] != '\0' ? " " : "", status);
	}
	if (unknown[0] == '\0')
		note = named;
	else
		note = arena_printf(arena, "%s%snothing ends with what these say here:%s", named,
			named[0] != '\0' ? "; " : "", unknown);
	if (list[0] != '\0')
		translate_set(t, translate_key(t), list, note);
	else
		translate_settle(t, FATE_MEANINGLESS, note);
}
