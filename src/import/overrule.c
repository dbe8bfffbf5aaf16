#include "import/overrule.h"

#include <string.h>

#include "conf/values.h"
#include "import/directives.h"

/* Whether each line of the directive counts, and not only the last one. */
static bool
is_list(const struct directive *d)
{
	if (d->key[0] != '\0' && d->translate != translate_output && d->translate != translate_cpus)
		return key_places[key_id(key_find(d->key))].kind->joined;
	return d->translate == translate_none || d->translate == translate_cpus || d->translate == translate_order ||
		d->translate == translate_exec_reload || d->translate == translate_exec_stop;
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

/* Whether LINE takes the effect of those before it away. */
static bool
overrules(const struct import *im, const struct unit *unit, struct unit_line *line, const struct directive *d)
{
	if (line->value[0] == '\0' || is_list(d))
		return line->value[0] == '\0';
	if (!line->was_tried)
		line->is_passed_over = is_passed_over(im, unit, line, d);
	line->was_tried = true;
	return !line->is_passed_over;
}

const struct unit_line *
overruler(const struct import *im, const struct unit *unit, const struct unit_line *line, const struct directive *d)
{
	const struct unit_line *last = NULL;

	for (struct unit_line *l = line->next; l != NULL; l = l->next)
		if (strcmp(l->entry->directive, line->entry->directive) == 0 &&
			strcmp(l->entry->section, line->entry->section) == 0 && overrules(im, unit, l, d))
			last = l;
	return last;
}
