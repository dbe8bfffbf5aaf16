#include "import/habits.h"

#include <string.h>

/* A unix listener is open to everybody on the machine: systemd's has mode 0666 (systemd.socket(5), SocketMode=), Gunicorn's
 * own 0777 but for its umask, which is 0 (sock.py). With our 0660, a web server that is in neither group would be locked
 * out. */
static void
carry_mode(struct draft *d)
{
	struct err err;
	bool is_unix = false;

	for (const struct draft_setting *s = d->first; s != NULL; s = s->next)
		is_unix = is_unix || (s->key == KEY_bind && strstr(s->value, "unix:") != NULL);
	if (is_unix && !draft_has(d, KEY_socket_mode))
		draft_set(d, KEY_socket_mode, arena_printf(d->arena, "%04o", 0666 & ~d->listener_umask),
			"as it was. With socket_group = that of the web server, 0660 is enough", &err);
}

/* An activated environment stands in front of PATH, whatever that was set to before; ours gives way to `environment`. */
static void
carry_path(struct draft *d)
{
	const char *venv = draft_get(d, KEY_virtualenv), *path = NULL;
	struct err err;

	for (uint32_t i = 0; i < d->variables.count; i++)
		if (strncmp(d->variables.at[i], "PATH=", 5) == 0)
			path = d->variables.at[i] + 5;
	if (venv[0] == '\0' || path == NULL || strncmp(path, venv, strlen(venv)) == 0)
		return;
	draft_set(d, KEY_environment, draft_quote(d->arena, arena_printf(d->arena, "PATH=%s/bin:%s", venv, path)),
		"the virtual environment in front, as its activation puts it", &err);
}

void
habits_carry(struct draft *d)
{
	if (d->kind != CONF_GUNICORN)
		return;
	carry_mode(d);
	carry_path(d);
}
