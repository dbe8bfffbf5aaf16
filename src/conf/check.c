/*
 * check.c -- what the rooms of check share, and their order: what is found out first (account, program, version) is what
 * later ones ask for. Everything is complained of at once, so that a person mends a file in one go.
 */
#include "conf/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "conf/check_rules.h"
#include "os/account.h"

/* A key that is not set has no line: then the heading's is the place where to write it. */
void
check_say(const struct check *check, enum conf_severity severity, const char *key, const char *fmt, ...)
{
	const struct conf_setting *setting = conf_setting_of(check->section, key);
	uint16_t file = setting != NULL ? setting->file : check->section->file;
	char text[900];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	conf_complain(check->report, severity, check->conf->files[file],
		setting != NULL ? setting->line : check->section->line, "%s: %s", check->section->name, text);
}

/* All of them, not only the first that is broken: a person mends a file in one go. */
void
check_apply(const struct check *check, const struct check_rule *rules, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (rules[i].broken(check))
			check_say(check, rules[i].severity, rules[i].key, "%s", rules[i].advice);
}

bool
check_is_set(const struct check *check, const char *key)
{
	return conf_setting_of(check->section, key) != NULL;
}

bool
check_says_yes(const struct check *check, const char *key)
{
	const struct conf_setting *setting = conf_setting_of(check->section, key);

	return setting != NULL && *(const int *)setting->decoded == 1;
}

/* The last one wins, as when the environment is made (environment.c). */
const char *
check_variable(const struct check *check, const char *name)
{
	const struct conf_words *all = &check->service.environment;
	const char *value = NULL;

	for (uint32_t i = all->count; i > 0 && value == NULL; i--)
		value = text_value_of(all->at[i - 1], name);
	return value;
}

const char *
check_passed(const struct check *check, const char *key)
{
	const struct conf_setting *setting = conf_setting_of(check->section, key);

	return setting == NULL ? "" : setting->value;
}

bool
check_path(const struct check *check, const char *path, char *out, size_t size)
{
	const char *directory = path[0] == '/' ? "" : check->service.directory;
	int n = snprintf(out, size, "%s%s%s", directory, path[0] == '/' ? "" : "/", path);

	return n > 0 && (size_t)n < size;
}

/* None of this changes what is decoded: bridled does as it is told even where it was warned. */
static void
check_service(const struct conf *conf, const struct conf_section *section, struct conf_report *report)
{
	struct check check = { .conf = conf, .report = report, .section = section };
	struct err err;

	conf_decode_service(section, &check.service);
	if (!conf_command_find(&check.service, check.command, sizeof check.command, &err)) {
		check.command[0] = '\0';
		/* without its virtual environment, that is complaint enough */
		if (check.service.virtualenv[0] == '\0' || !check_is_missing(check.service.virtualenv))
			check_say(&check, CONF_ERROR, "command", "%s", err.text);
	}
	if (section->kind == CONF_GUNICORN && check.command[0] != '\0') /* else 0.0.0: unknown */
		check.gunicorn = conf_gunicorn_version(check.command);
	check_habits(conf, section, report);
	check_places(&check);
	check_names(&check);
	check_numbers(&check);
	check_limits(&check);
	check_sandbox(&check);
	check_hooks(&check);
	if (section->kind == CONF_GUNICORN) {
		check_gunicorn(&check);
		check_application(&check);
		check_policies(&check);
	}
}

static void
check_bridle_say(const struct conf *conf, struct conf_report *report, const char *key, const char *text)
{
	const struct conf_setting *setting = conf_setting_of(&conf->bridle, key);

	if (setting != NULL)
		conf_complain(report, CONF_ERROR, conf->files[setting->file], setting->line, "[bridle]: %s: %s", key,
			text);
}

static void
check_signatures(const struct conf *conf, struct conf_report *report, uint32_t count)
{
	char text[96];

	snprintf(text, sizeof text, "%u are too many: the first %d are looked for", count, CONF_SIGNATURES_MAX);
	if (count > CONF_SIGNATURES_MAX)
		check_bridle_say(conf, report, "signature", text);
}

static void
check_bridle(const struct conf *conf, struct conf_report *report)
{
	struct conf_bridle bridle;
	struct account account;
	struct err err;
	gid_t gid;

	conf_decode_bridle(conf, &bridle);
	if (bridle.watch_user[0] != '\0' && !account_find(&account, bridle.watch_user, "", &err))
		check_bridle_say(conf, report, "watch_user", err.text);
	if (bridle.control_group[0] != '\0' && !account_group(&gid, bridle.control_group, &err))
		check_bridle_say(conf, report, "control_group", err.text);
	check_habits(conf, &conf->bridle, report);
	check_signatures(conf, report, bridle.signature.count / 3); /* NAME PHASE PATTERN each */
}

void
conf_check(const struct conf *conf, struct conf_report *report)
{
	/* what follows from an error of its own would be nonsense */
	if (!conf->bridle.incomplete)
		check_bridle(conf, report);
	for (uint32_t i = 0; i < conf->service_count; i++)
		if (!conf->services[i].incomplete)
			check_service(conf, &conf->services[i], report);
	check_addresses(conf, report);
}
