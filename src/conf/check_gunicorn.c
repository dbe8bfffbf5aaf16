/*
 * check_gunicorn -- what the installed version takes, what args must not hold, and what Gunicorn's own
 * configuration file says behind Bridle's back.
 */
#include "conf/check_rules.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "conf/source.h"

/* Of a version that is not known nothing is said: neither this nor is_at_least(). */
static bool
is_older(const struct check *c, int major, int minor)
{
	return c->gunicorn.major > 0 && conf_version_compare(c->gunicorn, (struct conf_version){ major, minor, 0 }) < 0;
}

static bool
is_at_least(const struct check *c, int major, int minor)
{
	return c->gunicorn.major > 0 && !is_older(c, major, minor);
}

/* ---- versions ---- */

static void
check_version(const struct check *c)
{
	struct conf_version v = c->gunicorn;

	if (v.major == 24 && v.minor == 0)
		check_say(c, CONF_ERROR, "virtualenv",
			"Gunicorn 24.0.%d never replaces a worker that died: pip install "
			"'gunicorn>=24.1'",
			v.patch);
	if (is_older(c, 20, 1))
		check_say(c, CONF_WARNING, "virtualenv",
			"Gunicorn %d.%d.%d is older than 20.1, the oldest that Bridle is tested "
			"with: pip install --upgrade gunicorn",
			v.major, v.minor, v.patch);
}

/* Gunicorn ends with status 2 on a flag that it does not know. */
static void
check_since(const struct check *c)
{
	for (uint32_t i = 0; i < c->section->count && c->gunicorn.major > 0; i++) {
		const struct conf_key *key = c->section->settings[i].key;

		if (key->since[0] != '\0' && conf_version_compare(c->gunicorn, conf_version_parse(key->since)) < 0)
			check_say(c, CONF_ERROR, key->name,
				"%s needs Gunicorn %s, this is %d.%d.%d: upgrade it, or leave the key out", key->name,
				key->since, c->gunicorn.major, c->gunicorn.minor, c->gunicorn.patch);
	}
}

/* gunicorn-facts 2.4. */
static bool
reuses_port(const struct check *c)
{
	return is_at_least(c, 24, 0) && check_says_yes(c, "reuse_port");
}

/* yes and no are as old as the setting; its other words came with 24.1. */
static bool
has_early_proxy_mode(const struct check *c)
{
	const struct conf_setting *setting = conf_setting_of(c->section, "proxy_protocol");
	const char *mode = setting == NULL ? "" : *(const char *const *)setting->decoded;

	return mode[0] != '\0' && strcmp(mode, "yes") != 0 && is_older(c, 24, 1);
}

static bool
has_late_eventlet(const struct check *c)
{
	return strcmp(c->service.worker_class, "eventlet") == 0 && is_at_least(c, 26, 0);
}

static bool
has_early_asgi(const struct check *c)
{
	return strcmp(c->service.worker_class, "asgi") == 0 && is_older(c, 24, 0);
}

/* Not an error: someone may hold the socket in a way of his own (args, a configuration file). */
static bool
has_no_bind(const struct check *c)
{
	return c->service.bind.count == 0;
}

/* clang-format off */
static const struct check_rule rules[] = {
	{ reuses_port, CONF_ERROR, "reuse_port", "reuse_port: from Gunicorn 24 on, each worker binds for itself, never serves a "
		"socket that was handed over, and a busy port is not seen to fail: leave it out" },
	{ has_early_proxy_mode, CONF_ERROR, "proxy_protocol", "proxy_protocol is yes or no before Gunicorn 24.1" },
	{ has_late_eventlet, CONF_ERROR, "worker_class", "Gunicorn 26 and later have no eventlet: write worker_class = gevent, "
		"or gthread" },
	{ has_early_asgi, CONF_ERROR, "worker_class", "the asgi worker came with Gunicorn 24: upgrade, or write worker_class = "
		"uvicorn.workers.UvicornWorker" },
	{ has_no_bind, CONF_WARNING, "bind", "no bind: Gunicorn opens an address by itself (127.0.0.1:8000), and connections "
		"are refused whenever it restarts: add bind = 127.0.0.1:8000, or unix:/path" },
};
/* clang-format on */

/* A class without a dot is one of Gunicorn's, or of a package that names it in its metadata. */
static void
check_worker_class(const struct check *c)
{
	static const char *const classes[] = { "sync", "gthread", "gevent", "gevent_wsgi", "gevent_pywsgi", "eventlet",
		"tornado", "asgi" };
	const char *class = c->service.worker_class;

	if (class[0] == '\0' || strpbrk(class, ".:#") != NULL)
		return;
	for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++)
		if (strcmp(class, classes[i]) == 0)
			return;
	for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
		if (text_distance(class, classes[i]) > 2)
			continue;
		check_say(c, CONF_WARNING, "worker_class", "Gunicorn has no worker class '%s': did you mean %s?", class,
			classes[i]);
		return;
	}
}

/* ---- args ---- */

/* Whether WORD is FLAG, or a beginning of it that argparse would complete, with or without "=value". */
static bool
is_flag(const char *word, const char *flag, const char *letter)
{
	size_t n = strcspn(word, "=");

	if (letter != NULL && strncmp(word, letter, 2) == 0)
		return true;
	return n > 4 && n <= strlen(flag) && strncmp(word, flag, n) == 0;
}

