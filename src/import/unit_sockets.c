/*
 * unit_sockets -- which socket belongs to which service.
 */
#include "import/unit.h"

#include <string.h>

/* Whether one of WORDS, parted by blanks, is the NAME of a unit of TYPE. */
static bool
has_unit(const char *words, const char *name, const char *type)
{
	size_t n = strlen(name), m = strlen(type);

	for (; *(words += strspn(words, " \t")) != '\0'; words += strcspn(words, " \t"))
		if (strncmp(words, name, n) == 0 && strncmp(words + n, type, m) == 0 &&
			strchr(" \t", words[n + m]) != NULL)
			return true;
	return false;
}

const char *
unit_sockets(const struct import *im, const struct unit *service)
{
	const char *names = "";

	for (const struct unit_line *line = service->first; line != NULL; line = line->next)
		if (strcmp(line->entry->directive, "Sockets") == 0)
			names = line->value[0] == '\0' ?
				"" :
				arena_printf(im->arena, "%s %s", names, unit_specify(service, im->arena, line->value));
	return names;
}

const char *
import_sockets(const struct import *im, const char *service)
{
	const struct unit *u = im->units;

	while (u != NULL && (u->is_socket || strcmp(u->name, service) != 0))
		u = u->next;
	return u != NULL ? unit_sockets(im, u) : "";
}

/* ---- ties, the closest first ---- */

typedef bool (*tie)(const struct import *im, const struct unit *service, const struct unit *socket);

/* systemd.socket(5), Service= */
static bool
is_named(const struct import *im, const struct unit *service, const struct unit *socket)
{
	return has_unit(unit_specify(socket, im->arena, unit_value(socket, "Service")), service->name, ".service");
}

static bool
is_namesake(const struct import *im, const struct unit *service, const struct unit *socket)
{
	(void)im;
	return strcmp(service->name, socket->name) == 0;
}

/* systemd.service(5), Sockets= */
static bool
asks_for(const struct import *im, const struct unit *service, const struct unit *socket)
{
	return has_unit(unit_sockets(im, service), socket->name, ".socket");
}

/* Whether the command of SERVICE names the address of SOCKET: where files were renamed, that still tells. */
static bool
names_address(const struct unit *service, const struct unit *socket)
{
	const char *address = unit_value(socket, "ListenStream");

	return address[0] == '/' && strstr(unit_value(service, "ExecStart"), address) != NULL;
}

/* Where nothing says it: the only one that names its address, or the only one. */
static struct unit *
guess(const struct import *im, const struct unit *socket)
{
	struct unit *only = NULL, *named = NULL;
	unsigned services = 0, naming = 0;

	for (struct unit *u = im->units; u != NULL; u = u->next) {
		if (u->is_socket)
			continue;
		only = u;
		services++;
		if (names_address(u, socket)) {
			named = u;
			naming++;
		}
	}
	if (naming == 1)
		return named;
	return services == 1 ? only : NULL;
}

struct unit *
unit_service_of(const struct import *im, const struct unit *socket)
{
	static const tie ties[] = { is_named, is_namesake, asks_for };

	for (size_t i = 0; i < sizeof ties / sizeof ties[0]; i++)
		for (struct unit *u = im->units; u != NULL; u = u->next)
			if (!u->is_socket && ties[i](im, u, socket))
				return u;
	return guess(im, socket);
}
