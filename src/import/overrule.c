#include "import/overrule.h"

#include <string.h>

#include "conf/values.h"
#include "import/directives.h"

/* Whether each line of the directive counts, and not only the last one. */
static bool
is_list(const struct directive *d)
{
	if (d->key[0] != '\0' && d->translate != translate_output && d->translate != translate_cpus &&
		d->translate != translate_exec_start)
		return key_places[key_id(key_find(d->key))].kind->joined;
	return d->translate == translate_none || d->translate == translate_cpus || d->translate == translate_order ||
		d->translate == translate_wanted_by || d->translate == translate_exec_reload ||
		d->translate == translate_exec_stop || d->translate == translate_exec_start;
}

bool
is_kept_by_empty(const struct directive *d)
{
	static const translator words[] = { translate_switch, translate_boolean, translate_type, translate_restart,
		translate_kill_mode, translate_notify_access, translate_oom_policy, translate_remain,
		translate_send_kill, translate_private_users, translate_preserve, translate_sandbox_word,
		translate_dynamic_user };

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (d->translate == words[i])
			return strcmp(d->name, "SystemCallErrorNumber") != 0;
	return strcmp(d->name, "PermissionsStartOnly") == 0;
}

struct translation
translation_of(struct import *im, const struct unit *unit, const struct unit_line *line, const struct directive *d)
{
	return (struct translation){ .import = im,
		.draft = unit->draft,
		.unit = unit,
		.entry = line->entry,
		.directive = d,
		.value = unit_specify(unit, im->arena, line->value) };
}

/* Whether systemd passes over LINE: its translator knows. It is asked with a draft, an entry and a report that are thrown
 * away, for the lines between may set the same key. */
static bool
is_passed_over(const struct import *im, const struct unit *unit, const struct unit_line *line,
	const struct directive *d)
{
	struct conf_report unread;
	struct import trial = *im;
	struct draft draft = *unit->draft;
	struct ledger_entry entry = *line->entry;
	struct translation t = translation_of(&trial, unit, line, d);

	draft.first = draft.last = NULL;
	conf_report_init(&unread);
	trial.report = &unread;
	t.draft = &draft;
	t.entry = &entry;
	d->translate(&t);
	conf_report_free(&unread);
	return t.is_passed_over;
}

static bool
has_no_effect(const struct import *im, const struct unit *unit, const struct unit_line *line, const struct directive *d)
{
	if (line->value[0] == '\0')
		return is_kept_by_empty(d);
	return is_list(d) || is_passed_over(im, unit, line, d);
}

/* The last line of UNIT of what D is that takes the effect of those before it away: of a list, one that empties it. NULL
 * when there is none. Each line is tried once, however many ask. */
static const struct unit_line *
line_that_counts(const struct import *im, const struct unit *unit, const struct directive *d)
{
	struct unit_said *said = &unit->said[directive_number(d)];
	const struct unit_line *line = said->last;

	if (said->is_known)
		return said->counts;
	while (line != NULL && has_no_effect(im, unit, line, d))
		line = line->same;
	said->counts = line;
	said->is_known = true;
	return line;
}

/* Of the older names, what systemd uses on cgroup v2 where no newer one is set (its core/cgroup.c: cgroup_context_cpu_weight(),
 * cgroup_context_has_io_config(), unit_has_unified_memory_config()). */
static const struct {
	const char *older, *newer;
} successors[] = {
	{ "CPUShares", "CPUWeight" },
	{ "BlockIOWeight", "IOWeight" },
	{ "MemoryLimit", "MemoryMax" },
};

/* The line that says by a newer name what D says by an older one; NULL. */
static const struct unit_line *
successor(const struct import *im, const struct unit *unit, const struct directive *d)
{
	const struct unit_line *line = NULL;

	for (size_t i = 0; i < sizeof successors / sizeof successors[0]; i++)
		if (strcmp(successors[i].older, d->name) == 0)
			line = line_that_counts(im, unit, directive_find(d->section, successors[i].newer));
	return line != NULL && line->value[0] != '\0' && strcmp(line->value, "infinity") != 0 ? line : NULL;
}

const struct unit_line *
overruler(const struct import *im, const struct unit *unit, const struct unit_line *line)
{
	const struct directive *d = line->directive;
	const struct unit_line *counts = NULL;

	/* nothing is tried of what is said once */
	if (line != unit->said[directive_number(d)].last)
		counts = line_that_counts(im, unit, d);
	return counts != NULL && counts->number > line->number ? counts : successor(im, unit, d);
}

const char *
value_in_effect(const struct import *im, const struct unit *unit, const char *section, const char *name)
{
	const struct unit_line *line = line_that_counts(im, unit, directive_find(section, name));

	return line != NULL ? line->entry->value : "";
}
