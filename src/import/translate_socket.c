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

static const char to_gunicorn[] = "listeners are handed to a [gunicorn] only: the program must open its own";

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
		translate_settle(t, FATE_LOST, to_gunicorn);
	else if (strncmp(t->value, "[::]:", 5) == 0 && !is_ipv6_only(t->unit))
		translate_set(t, KEY_bind, arena_printf(t->import->arena, "%s 0.0.0.0:%s", t->value, t->value + 5),
			"systemd's takes IPv4 too; here each address has its own listener");
	else
		translate_set(t, KEY_bind, bind_of(t->import->arena, t->value), "");
}

/* The socket unit called NAME, "x.socket"; NULL when it was not given. */
static const struct unit *
socket_called(const struct import *im, const char *name)
{
	const struct unit *u = im->units;

	while (u != NULL && (!u->is_socket || strcmp(arena_printf(im->arena, "%s.socket", u->name), name) != 0))
		u = u->next;
	return u;
}

/* Sockets of other names than the service's. Their addresses stand in their own units. */
void
translate_sockets(struct translation *t)
{
	struct arena *arena = t->import->arena;
	const char *rest = t->value, *lost = "";
	char *word = arena_alloc(arena, strlen(rest) + 1);

	while (word != NULL && execline_next(&rest, word, NULL) == WORD_TAKEN) {
		const struct unit *socket = socket_called(t->import, word);

		if (socket == NULL)
			lost = arena_printf(arena, "%s%s was not given: its addresses are not known here. ", lost,
				hole_show(arena, word));
		else if (socket->draft != t->draft)
			lost = arena_printf(arena, "%s%s is the listener of %s, and no other service's. ", lost, word,
				socket->draft != NULL ? socket->draft->name : "another service");
	}
	if (lost[0] != '\0')
		ledger_settle(&t->import->ledger, t->entry, FATE_LOST, "", "%.*s", (int)strlen(lost) - 2, lost);
	else if (t->draft->kind == CONF_PROGRAM)
		translate_settle(t, FATE_LOST, to_gunicorn);
	else
		ledger_settle(&t->import->ledger, t->entry, FATE_KEPT, t->directive->key, "%s",
			"the addresses of its units");
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
