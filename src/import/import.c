#include "import/import.h"

#include <ctype.h>
#include <string.h>

#include "import/habits.h"
#include "import/hole.h"
#include "import/launch.h"
#include "import/sources.h"
#include "import/unit.h"
#include "wire/jsonr.h"

bool
import_init(struct import *im, struct conf_report *report)
{
	*im = (struct import){ .arena = arena_new(), .report = report };
	im->ledger.arena = im->arena;
	return im->arena != NULL;
}

void
import_release(struct import *im)
{
	arena_free(im->arena);
	im->arena = NULL;
}

void
import_broken(struct import *im, struct ledger_entry *entry, const char *why)
{
	conf_complain(im->report, CONF_ERROR, entry->file, entry->line, "%s%s%s", entry->directive,
		entry->directive[0] != '\0' ? ": " : "", why);
	ledger_settle(&im->ledger, entry, FATE_LOST, "", "broken: %s", why);
}

struct ledger_entry *
import_entry(struct import *im, const char *file, unsigned line, const char *section, const char *directive,
	const char *value)
{
	bool too_long = strlen(value) > IMPORT_VALUE_MAX;
	struct ledger_entry *entry = ledger_add(&im->ledger, file, line, section, directive, too_long ? "" : value);

	if (!too_long || entry == NULL)
		return entry;
	import_broken(im, entry, "it is longer than anything that could be carried over");
	return NULL;
}

static const char too_many[] = "more services than a configuration holds";

static struct draft *
draft_called(const struct import *im, const char *name)
{
	struct draft *d = im->drafts;

	while (d != NULL && strcmp(d->name, name) != 0)
		d = d->next;
	return d;
}

/* NAME, or with a number behind it when it is taken. The first that has it counts, so that thousands are named as fast. */
static const char *
free_name(struct import *im, const char *name)
{
	struct draft *namesake = draft_called(im, name);
	const char *chosen = name;

	while (namesake != NULL && draft_called(im, chosen) != NULL)
		chosen = arena_printf(im->arena, "%.*s-%u", CONF_NAME_MAX - 6, name, ++namesake->namesakes + 1);
	return chosen;
}

struct draft *
import_draft(struct import *im, enum conf_kind kind, const char *name)
{
	struct draft *d;

	if (im->draft_count++ == CONF_SERVICES_MAX)
		conf_complain(im->report, CONF_ERROR, "", 0, "%s", too_many);
	if (im->draft_count > CONF_SERVICES_MAX)
		return NULL;
	d = arena_alloc(im->arena, sizeof *d);
	if (d == NULL)
		return NULL;
	draft_init(d, im->arena, kind, name);
	d->name = free_name(im, d->name);
	if (im->last_draft != NULL)
		im->last_draft->next = d;
	else
		im->drafts = d;
	im->last_draft = d;
	return d;
}

/* ---- which kind of file it is ---- */

enum kind { KIND_UNIT, KIND_SUPERVISORD, KIND_PROCFILE, KIND_OURS, KIND_UNKNOWN };