/* clang-format off */
static const struct {
	const char *flag, *letter;
	enum conf_severity severity;
	const char *advice;
} unwanted[] = {
	{ "--daemon", "-D", CONF_ERROR, "a daemon loses its parent; Bridle is the parent: leave it out" },
	{ "--check-config", NULL, CONF_ERROR, "it ends instead of serving: leave it out" },
	{ "--print-config", NULL, CONF_ERROR, "it ends instead of serving: leave it out" },
	{ "--bind", "-b", CONF_WARNING, "has no effect beside the key bind, and without it Bridle does not hold the socket: "
		"write bind = ..." },
	{ "--workers", "-w", CONF_WARNING, "wins over the key workers, and Bridle counts on the other: write workers = N" },
	{ "--graceful-timeout", NULL, CONF_WARNING, "wins over the key, and Bridle waits for the other: write "
		"graceful_timeout = ..." },
	{ "--user", "-u", CONF_WARNING, "leaves the master as root: write user = NAME" },
	{ "--group", "-g", CONF_WARNING, "leaves the master as root: write group = NAME" },
};
/* clang-format on */

/* Each flag of `args` by itself: what argparse makes of them together (values that begin with a minus) is not followed. */
static void
check_args(const struct check *c)
{
	for (uint32_t i = 0; i < c->service.args.count; i++) {
		const char *word = c->service.args.at[i];

		for (size_t k = 0; k < sizeof unwanted / sizeof unwanted[0]; k++)
			if (word[0] == '-' && is_flag(word, unwanted[k].flag, unwanted[k].letter))
				check_say(c, unwanted[k].severity, "args", "%s: %s", unwanted[k].flag,
					unwanted[k].advice);
		if (is_at_least(c, 24, 0) && is_flag(word, "--reuse-port", NULL))
			check_say(c, CONF_ERROR, "args",
				"%s: from Gunicorn 24 on, it does not serve the socket that Bridle hands over: "
				"leave it out",
				word);
	}
}

/* ---- Gunicorn's configuration file ---- */

/* What "NAME = VALUE" at the start of a line assigns, blanks and comment off; NULL when LINE assigns something else.
 * The file is Python, of which no more than this is understood: what is found is a warning, never an error. */
static const char *
assigned(const char *line, size_t n, const char *name, char *value, size_t size)
{
	size_t k = strlen(name);
	struct text t;

	if (n <= k || strncmp(line, name, k) != 0)
		return NULL;
	while (k < n && (line[k] == ' ' || line[k] == '\t'))
		k++;
	if (k >= n || line[k] != '=' || (k + 1 < n && line[k + 1] == '='))
		return NULL;
	for (k++; k < n && isspace((unsigned char)line[k]);)
		k++;
	while (n > k && isspace((unsigned char)line[n - 1]))
		n--;
	text_init(&t, value, size);
	text_add_visible(&t, line + k, n - k);
	return value;
}

struct clash {
	const char *name; /* of the setting, in both files */
	const char *advice;
	const char *unless; /* a key of ours that settles it; "" none */
	const char *only;   /* a value that alone is wrong; "" any */
};

/* clang-format off */
static const struct clash clashes[] = {
	{ "daemon", "a daemon loses its parent; Bridle is the parent: take it out", "", "True" },
	{ "bind", "it has no effect beside the key bind of this section: take one of them out", "", "" },
	{ "workers", "Bridle decides how many: write workers = ... here", "workers", "" },
	{ "graceful_timeout", "Bridle must know it: write graceful_timeout = ... here", "graceful_timeout", "" },
	{ "reuse_port", "from Gunicorn 24 on, it does not serve the socket that Bridle hands over: take it out", "", "True" },
	{ "pidfile", "one that was left behind stops the next start: take it out", "", "" },
	{ "user", "it leaves the master as root: write user = ... here", "user", "" },
};
/* clang-format on */

static void
check_clash(const struct check *c, const struct clash *clash, const char *file, unsigned line, const char *value)
{
	if (clash->only[0] != '\0' && strcmp(clash->only, value) != 0)
		return;
	if (clash->unless[0] != '\0' && check_is_set(c, clash->unless))
		return;
	check_say(c, CONF_WARNING, "config", "%s:%u sets %s: %s", file, line, clash->name, clash->advice);
}

static void
check_config_text(const struct check *c, const char *file, const char *text)
{
	char value[80];

	for (unsigned line = 1; *text != '\0'; line++) {
		size_t n = strcspn(text, "\n");

		for (size_t i = 0; i < sizeof clashes / sizeof clashes[0]; i++)
			if (assigned(text, n, clashes[i].name, value, sizeof value) != NULL)
				check_clash(c, &clashes[i], file, line, value);
		text += n + (text[n] != '\0');
	}
}

/* The file is "config", or gunicorn.conf.py where Gunicorn begins (config.py: get_default_config_file). */
static void
check_config_file(const struct check *c)
{
	const char *named = check_passed(c, "config");
	uid_t owner = c->has_account ? c->account.uid : (uid_t)-1;
	struct source source;
	char path[PATH_MAX];
	struct err err;

	/* a module is found by Python alone, and args may name another file */
	if (strncmp(named, "python:", 7) == 0 || c->service.args.count > 0)
		return;
	if (strncmp(named, "file:", 5) == 0)
		named += 5;
	if (!check_path(c, named[0] != '\0' ? named : "gunicorn.conf.py", path, sizeof path))
		return;
	if (source_load(&source, path, owner, &err)) {
		check_config_text(c, path, source.bytes);
		source_release(&source);
	} else if (named[0] != '\0' && (err.code == ENOENT || err.code == ENOTDIR)) {
		check_say(c, CONF_ERROR, "config", "Gunicorn's configuration file '%s' is not there", path);
	}
}

void
check_gunicorn(const struct check *check)
{
	check_version(check);
	check_since(check);
	check_apply(check, rules, sizeof rules / sizeof rules[0]);
	check_worker_class(check);
	check_args(check);
	check_config_file(check);
}
