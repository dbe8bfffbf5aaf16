#include "conf/heading.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* What else lies where services have a directory each: in run_dir (supervisor/places, memory, shared), in log_dir
 * (watcher/chronicle, docket). */
bool
heading_is_taken(const char *name)
{
	static const char *const ours[] = { "control", "lock", "state", "state.new", "history.jsonl", "history.jsonl.1",
		"incidents.jsonl", "incidents.jsonl.1" };

	for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
		if (strcmp(name, ours[i]) == 0)
			return true;
	return false;
}

/* The name behind "gunicorn:"; "" when it will not do, after complaining. */
static const char *
section_name(struct build *b, struct build_place place, const char *words, const char *name)
{
	size_t n = strspn(name, CONF_NAME_LETTERS);

	/* The name becomes a directory, a word of commands and one of an environment: nothing that one of them takes for more
	 * than a name. */
	if (*name == '\0')
		build_complain(b, place, "a service needs a name: [%sNAME]", words);
	else if (name[n] != '\0' || name[0] == '.' || name[0] == '-')
		build_complain(b, place,
			"'%s' cannot be the name of a service: letters, digits, _ . @ and -, and no . or "
			"- in front",
			name);
	else if (n > CONF_NAME_MAX)
		build_complain(b, place, "the name '%s' is longer than %d letters", name, CONF_NAME_MAX);
	else if (heading_is_taken(name))
		build_complain(b, place, "'%s' cannot be the name of a service: a file of Bridle's own is called that",
			name);
	else
		return arena_copy(b->arena, name, n);
	return "";
}

/* What somebody may have meant by an unknown heading: the kind by its beginning, the name by its end. */
static bool
guess_section(struct build *b, struct build_place place, const char *words)
{
	static const struct {
		const char *word;
		enum conf_kind kind;
	} kinds[] = {
		{ "bridle", CONF_BRIDLE },
		{ "gunicorn", CONF_GUNICORN },
		{ "program", CONF_PROGRAM },
	};
	char first[16];
	size_t n = strcspn(words, ": \t");

	snprintf(first, sizeof first, "%.*s", (int)n, words);
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		const char *rest = words + n + strspn(words + n, ": \t");

		if (text_distance(first, kinds[i].word) > 2) /* more edits than that are another word */
			continue;
		if (kinds[i].kind == CONF_BRIDLE)
			build_complain(b, place, "unknown section [%s]: did you mean [bridle]?", words);
		else
			build_complain(b, place, "unknown section [%s]: did you mean [%s:%s]?", words, kinds[i].word,
				*rest == '\0' ? "NAME" : rest);
		b->section.kind = kinds[i].kind; /* so that its keys are looked at, too: all complaints at once */
		return true;
	}
	build_complain(b, place, "unknown section [%s]: expected [bridle], [gunicorn:NAME] or [program:NAME]", words);
	return false;
}

/* A [bridle] may stand in each file; the first place is the one that complaints name. */
void
heading_read(struct build *b, struct build_place place, const char *words)
{
	b->in_section = true;
	if (strcmp(words, "bridle") == 0) {
		b->section.kind = CONF_BRIDLE;
		if (b->bridle_place.line == 0)
			b->bridle_place = place;
	} else if (strncmp(words, "gunicorn:", 9) == 0) {
		b->section.kind = CONF_GUNICORN;
		b->section.name = section_name(b, place, words, words + 9);
	} else if (strncmp(words, "program:", 8) == 0) {
		b->section.kind = CONF_PROGRAM;
		b->section.name = section_name(b, place, words, words + 8);
	} else {
		b->in_section = guess_section(b, place, words);
		b->bad_section = !b->in_section;
	}
}