static bool
is_supervisords(const char *heading)
{
	static const char *const names[] = { "[program:", "[supervisor", "[group:", "[unix_http_server]",
		"[inet_http_server]", "[eventlistener:", "[fcgi-program:", "[rpcinterface:", "[include]" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strncmp(heading, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

/* "name: command", as of a Procfile, which needs no blank; "https://" is none. */
static bool
is_process_line(const char *line)
{
	size_t n = strspn(line, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");

	return n > 0 && line[n] == ':' && strchr(":/=\r\n", line[n + 1]) == NULL;
}

/* One is called so (Procfile, Procfile.dev). Whatever else has but lines "name: command", with a blank behind the colon, must
 * name a process "web", as nearly every one does: accounts, addresses and YAML have colons, too. */
static bool
is_procfile(const char *name, const char *text)
{
	bool is_called = strcasestr(launch_base(name), "procfile") != NULL, has_web = false;

	for (; *text != '\0'; text += strcspn(text, "\n"), text += *text == '\n') {
		const char *line = text + strspn(text, " \t\r");
		bool is_process = is_process_line(line);

		if (strchr("#{\n", *line) != NULL)
			continue;
		if (is_called && is_process)
			return true;
		if (!is_called && (line != text || !is_process || strchr(" \t", line[strcspn(line, ":") + 1]) == NULL))
			return false;
		has_web = has_web || strncmp(line, "web:", 4) == 0;
	}
	return has_web;
}

/* The first heading tells; a unit may begin with lines of a template. */
static enum kind
kind_of(const char *name, const char *text)
{
	for (const char *line = text; *line != '\0'; line += strcspn(line, "\n"), line += *line == '\n') {
		line += strspn(line, " \t");
		if (strncmp(line, "[gunicorn:", 10) == 0 || strncmp(line, "[bridle]", 8) == 0)
			return KIND_OURS;
		if (*line == '[')
			return is_supervisords(line) ? KIND_SUPERVISORD : KIND_UNIT;
	}
	return is_procfile(name, text) ? KIND_PROCFILE : KIND_UNKNOWN;
}

/* What a file was taken for stands behind its name, for whoever expected another. */
static const char *const kind_names[] = {
	[KIND_UNIT] = "a unit",
	[KIND_SUPERVISORD] = "supervisord's",
	[KIND_PROCFILE] = "a Procfile",
	[KIND_OURS] = "Bridle's",
	[KIND_UNKNOWN] = "unknown",
};

void
import_add_text(struct import *im, const char *name, const char *bytes, size_t length)
{
	size_t mark =
		length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0; /* as editors of Windows begin with */
	/* what stands behind a NUL would not be seen by whoever looks for the kind; the readers refuse it with its line */
	const char *text = arena_copy(im->arena, bytes + mark, length - mark);
	enum kind kind = kind_of(name, text);

	bytes += mark;
	length -= mark;
	im->ledger.source = arena_printf(im->arena, "%s (%s)", name, kind_names[kind]);
	im->ledger.of = NULL;
	if (length > IMPORT_SIZE_MAX) {
		conf_complain(im->report, CONF_ERROR, name, 0, "larger than any unit: more than %d bytes",
			IMPORT_SIZE_MAX);
		return;
	}
	switch (kind) {
	case KIND_UNIT: unit_add(im, name, bytes, length); break;
	case KIND_SUPERVISORD: supervisord_add(im, name, bytes, length); break;
	case KIND_PROCFILE: procfile_add(im, name, bytes, length); break;
	case KIND_OURS: conf_complain(im->report, CONF_ERROR, name, 0, "a configuration of Bridle's already"); break;
	case KIND_UNKNOWN:
		conf_complain(im->report, CONF_ERROR, name, 0,
			"neither a unit of systemd, nor a file of supervisord, nor a Procfile: it has no [section], is not "
			"called Procfile, nor has it but lines \"name: command\", one of them for web (a command line, such "
			"as that of a compose file, is given with --command)");
		break;
	}
}

/* ---- command lines ---- */

/* LINE behind what says where it comes from. Sets *NAME when it is that of a process. */
static const char *
behind_label(struct arena *arena, const char *line, const char **name)
{
	static const char *const labels[] = { "CMD", "ENTRYPOINT", "command", "startCommand", "entrypoint", "start",
		"run" };
	size_t n = strcspn(line, ": \t=");
	const char *rest = line + n + strspn(line + n, " \t");
	bool is_label = false;

	for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++)
		is_label = is_label || (strlen(labels[i]) == n && strncmp(labels[i], line, n) == 0);
	if (n == 0 || line[n] == '\0')
		return line;
	if (*rest == ':' || (*rest == '=' && rest[1] == ' ')) {
		if (!is_label && is_process_line(arena_printf(arena, "%.*s: ", (int)n, line)))
			*name = arena_copy(arena, line, n);
		else if (!is_label)
			return line;
		return rest + 1 + strspn(rest + 1, " \t");
	}
	return is_label && isupper((unsigned char)line[0]) ? rest : line;
}

void
import_add_command(struct import *im, const char *line)
{
	const char *name = "web", *command;
	struct ledger_entry *entry;

	im->ledger.source = "a command line";
	im->ledger.of = NULL;
	entry = import_entry(im, "", 0, "", "command", line);
	if (entry == NULL)
		return;
	for (const char *c = line; *c != '\0'; c++)
		if ((unsigned char)*c < 0x20 && *c != '\n' && *c != '\t') {
			import_broken(im, entry, "a control character");
			return;
		}
	command = behind_label(im->arena, line + strspn(line, " \t\n"), &name);
	procfile_command(im, import_draft(im, CONF_GUNICORN, name), entry, command);
}

/* What is for a service that there was no room for. */
static void
settle_surplus(struct import *im)
{
	for (struct ledger_entry *e = im->ledger.first; e != NULL; e = e->next)
		if (e->fate == FATE_OPEN)
			ledger_settle(&im->ledger, e, FATE_LOST, "", "%s", too_many);
}

bool
import_finish(struct import *im)
{
	systemd_translate(im);
	if (im->draft_count > CONF_SERVICES_MAX)
		settle_surplus(im);
	for (struct draft *d = im->drafts; d != NULL; d = d->next)
		habits_carry(d);
	return !arena_failed(im->arena);
}
