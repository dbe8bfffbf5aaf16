/*
 * command.c -- words are collected in an arena, then laid out in one block of exactly the size that they take. The words of
 * bridled's own environment are not copied: thousands of services share them.
 */
#include "conf/command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "conf/environment.h"
#include "conf/environment_file.h"
#include "conf/find.h"
#include "conf/flags.h"
#include "conf/hook.h"
#include "conf/wordlist.h"
#include "os/account.h"

static const char zeros[] = "0000000000"; /* a slot: ten digits */

struct draft {
	struct arena *arena;
	const struct conf_section *section;
	const struct conf_service *service;
	struct conf_version gunicorn;
	uint16_t statsd_port;
	const struct conf_base *base;
	struct wordlist argv;
	uint32_t workers_at; /* where --workers is in argv; 0: nowhere */
	struct environment env, own;
	bool has_tmpdir;
	struct err *err;
};

/* --proxy-protocol may stand without a value, and would take the application for one: --workers is between. */
static void
draft_gunicorn(struct draft *d, uint32_t listeners)
{
	flags_add(&d->argv, d->section, d->service, d->gunicorn, listeners > 0, d->statsd_port);
	d->workers_at = d->argv.count;
	wordlist_add(&d->argv, arena_printf(d->arena, "--workers=%s", zeros));
	wordlist_add_all(&d->argv, d->service->args);
	if (d->service->app[0] != '\0')
		wordlist_add(&d->argv, d->service->app);
}

/* ---- environment ---- */

/* What login(1) would set, as systemd does (systemd.exec(5), User=). */
static bool
set_account(struct draft *d, uid_t *owner)
{
	struct account account;

	*owner = (uid_t)-1;
	if (d->service->user[0] == '\0')
		return true;
	if (!account_find(&account, d->service->user, d->service->group, d->err))
		return err_prefix(d->err, "%s", d->service->name);
	*owner = account.uid;
	if (account.name[0] == '\0')
		return true; /* a number without an entry in passwd */
	environment_set(&d->env, "HOME", account.home);
	environment_set(&d->env, "USER", account.name);
	environment_set(&d->env, "LOGNAME", account.name);
	environment_unset(&d->env, "SHELL");
	if (account.shell[0] != '\0')
		environment_set(&d->env, "SHELL", account.shell);
	/* root's, which the service could not enter */
	environment_unset(&d->env, "XDG_RUNTIME_DIR");
	return true;
}

static void
set_place(struct draft *d)
{
	const struct conf_service *s = d->service;

	/* the shell's view of where we were started, not of where the service is */
	environment_unset(&d->env, "OLDPWD");
	environment_unset(&d->env, "_");
	environment_unset(&d->env, "PWD");
	if (s->directory[0] != '\0')
		environment_set(&d->env, "PWD", s->directory);
	if (environment_get(&d->env, "PATH") == NULL)
		environment_set(&d->env, "PATH", FIND_PATH_DEFAULT);
	if (s->kind != CONF_GUNICORN)
		return;
	/* or masters of 20.1 to 23.0 die when standard error backs up */
	environment_set(&d->env, "PYTHONUNBUFFERED", "1");
	if (s->virtualenv[0] == '\0')
		return;
	environment_set(&d->env, "VIRTUAL_ENV", s->virtualenv);
	environment_set(&d->env, "PATH",
		arena_printf(d->arena, "%s/bin:%s", s->virtualenv, environment_get(&d->env, "PATH")));
	environment_unset(&d->env, "PYTHONHOME"); /* as bin/activate does: it would win over the virtual environment */
}

static bool
read_environment_files(struct draft *d, uid_t owner)
{
	const struct conf_words *files = &d->service->environment_file;

	for (uint32_t i = 0; i < files->count; i++) {
		const char *path = files->at[i];
		bool may_miss = path[0] == '-';

		/* systemd.exec(5), EnvironmentFile=: with a - it may be missing. One that is there and cannot be read is
		 * an error all the same */
		if (!environment_read_file(&d->env, path + may_miss, owner, d->err) &&
			!(may_miss && d->err->code == ENOENT))
			return err_prefix(d->err, "%s: environment_file", d->service->name);
	}
	return true;
}

static void
begin_environment(struct environment *env, const struct draft *d)
{
	environment_init(env, d->arena, d->base->at);
	for (char *const *made = d->base->made; made != NULL && *made != NULL; made++)
		environment_put(env, *made, strcspn(*made, "="));
}

