#include "import/unit.h"

#include <stdlib.h>
#include <string.h>

#include "import/directives.h"
#include "import/hole.h"
#include "wire/unitfile.h"

static const char *
last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/* ---- which unit a file is of ---- */

static bool
ends_with(const char *words, const char *end)
{
	size_t n = strlen(words), m = strlen(end);

	return n >= m && strcmp(words + n - m, end) == 0;
}

/* The name of the unit that FILE is, or is a drop-in for: "x.service" of "/etc/systemd/system/x.service.d/y.conf". A conf.d is no
 * directory of drop-ins. */
static const char *
unit_file_name(struct arena *arena, const char *file)
{
	static const char *const types[] = { "service.d", "socket.d", "timer.d", "path.d" };
	const char *base = last_part(file), *directory;

	if (!ends_with(base, ".conf") || base == file)
		return base;
	directory = last_part(arena_copy(arena, file, (size_t)(base - file) - 1));
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		if (ends_with(directory, types[i]))
			return arena_copy(arena, directory, strlen(directory) - 2);
	return base;
}

static void
set_name(struct unit *unit, struct arena *arena, const char *file_name)
{
	const char *dot = strrchr(file_name, '.'), *at;
	size_t n = dot != NULL && dot != file_name ? (size_t)(dot - file_name) : strlen(file_name);

	unit->name = arena_copy(arena, file_name, n);
	at = strchr(unit->name, '@');
	unit->is_template = at != NULL;
	unit->prefix = at != NULL ? arena_copy(arena, unit->name, (size_t)(at - unit->name)) : unit->name;
	if (at != NULL && at[1] != '\0')
		unit->instance = at + 1;
}

static struct unit *
new_unit(struct import *im, struct unit made)
{
	struct unit *unit = arena_alloc(im->arena, sizeof *unit);

	made.said = unit != NULL ? arena_alloc(im->arena, DIRECTIVE_COUNT * sizeof *made.said) : NULL;
	if (made.said == NULL)
		return NULL;
	*unit = made;
	if (im->last_unit != NULL)
		im->last_unit->next = unit;
	else
		im->units = unit;
	im->last_unit = unit;
	return unit;
}

/* The unit that FILE is, or is more of: the one of that name, for a .conf of no directory the last one of its type, else a new
 * one, which *IS_NEW says. */
static struct unit *
unit_for(struct import *im, const char *file, bool is_socket, bool *is_new)
{
	const char *name = last_part(file);
	struct unit made = { .is_socket = is_socket }, *unit, *before = NULL;

	set_name(&made, im->arena, name);
	for (unit = im->units; unit != NULL; unit = unit->next) {
		if (unit->is_socket != is_socket)
			continue;
		if (strcmp(unit->name, made.name) == 0)
			return unit;
		before = unit;
	}
	if (ends_with(name, ".conf") && before != NULL)
		return before;
	*is_new = true;
	if (ends_with(name, ".conf"))
		made.dropin = arena_copy_string(im->arena, file);
	return new_unit(im, made);
}

/* ---- its lines ---- */

/* systemd replaces variables in commands only: elsewhere, a $ was somebody else's to replace. */
static enum hole_variables
variables_of(const char *directive)
{
	if (strncmp(directive, "Exec", 4) == 0)
		return HOLE_NO_VARIABLES;
	return strcmp(directive, "Environment") == 0 || strcmp(directive, "SetCredential") == 0 ? HOLE_CAPITALS :
												  HOLE_VARIABLES;
}

static void
append_line(struct unit *unit, struct unit_line *line)
{
	if (unit->last != NULL)
		unit->last->next = line;
	else
		unit->first = line;
	line->number = unit->last != NULL ? unit->last->number + 1 : 0;
	unit->last = line;
	if (line->directive != NULL) {
		struct unit_said *said = &unit->said[directive_number(line->directive)];

		line->same = said->last;
		said->last = line;
	}
}

static void
add_line(struct import *im, struct unit *unit, struct ledger_entry *entry)
{
	struct unit_line *line = arena_alloc(im->arena, sizeof *line);

	unit->is_short = unit->is_short || entry == NULL;
	if (line == NULL || entry == NULL)
		return;
	*line = (struct unit_line){ .entry = entry, .directive = directive_find(entry->section, entry->directive) };
	line->value = hole_mark(im->arena, entry->value, variables_of(entry->directive));
	append_line(unit, line);
	if (strcmp(entry->directive, "WantedBy") == 0 && strcmp(entry->value, "default.target") == 0)
		unit->is_users = true;
}

/* TEXT without the template statements ({% if x %}) around it. */
static const char *
without_statements(struct arena *arena, const char *text)
{
	const char *close, *open;

	while (strncmp(text, "{%", 2) == 0 && (close = strstr(text, "%}")) != NULL)
		for (text = close + 2; *text == ' ' || *text == '\t'; text++)
			;
	open = strstr(text, "{%");
	return open != NULL && ends_with(text, "%}") ? arena_copy(arena, text, (size_t)(open - text)) : text;
}

