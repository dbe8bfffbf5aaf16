/*
 * environment.c -- a list in the order in which names came, searched from its beginning: there are some dozens of
 * variables, and they are put together when a configuration is loaded, not when a service is started.
 */
#include "conf/environment.h"

#include <string.h>

#include "conf/environment_file.h"
#include "conf/source.h"

/* Our marks, and those by which a process is told of listeners: one that was left over from whoever started us would have
 * it serve on descriptors that it has not got (gunicorn-facts 5.2, 5.4). */
bool
environment_is_reserved(const char *name, size_t length)
{
	static const char *const prefixes[] = { "BRIDLE_", "LISTEN_" };
	static const char *const names[] = { "GUNICORN_PID", "GUNICORN_FD" };

	for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
		if (length >= strlen(prefixes[i]) && strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
			return true;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (length == strlen(names[i]) && strncmp(name, names[i], length) == 0)
			return true;
	return false;
}

/* Of what we were started with. GUNICORN_PID and GUNICORN_FD would make it a second master, LISTEN_* and NOTIFY_SOCKET are for
 * us (gunicorn-facts 10), and what systemd says of its unit (systemd.exec(5)) is not true of a service of ours: a program that
 * writes to STATE_DIRECTORY, or reads CREDENTIALS_DIRECTORY, would take bridled's for its own. */
static bool
is_scrubbed(const char *assignment)
{
	static const char *const prefixes[] = { "GUNICORN_", "LISTEN_", "NOTIFY_SOCKET=", "WATCHDOG_", "BRIDLE_",
		"INVOCATION_ID=", "JOURNAL_STREAM=", "SYSTEMD_EXEC_PID=", "MEMORY_PRESSURE_",
		"MAINPID=", "MANAGERPID=", "FDSTORE=", "CREDENTIALS_DIRECTORY=", "RUNTIME_DIRECTORY=",
		"STATE_DIRECTORY=", "CACHE_DIRECTORY=", "LOGS_DIRECTORY=", "CONFIGURATION_DIRECTORY=" };

	for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
		if (strncmp(assignment, prefixes[i], strlen(prefixes[i])) == 0)
			return true;
	return strchr(assignment, '=') == NULL;
}

/* Where NAME of LENGTH bytes is; env->words.count when it is not there. */
static uint32_t
position_of(const struct environment *env, const char *name, size_t length)
{
	uint32_t i;

	for (i = 0; i < env->words.count; i++)
		if (strncmp(env->words.at[i], name, length) == 0 && env->words.at[i][length] == '=')
			break;
	return i;
}

/* In the place of the old one, so that the order stays: LISTEN_FDS is to be the last (gunicorn-facts 5.2). */
void
environment_put(struct environment *env, const char *assignment, size_t name_length)
{
	uint32_t i = position_of(env, assignment, name_length);

	if (i == env->words.count)
		wordlist_add(&env->words, assignment);
	else
		env->words.at[i] = assignment;
}

/* "NAME" alone has been refused by whoever read it (value_is_name and a =). */
void
environment_assign(struct environment *env, const char *assignment)
{
	environment_put(env, arena_copy_string(env->words.arena, assignment), strcspn(assignment, "="));
}

void
environment_set(struct environment *env, const char *name, const char *value)
{
	environment_put(env, arena_printf(env->words.arena, "%s=%s", name, value), strlen(name));
}

/* Those behind it move up: order is kept. */
void
environment_unset(struct environment *env, const char *name)
{
	uint32_t i = position_of(env, name, strlen(name));

	if (i == env->words.count)
		return;
	env->words.count--;
	memmove(env->words.at + i, env->words.at + i + 1, (env->words.count - i) * sizeof *env->words.at);
}

const char *
environment_get(const struct environment *env, const char *name)
{
	uint32_t i = position_of(env, name, strlen(name));

	return i == env->words.count ? NULL : env->words.at[i] + strlen(name) + 1;
}

void
environment_init(struct environment *env, struct arena *arena, char *const *base)
{
	*env = (struct environment){ .words.arena = arena };
	for (; base != NULL && *base != NULL; base++)
		if (!is_scrubbed(*base))
			environment_put(env, *base, strcspn(*base, "="));
}

/* ---- files ---- */

bool
environment_read_file(struct environment *env, const char *path, uid_t owner, struct err *err)
{
	struct source source;
	bool ok;

	if (!source_load(&source, path, owner, err))
		return false;
	ok = source.length <= ENVIRONMENT_FILE_MAX || err_set(err, 0, "'%s' is too large for variables", path);
	ok = ok && environment_take(env, path, source.bytes, err);
	source_release(&source);
	return ok;
}

bool
environment_read_text(struct environment *env, const char *name, const char *text, size_t length, struct err *err)
{
	struct source source;
	bool ok;

	if (!source_copy(&source, name, text, length, err))
		return false;
	ok = environment_take(env, name, source.bytes, err);
	source_release(&source);
	return ok;
}