/* What the user set comes over what we guess, and what we know over both. */
static bool
draft_environment(struct draft *d)
{
	const char *tmpdir;
	uid_t owner; /* whose files are read beside root's: the user's own */

	begin_environment(&d->env, d);
	tmpdir = environment_get(&d->env, "TMPDIR");
	if (!set_account(d, &owner))
		return false;
	set_place(d);
	for (uint32_t i = 0; i < d->service->environment.count; i++)
		environment_assign(&d->env, d->service->environment.at[i]);
	if (!read_environment_files(d, owner))
		return false;
	for (uint32_t i = 0; i < d->service->unset_environment.count; i++)
		environment_unset(&d->env, d->service->unset_environment.at[i]);
	/* the same pointer: nobody has set it for this service */
	d->has_tmpdir = d->service->kind == CONF_GUNICORN && d->gunicorn.major >= 25 &&
		environment_get(&d->env, "TMPDIR") == tmpdir;
	return true;
}

/* What of it is not to be had for commands that run as root, a file of the service's user, say, is left out. */
static void
draft_own(struct draft *d)
{
	const struct conf_service *s = d->service;
	struct environment *own = &d->own;
	struct err err;

	begin_environment(own, d);
	environment_unset(own, "OLDPWD");
	environment_unset(own, "_");
	environment_unset(own, "PWD");
	environment_unset(own, "CREDENTIALS_DIRECTORY"); /* which only the service's processes see */
	if (environment_get(own, "PATH") == NULL)
		environment_set(own, "PATH", FIND_PATH_DEFAULT);
	for (uint32_t i = 0; i < s->environment.count; i++)
		environment_assign(own, s->environment.at[i]);
	for (uint32_t i = 0; i < s->environment_file.count; i++) {
		const char *path = s->environment_file.at[i];

		/* nobody's file but root's, and none is missed: the service's own environment has complained of that */
		environment_read_file(own, path + (path[0] == '-'), (uid_t)-1, &err);
	}
	for (uint32_t i = 0; i < s->unset_environment.count; i++)
		environment_unset(own, s->unset_environment.at[i]);
}

static void
draft_mark(struct environment *env, const struct conf_service *s, const char *run_dir)
{
	environment_set(env, "BRIDLE_SERVICE", s->name);
	environment_set(env, "BRIDLE_RUN_DIR", run_dir);
}

/* Behind everything else: nobody can have set these (environment_is_reserved), and LISTEN_FDS is not the first. */
static void
draft_marks(struct draft *d, uint32_t listeners, const char *run_dir)
{
	draft_mark(&d->env, d->service, run_dir);
	environment_set(&d->env, "BRIDLE_GENERATION", zeros);
	/* 25 and later end whoever is named by a pid file in TMPDIR (gunicorn-facts 8): each generation has its own */
	if (d->has_tmpdir)
		environment_set(&d->env, "TMPDIR",
			arena_printf(d->arena, "%s/%s/tmp.%s", run_dir, d->service->name, zeros));
	if (d->service->kind == CONF_PROGRAM && d->service->type == CONF_TYPE_NOTIFY)
		environment_set(&d->env, "NOTIFY_SOCKET",
			arena_printf(d->arena, "%s/%s/notify", run_dir, d->service->name));
	if (d->service->kind == CONF_PROGRAM && d->service->type == CONF_TYPE_NOTIFY && d->service->watchdog > 0)
		environment_set(&d->env, "WATCHDOG_USEC",
			arena_printf(d->arena, "%lld000", (long long)d->service->watchdog));
	if (listeners == 0)
		return;
	environment_set(&d->env, "LISTEN_PID", zeros);
	environment_set(&d->env, "LISTEN_FDS", "00"); /* room for conf_command_listeners() */
}

/* ---- putting it together ---- */

/* Whether WORD need not be copied. There are some dozens of each, and this is done when the configuration is loaded. */
static bool
lasts(const struct conf_base *base, const char *word)
{
	for (uint32_t i = 0; i < base->lasting; i++)
		if (base->at[i] == word)
			return true;
	return false;
}

static size_t
size_of(const struct wordlist *words, const struct conf_base *base)
{
	size_t size = (words->count + 1) * sizeof(char *);

	for (uint32_t i = 0; i < words->count; i++)
		size += lasts(base, words->at[i]) ? 0 : strlen(words->at[i]) + 1;
	return size;
}

/* Copy the words to *TO, but those that last; all of them to VECTOR. */
static void
lay_out(char **vector, char **to, const struct wordlist *words, const struct conf_base *base)
{
	for (uint32_t i = 0; i < words->count; i++) {
		size_t n = strlen(words->at[i]) + 1;

		if (lasts(base, words->at[i])) {
			vector[i] = (char *)words->at[i];
			continue;
		}
		vector[i] = memcpy(*to, words->at[i], n);
		*to += n;
	}
	vector[words->count] = NULL;
}

