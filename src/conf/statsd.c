/*
 * statsd.c -- whether Gunicorn's figures can be had: only where nothing else decides where they go, because to redirect
 * them unseen would take them from somebody who has them.
 */
#include "conf/statsd.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "conf/settings.h"
#include "conf/source.h"

enum { PORT = 8125 /* of statsd, for a bare host: gunicorn/config.py validate_statsd_address, 21.0 and later */ };

static const char *
written(const struct conf_section *section, const char *key)
{
	const struct conf_setting *setting = conf_setting_of(section, key);

	return setting == NULL ? "" : setting->value;
}

/* Flags that decide on it, or name a file that may. */
static bool
has_flag(const struct conf_words *words)
{
	static const char *const flags[] = { "--stat", "--conf", "-c", "--paste" };

	for (uint32_t i = 0; i < words->count; i++)
		for (size_t k = 0; k < sizeof flags / sizeof flags[0]; k++)
			if (strncmp(words->at[i], flags[k], strlen(flags[k])) == 0)
				return true;
	return false;
}

/* Python, of which this is all that is understood: whoever does not name it does not set it. */
static bool
is_silent(const char *path, uid_t owner)
{
	struct source source;
	struct err err;
	bool silent;

	if (!source_load(&source, path, owner, &err))
		return err.code == ENOENT || err.code == ENOTDIR;
	silent = strstr(source.bytes, "statsd") == NULL && strstr(source.bytes, "import *") == NULL;
	source_release(&source);
	return silent;
}

bool
conf_statsd_is_free(const struct conf_section *section, const struct conf_service *service, uid_t owner)
{
	const char *file = written(section, "config");
	char path[PATH_MAX];
	int n;

	/* in a network of its own nobody is at that port */
	if (service->private_network == 1)
		return false;
	if (written(section, "paste")[0] != '\0' || written(section, "logger_class")[0] != '\0' ||
		has_flag(&service->args) || has_flag(&service->command))
		return false;
	if (strncmp(file, "file:", 5) == 0)
		file += 5;
	if (strncmp(file, "python:", 7) == 0)
		return false;
	if (file[0] == '\0')
		file = "gunicorn.conf.py"; /* config.py: get_default_config_file */
	n = snprintf(path, sizeof path, "%s/%s", file[0] == '/' ? "" : service->directory, file);
	return n > 0 && (size_t)n < sizeof path && is_silent(path, owner);
}

bool
conf_statsd_wanted(const struct conf_section *section, char *host, size_t size, uint16_t *port)
{
	const char *words = written(section, "statsd_host"), *colon = strrchr(words, ':');
	int64_t number = PORT;
	struct text t;

	*port = PORT;
	text_init(&t, host, size);
	if (words[0] == '\0')
		return true;
	if (strncmp(words, "unix:", 5) == 0 || (colon != NULL && !text_parse_int(colon + 1, 1, UINT16_MAX, &number)))
		return false;
	*port = (uint16_t)number;
	return text_addn(&t, words, colon != NULL ? (size_t)(colon - words) : strlen(words)) && host[0] != '\0';
}