/* A line of a template that is no directive, or has one within: "{% if x %}Group=y{% endif %}". */
static void
add_template_line(struct import *im, struct unit *unit, const struct unitfile *u, const char *file)
{
	const char *text = without_statements(im->arena, u->text), *equals = strchr(text, '=');
	struct ledger_entry *entry;

	unit->has_statements = unit->has_statements || strncmp(u->text, "{%", 2) == 0 || strncmp(u->text, "<%", 2) == 0;
	if (equals != NULL && text[0] != '{') {
		size_t n = strcspn(text, " \t=");

		entry = import_entry(im, file, u->line, u->section, arena_copy(im->arena, text, n),
			equals + 1 + strspn(equals + 1, " \t"));
		add_line(im, unit, entry);
		return;
	}
	entry = ledger_add(&im->ledger, file, u->line, u->section, u->text, "");
	if (entry == NULL)
		return;
	if (strncmp(u->text, "{#", 2) == 0)
		ledger_settle(&im->ledger, entry, FATE_MEANINGLESS, "", "a comment of a template");
	else
		ledger_settle(&im->ledger, entry, FATE_LOST, "", "%s", hole_of_template);
}

static bool
is_template_line(const char *text)
{
	return strncmp(text, "{%", 2) == 0 || strncmp(text, "{#", 2) == 0 || strncmp(text, "{{", 2) == 0 ||
		strncmp(text, "<%", 2) == 0;
}

/* Whether BYTES have a heading [Socket], and no [Service]. */
static bool
looks_like_socket(const char *file, const char *bytes, size_t length)
{
	return ends_with(file, ".socket") ||
		(memmem(bytes, length, "[Socket]", 8) != NULL && memmem(bytes, length, "[Service]", 9) == NULL);
}

/* A line that had no effect where it was, which may be news to whoever wrote it. */
static void
settle_ignored(struct import *im, struct ledger_entry *entry, const char *why)
{
	if (entry == NULL)
		return;
	ledger_settle(&im->ledger, entry, FATE_MEANINGLESS, "", "%s", why);
	conf_complain(im->report, CONF_WARNING, entry->file, entry->line, "%s: %s", entry->directive, why);
}

/* [Socket] in a .service, [Service] in a .socket. A file of another name may hold both. */
static bool
is_of_another_type(const char *name, const char *section)
{
	return (strcmp(section, "Socket") == 0 && ends_with(name, ".service")) ||
		(strcmp(section, "Service") == 0 && ends_with(name, ".socket"));
}

/* Take one item; false at the end. */
static bool
take(struct import *im, struct unit *unit, struct unitfile *u, const char *file)
{
	struct err err;
	enum unitfile_item item = unitfile_next(u, &err);

	if (item == UNITFILE_END)
		return false;
	if (is_template_line(u->text))
		add_template_line(im, unit, u, file);
	else if (item == UNITFILE_ASSIGNMENT && is_of_another_type(unit_file_name(im->arena, file), u->section))
		settle_ignored(im, import_entry(im, file, u->line, u->section, u->name, u->value),
			"a section of another type of unit: systemd passes over it here");
	else if (item == UNITFILE_ASSIGNMENT)
		add_line(im, unit, import_entry(im, file, u->line, u->section, u->name, u->value));
	else if (item == UNITFILE_IGNORED)
		settle_ignored(im, ledger_add(&im->ledger, file, u->line, u->section, u->text, ""), err.text);
	else if (item == UNITFILE_BAD)
		import_broken(im, ledger_add(&im->ledger, file, u->line, u->section, u->text, ""), err.text);
	return true;
}

void
unit_read(struct import *im, struct unit *unit, const char *name, const char *bytes, size_t length)
{
	struct unitfile u;

	if (unit == NULL || !unitfile_init(&u, bytes, length)) {
		conf_complain(im->report, CONF_ERROR, name, 0, "not enough memory to read it");
		return;
	}
	if (ends_with(name, ".service") || ends_with(name, ".timer") || ends_with(name, ".path"))
		unit->file = arena_copy_string(im->arena, name);
	im->ledger.of = &unit->draft;
	while (take(im, unit, &u, name))
		;
	unitfile_release(&u);
}

void
unit_add(struct import *im, const char *name, const char *bytes, size_t length)
{
	const char *of = unit_file_name(im->arena, name);
	bool is_socket = looks_like_socket(of, bytes, length), is_new = false;
	struct unit *unit;

	if (of != last_part(name)) {
		unit_add_dropin(im, name, of, bytes, length);
		return;
	}
	unit = unit_for(im, name, is_socket, &is_new);
	unit_read(im, unit, name, bytes, length);
	if (is_new && unit != NULL)
		unit_take_dropins(im, unit);
}

struct unit *
unit_of_dropin(struct import *im, const char *file, const char *of, bool is_socket)
{
	struct unit made = { .is_socket = is_socket, .dropin = file }, *unit;

	set_name(&made, im->arena, of);
	for (unit = im->units; unit != NULL; unit = unit->next)
		if (unit->is_socket == is_socket && strcmp(unit->name, made.name) == 0)
			return unit;
	return new_unit(im, made);
}

const char *
unit_value(const struct unit *unit, const char *directive)
{
	const char *value = "";

	for (const struct unit_line *line = unit->first; line != NULL; line = line->next)
		if (strcmp(line->entry->directive, directive) == 0)
			value = line->entry->value;
	return value;
}

bool
unit_has_section(const struct unit *unit, const char *section)
{
	for (const struct unit_line *line = unit->first; line != NULL; line = line->next)
		if (strcmp(line->entry->section, section) == 0)
			return true;
	return false;
}
