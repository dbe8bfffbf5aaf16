/*
 * What must be there before a service, and what is to be so: order among units, and conditions.
 */
#include "import/translate.h"

#include <string.h>

#include "import/directives.h"
#include "import/hole.h"
#include "import/unit.h"
#include "wire/execline.h"

/* ---- order ---- */

/* What is there when bridled is, or what Bridle does itself. */
static bool
is_always_there(const struct translation *t, const char *name)
{
	static const char *const names[] = { "network.target", "network-online.target", "network-pre.target",
		"nss-lookup.target", "nss-user-lookup.target", "syslog.target", "syslog.service", "syslog.socket",
		"systemd-journald.socket", "basic.target", "sysinit.target", "local-fs.target", "remote-fs.target",
		"time-sync.target", "time-set.target", "multi-user.target", "graphical.target", "default.target",
		"shutdown.target", "systemd-tmpfiles-setup.service", "-.mount", "systemd-user-sessions.service",
		"rsyslog.service", "sockets.target", "timers.target", "paths.target", "getty.target", "swap.target",
		"local-fs-pre.target", "remote-fs-pre.target", "cryptsetup.target", "slices.target", "-.slice",
		"system.slice", "dbus.service", "dbus.socket", "systemd-journald.service", "systemd-resolved.service",
		"systemd-networkd.service", "systemd-networkd-wait-online.service", "systemd-udevd.service",
		"systemd-remount-fs.service", "networking.service", "network.service", "NetworkManager.service",
		"NetworkManager-wait-online.service", "cloud-init.target", "cloud-config.target" };
	size_t n = strlen(name);

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	/* its own socket, even where a copy of the file is called otherwise */
	for (const struct unit *u = t->import->units; u != NULL; u = u->next)
		if (u->is_socket && u->draft == t->draft && n > 7 && strcmp(name + n - 7, ".socket") == 0)
			return true;
	return false;
}

/* What NAME, a unit that is imported with this one, becomes; NULL. */
static struct draft *
imported(const struct translation *t, const char *name)
{
	size_t n = strlen(name);

	if (n <= 8 || strcmp(name + n - 8, ".service") != 0)
		return NULL;
	for (const struct unit *u = t->import->units; u != NULL; u = u->next)
		if (!u->is_socket && u->draft != NULL && u->draft != t->draft && strlen(u->name) == n - 8 &&
			strncmp(u->name, name, n - 8) == 0)
			return u->draft;
	return NULL;
}

/* Of one before which this one comes, it is the other that waits. */
static void
come_before(struct translation *t, struct draft *other, const char **known)
{
	struct err err;

	if (draft_set(other, KEY_after, t->draft->name, "", &err))
		*known = arena_printf(t->import->arena, "%s%s%s", *known, (*known)[0] != '\0' ? " " : "", other->name);
}

void
translate_order(struct translation *t)
{
	const char *rest = t->value, *missing = "", *sockets = "", *known = "";
	bool before = strcmp(t->directive->name, "Before") == 0;
	struct arena *arena = t->import->arena;
	char *word = arena_alloc(arena, strlen(rest) + 1);

	while (word != NULL && execline_next(&rest, word, NULL) == WORD_TAKEN) {
		size_t n = strlen(word);
		bool is_socket = n > 7 && strcmp(word + n - 7, ".socket") == 0;
		const char *shown = hole_show(arena, word);

		if (is_always_there(t, word))
			continue;
		if (t->directive->key[0] != '\0' && imported(t, word) != NULL) {
			struct draft *other = imported(t, word);

			if (before)
				come_before(t, other, &known);
			else
				known = arena_printf(arena, "%s%s%s", known, known[0] != '\0' ? " " : "", other->name);
			continue;
		}
		if (is_socket && strcmp(t->directive->name, "After") != 0)
			sockets = arena_printf(arena, "%s%s%s", sockets, sockets[0] != '\0' ? " " : "", shown);
		else if (!is_socket)
			missing = arena_printf(arena, "%s%s%s", missing, missing[0] != '\0' ? " " : "", shown);
	}
	if (known[0] != '\0' && before)
		ledger_settle(&t->import->ledger, t->entry, FATE_KEPT, "after", "of %s", known);
	else if (known[0] != '\0')
		translate_set(t, translate_key(t), known, "");
	if (t->value[0] == '\0')
		translate_settle(t, FATE_MEANINGLESS, "it only empties what stood before it");
	else if (missing[0] != '\0' && strchr(t->value, ',') != NULL && strchr(t->value, ' ') == NULL)
		translate_settle(t, FATE_MEANINGLESS,
			"systemd passes over it: names are parted by blanks, not by commas");
	else if (missing[0] != '\0')
		ledger_settle(&t->import->ledger, t->entry, FATE_LOST, "", "%s: %s", missing, t->directive->reason);
	else if (sockets[0] != '\0')
		ledger_settle(&t->import->ledger, t->entry, FATE_LOST, "",
			"%s was not given: name its file beside this one, so "
			"that its addresses become bind",
			sockets);
	else if (known[0] == '\0')
		translate_settle(t, FATE_IMPLIED,
			"Bridle opens the listeners of its services itself, and bridled is started when "
			"the machine is up");
}

/* ---- conditions ---- */

/* The end of a directive's name, behind Condition or Assert, and the command that tells. */
static const struct {
	const char *name, *command;
} tests[] = {
	{ "PathExists", "test -e" },
	{ "PathIsDirectory", "test -d" },
	{ "PathIsSymbolicLink", "test -L" },
	{ "PathIsMountPoint", "mountpoint -q" },
	{ "PathIsReadWrite", "test -w" },
	{ "PathIsSocket", "test -S" },
	{ "FileNotEmpty", "test -s" },
	{ "FileIsExecutable", "test -x" },
};

static const char *
test_of(const char *directive)
{
	size_t n = strncmp(directive, "Assert", 6) == 0 ? 6 : strlen("Condition");

	for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++)
		if (strcmp(tests[i].name, directive + n) == 0)
			return tests[i].command;
	return NULL;
}

/* "!" turns it round; of those with a "|" one is enough, which a list of commands cannot say (systemd.unit(5)). systemd looks as
 * root, whoever the service is. */
void
translate_condition(struct translation *t)
{
	const char *path = t->value, *command = test_of(t->directive->name);
	bool is_one_of_many = path[0] == '|', is_not;
	struct arena *arena = t->import->arena;

	path += is_one_of_many;
	is_not = path[0] == '!';
	path += is_not;
	if (path[0] == HOLE_OPEN)
		path = arena_printf(arena, "/%s", path);
	if (path[0] != '/')
		translate_settle(t, FATE_MEANINGLESS, "not an absolute path: systemd passes over it");
	else if (is_one_of_many)
		translate_settle(t, FATE_LOST,
			"of several with | one is enough, which exec_condition cannot say: it is not looked at");
	else if (is_not && strncmp(command, "test ", 5) == 0)
		translate_set(t, translate_key(t),
			arena_printf(arena, "+test ! %s %s", command + 5, draft_quote(arena, path)),
			t->directive->reason);
	else if (is_not)
		translate_set(t, translate_key(t),
			arena_printf(arena, "+/bin/sh -c %s sh %s",
				draft_quote(arena, arena_printf(arena, "! %s \"$1\"", command)),
				draft_quote(arena, path)),
			t->directive->reason);
	else
		translate_set(t, translate_key(t), arena_printf(arena, "+%s %s", command, draft_quote(arena, path)),
			t->directive->reason);
}
