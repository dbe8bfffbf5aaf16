/*
 * flags.c -- settings become command line flags: Gunicorn's own file (`config`) is read before them and loses. Only what
 * was set is passed, so that its defaults stay its own, whatever version it is.
 */
#include "conf/flags.h"

#include <string.h>

#include "conf/keys.h"

/* What all parts need to know. */
struct flags {
	struct wordlist *argv;
	const struct conf_section *section;
	const struct conf_service *service;
	struct conf_version gunicorn;
	uint16_t statsd_port; /* 0: statsd_host and statsd_prefix are the user's */
};

/* "--flag=value": a value that begins with a minus is no flag then. */
static void
add_text(struct wordlist *argv, const char *flag, const char *value)
{
	wordlist_add(argv, arena_printf(argv->arena, "%s=%s", flag, value));
}

static void
add_number(struct wordlist *argv, const char *flag, int64_t value)
{
	wordlist_add(argv, arena_printf(argv->arena, "%s=%lld", flag, (long long)value));
}

/* Keys of ours that Gunicorn has as well. Durations are whole seconds to it. */
static void
add_own_flags(struct flags *f)
{
	const struct conf_service *s = f->service;
	const struct {
		const char *flag;
		int64_t value;
	} numbers[] = {
		{ "--threads", s->threads },
		{ "--max-requests", s->max_requests },
		{ "--max-requests-jitter", s->max_requests_jitter },
		{ "--timeout", s->timeout < 0 ? -1 : s->timeout / 1000 },
		{ "--graceful-timeout", s->graceful_timeout / 1000 },
		/* Gunicorn's own default is 2048 as well, but one that it may have in a file of its own must not be undone */
		{ "--backlog", conf_setting_of(f->section, "backlog") == NULL ? -1 : s->backlog },
	};

	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		if (numbers[i].value >= 0)
			add_number(f->argv, numbers[i].flag, numbers[i].value);
	if (s->worker_class[0] != '\0')
		add_text(f->argv, "--worker-class", s->worker_class);
	if (s->preload_app == 1)
		wordlist_add(f->argv, "--preload");
}

enum pass { PASS_TEXT, PASS_INTEGER, PASS_YES, PASS_NO, PASS_MANY, PASS_OPTIONAL, PASS_REFUSED };

/* The kind of a PASS line in keys.def, by its word. */
static enum pass
pass_of(const struct conf_key *key)
{
	static const char *const names[] = { "text", "integer", "yes", "no", "many", "optional", "refused" };
	unsigned i = 0;

	while (i < PASS_REFUSED && strcmp(names[i], key->kind) != 0)
		i++;
	return (enum pass)i;
}

static void
add_passed(struct wordlist *argv, const struct conf_setting *setting)
{
	const char *flag = setting->key->flag;
	const char *text = setting->value;
	const struct conf_words *words = setting->decoded;

	switch (pass_of(setting->key)) {
	case PASS_TEXT:
		if (text[0] != '\0')
			add_text(argv, flag, text);
		break;
	case PASS_INTEGER:
		if (text[0] != '\0')
			add_number(argv, flag, *(const int64_t *)setting->decoded);
		break;
	case PASS_YES:
	case PASS_NO: /* the flag says that it is so, or, of PASS_NO, that it is not */
		if (*(const int *)setting->decoded == (pass_of(setting->key) == PASS_YES))
			wordlist_add(argv, flag);
		break;
	/* flags that may be repeated add up in argparse (config.py, action="append") */
	case PASS_MANY:
		for (uint32_t i = 0; i < words->count; i++)
			add_text(argv, flag, words->at[i]);
		break;
	case PASS_OPTIONAL:
		text = *(const char *const *)setting->decoded;
		if (strcmp(text, "yes") == 0)
			wordlist_add(argv, flag);
		else if (text[0] != '\0')
			add_text(argv, flag, text);
		break;
	case PASS_REFUSED: break;
	}
}

/* Figures come to us first then, and are sent on to where these two say (watcher/metrics.h). */
static bool
is_ours(const struct flags *f, const struct conf_key *key)
{
	return f->statsd_port != 0 &&
		(strcmp(key->name, "statsd_host") == 0 || strcmp(key->name, "statsd_prefix") == 0);
}

/* The last setting of each key that Gunicorn alone has, in the order of the list. */
static void
add_passed_flags(struct flags *f)
{
	const struct conf_setting *last[KEY_COUNT] = { NULL };

	for (uint32_t i = 0; i < f->section->count; i++)
		last[key_id(f->section->settings[i].key)] = &f->section->settings[i];
	for (unsigned i = 0; i < KEY_COUNT; i++)
		if (last[i] != NULL && conf_keys[i].flag != NULL && !is_ours(f, &conf_keys[i]))
			add_passed(f->argv, last[i]);
}

static bool
is_set(const struct flags *f, const char *key)
{
	return conf_setting_of(f->section, key) != NULL;
}

/* From 25.1 on, Gunicorn opens a control socket of its own unless told not to: whoever stays connected to it
 * stalls every fork, and 25.1 may deadlock there (gunicorn-facts 9, 11). */
static bool
has_unwanted_control_socket(const struct flags *f)
{
	return conf_version_compare(f->gunicorn, (struct conf_version){ 25, 1, 0 }) >= 0 &&
		!is_set(f, "control_socket") && !is_set(f, "control_socket_mode") &&
		!is_set(f, "control_socket_disable");
}

static void
add_binds(struct flags *f)
{
	const struct conf_binds *binds = &f->service->bind;

	for (uint32_t i = 0; i < binds->count; i++) {
		const struct conf_bind *b = &binds->at[i];

		if (b->family == CONF_BIND_UNIX)
			wordlist_add(f->argv, arena_printf(f->argv->arena, "--bind=unix:%s", b->path));
		else
			/* colons of an address in brackets, or its end would be taken for the port (Gunicorn's util.py,
			 * parse_address) */
			wordlist_add(f->argv,
				arena_printf(f->argv->arena, strchr(b->host, ':') ? "--bind=[%s]:%u" : "--bind=%s:%u",
					b->host, (unsigned)b->port));
	}
}

/* The service's name and a slash in front of what its own prefix is: wire/statsd.h. */
static void
add_statsd(struct flags *f)
{
	const struct conf_setting *prefix = conf_setting_of(f->section, "statsd_prefix");

	add_text(f->argv, "--statsd-host", arena_printf(f->argv->arena, "127.0.0.1:%u", (unsigned)f->statsd_port));
	add_text(f->argv, "--statsd-prefix",
		arena_printf(f->argv->arena, "%s/%s", f->service->name, prefix != NULL ? prefix->value : ""));
}

void
flags_add(struct wordlist *argv, const struct conf_section *section, const struct conf_service *service,
	struct conf_version version, bool has_listeners, uint16_t statsd_port)
{
	struct flags f = { argv, section, service, version, statsd_port };

	add_passed_flags(&f);
	add_own_flags(&f);
	if (!has_listeners) /* with LISTEN_FDS every --bind is passed over (gunicorn-facts 5.2) */
		add_binds(&f);
	if (has_unwanted_control_socket(&f))
		wordlist_add(argv, "--no-control-socket");
	if (statsd_port != 0)
		add_statsd(&f);
	if (!is_set(&f, "proc_name")) /* ps(1) tells services apart by it (gunicorn-facts 6.3) */
		add_text(argv, "--name", service->name);
}
