/*
 * The socket unit: its addresses are the service's.
 */
#include "import/translate.h"

#include <string.h>
#include <strings.h>

#include "import/directives.h"
#include "import/hole.h"
#include "import/unit.h"
#include "wire/execline.h"

/* VALUE of ListenStream as bind has it: a number is a port of every address, of both families (systemd.socket(5)). */
static const char *
bind_of(struct arena *arena, const char *value)
{
	if (value[0] == '/')
		return draft_quote(arena, arena_printf(arena, "unix:%s", value));
	if (value[0] == HOLE_OPEN)
		return arena_printf(arena, "unix:/%s", value);
	if (strspn(value, "0123456789") == strlen(value))
		return arena_printf(arena, "0.0.0.0:%s [::]:%s", value, value);
	return value;
}

/* Whether the socket unit wants an IPv6 listener to stay one. */
static bool
is_ipv6_only(const struct unit *unit)
{
	bool is = false;

	for (const struct unit_line *line = unit->first; line != NULL; line = line->next)
		if (strcmp(line->entry->directive, "BindIPv6Only") == 0)
			is = strcmp(line->value, "ipv6-only") == 0;
	return is;
}

void
translate_listen(struct translation *t)
{

	if (t->value[0] == '@')
		translate_settle(t, FATE_LOST, "an abstract socket is not opened: Gunicorn cannot serve one");
	else if (strncmp(t->value, "vsock:", 6) == 0)
		translate_settle(t, FATE_LOST, "the socket is not opened: Gunicorn serves unix and TCP only");
	else if (t->draft->kind == CONF_PROGRAM)
		translate_settle(t, FATE_LOST,
			"listeners are handed to a [gunicorn] only: the program must open its own");
	else if (strncmp(t->value, "[::]:", 5) == 0 && !is_ipv6_only(t->unit))
		translate_set(t, KEY_bind, arena_printf(t->import->arena, "%s 0.0.0.0:%s", t->value, t->value + 5),
			"systemd's takes IPv4 too; here each address has its own listener");
	else
		translate_set(t, KEY_bind, bind_of(t->import->arena, t->value), "");
}

void
translate_accept(struct translation *t)
{
	if (strcasecmp(t->value, "yes") == 0 || strcasecmp(t->value, "true") == 0)
		translate_settle(t, FATE_LOST,
			"a process for each connection is not started: the listener itself is handed over");
	else
		translate_as_listed(t);
}

void
translate_bind_ipv6(struct translation *t)
{
	if (strcmp(t->value, "ipv6-only") == 0)
		translate_settle(t, FATE_IMPLIED, "an IPv6 listener takes IPv6 only");
	else
		translate_settle(t, FATE_IMPLIED, "0.0.0.0 has a listener beside that of [::]");
}

/* The mode of directories that systemd makes on the way to a socket file: see systemd.c for whose they are here. */
void
translate_socket_directory(struct translation *t)
{
	struct err err;

	if (draft_has(t->draft, KEY_runtime_directory_mode) || !draft_has(t->draft, KEY_runtime_directory))
		translate_as_listed(t);
	else if (draft_set(t->draft, KEY_runtime_directory_mode, t->value, "", &err))
		ledger_settle(&t->import->ledger, t->entry, FATE_KEPT, "runtime_directory_mode",
			"of runtime_directory");
	else
		ledger_settle(&t->import->ledger, t->entry, FATE_LOST, "", "%s", err.text);
}