static char *
find_variable(char **envp, const char *name)
{
	for (; *envp != NULL; envp++)
		if (text_value_of(*envp, name) != NULL)
			return *envp + strlen(name) + 1;
	return NULL;
}

static bool
settle(struct conf_command *command, const struct draft *d)
{
	const struct wordlist *argv = &d->argv, *envp = &d->env.words;
	const struct wordlist *own = hook_any(d->service) ? &d->own.words : NULL;
	size_t size = size_of(argv, d->base) + size_of(envp, d->base) + (own != NULL ? size_of(own, d->base) : 0);
	char *to;

	*command = (struct conf_command){ .gunicorn = d->gunicorn, .block_size = size };
	/* One piece of memory for vectors and strings: freed at once, and as small as it can be. There are thousands. */
	command->block = arena_failed(d->arena) ? NULL : malloc(size);
	if (command->block == NULL)
		return err_set(d->err, ENOMEM, "%s: cannot build its command", d->service->name);
	command->argv = command->block;
	command->envp = command->argv + argv->count + 1;
	command->own_envp = own != NULL ? command->envp + envp->count + 1 : NULL;
	/* vectors in front, which have to be aligned; bytes behind them */
	to = (char *)(command->envp + envp->count + 1 + (own != NULL ? own->count + 1 : 0));
	lay_out(command->argv, &to, argv, d->base);
	lay_out(command->envp, &to, envp, d->base);
	if (own != NULL)
		lay_out(command->own_envp, &to, own, d->base);
	/* the slots: now that nothing moves any more */
	if (d->workers_at > 0)
		command->workers = command->argv[d->workers_at] + strlen("--workers=");
	command->generation = find_variable(command->envp, "BRIDLE_GENERATION");
	command->listen_pid = find_variable(command->envp, "LISTEN_PID");
	command->listen_fds = find_variable(command->envp, "LISTEN_FDS");
	if (d->has_tmpdir) {
		command->tmpdir = find_variable(command->envp, "TMPDIR");
		command->tmpdir_generation = command->tmpdir + strlen(command->tmpdir) - strlen(zeros);
	}
	return true;
}

/* The program is looked for first: its version decides which flags it gets, and whether TMPDIR is ours to set. */
static bool
draft(struct draft *d, uint32_t listeners, const char *run_dir)
{
	const struct conf_service *s = d->service;
	char path[FIND_PATH_SIZE];

	if (!conf_command_find(s, path, sizeof path, d->err))
		return err_prefix(d->err, "%s", s->name);
	if (s->kind == CONF_GUNICORN)
		d->gunicorn = conf_gunicorn_version(path);
	if (!draft_environment(d))
		return false;
	wordlist_add(&d->argv, arena_copy_string(d->arena, path));
	for (uint32_t i = 1; i < s->command.count; i++)
		wordlist_add(&d->argv, s->command.at[i]);
	if (s->kind == CONF_GUNICORN)
		draft_gunicorn(d, listeners);
	draft_marks(d, listeners, run_dir);
	if (hook_any(s)) {
		draft_own(d);
		draft_mark(&d->own, s, run_dir);
	}
	return true;
}

bool
conf_command_build(struct conf_command *command, const struct conf_section *section, const struct conf_service *service,
	uint32_t workers, uint32_t listeners, uint16_t statsd_port, const char *run_dir, const struct conf_base *base,
	struct err *err)
{
	struct arena *arena = arena_new();
	struct draft d = { .arena = arena,
		.section = section,
		.service = service,
		.statsd_port = statsd_port,
		.base = base,
		.argv = { .arena = arena },
		.err = err };
	bool ok;

	if (arena == NULL)
		return err_set(err, ENOMEM, "%s: cannot build its command", service->name);
	ok = draft(&d, listeners, run_dir) && settle(command, &d);
	arena_free(arena);
	if (ok && command->workers != NULL)
		conf_command_patch(command->workers, workers);
	if (ok && command->listen_fds != NULL)
		conf_command_listeners(command, listeners);
	return ok;
}

void
conf_command_free(struct conf_command *command)
{
	free(command->block);
	*command = (struct conf_command){ 0 };
}

/* Leading zeros stay: a slot does not change its length, and whoever reads a number does not mind them. */
void
conf_command_patch(char *slot, uint64_t n)
{
	for (unsigned i = 10; i-- > 0; n /= 10)
		slot[i] = (char)('0' + n % 10);
}

void
conf_command_listeners(struct conf_command *command, uint32_t n)
{
	char *slot = command->listen_fds;

	if (n >= 10)
		*slot++ = (char)('0' + n / 10 % 10);
	*slot++ = (char)('0' + n % 10);
	*slot = '\0';
}
