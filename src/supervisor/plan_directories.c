/* The directories that a service asks for: their paths, and the variables that tell it of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "supervisor/plan_parts.h"

/* What there is of each kind, in the order of enum directory_kind. Where they are is said by directories_base. */
struct asked {
	const struct conf_words *names;
	mode_t mode;
};

static size_t
size_of(const struct asked *asked, char *const *bases)
{
	size_t n = 0;

	for (int kind = 0; kind < DIRECTORY_KINDS; kind++)
		for (uint32_t i = 0; i < asked[kind].names->count; i++)
			n += strlen(bases[kind]) + 1 + strlen(asked[kind].names->at[i]) + 1;
	return n;
}

static uint32_t
count_of(const struct asked *asked)
{
	uint32_t n = 0;

	for (int kind = 0; kind < DIRECTORY_KINDS; kind++)
		n += asked[kind].names->count;
	return n;
}

/* Is OURS, a directory of bridled, PATH or below it? */
static bool
holds(const char *path, const char *ours)
{
	size_t n = strlen(path);

	return strncmp(path, ours, n) == 0 && (ours[n] == '\0' || ours[n] == '/');
}

/* Fill the entries and, behind them, the paths. */
static bool
fill(struct directories *d, const struct asked *asked, char *const *bases, const char *run_dir, struct err *err)
{
	char *to = (char *)(d->at + d->count);
	struct directory *at = d->at;

	for (int kind = 0; kind < DIRECTORY_KINDS; kind++)
		for (uint32_t i = 0; i < asked[kind].names->count; i++, at++) {
			*at = (struct directory){ .path = to, .mode = asked[kind].mode, .kind = (uint8_t)kind };
			to += sprintf(to, "%s/%s", bases[kind], asked[kind].names->at[i]) + 1;
			if (holds(at->path, run_dir))
				return err_set(err, 0, "directory '%s' is where bridled has its own", at->path);
		}
	return true;
}

bool
plan_directories(struct plan *p, const struct conf_service *s, const struct plan_home *home, struct err *err)
{
	const struct asked asked[DIRECTORY_KINDS] = {
		[DIRECTORY_RUNTIME] = { &s->runtime_directory, s->runtime_directory_mode },
		[DIRECTORY_STATE] = { &s->state_directory, s->state_directory_mode },
		[DIRECTORY_CACHE] = { &s->cache_directory, s->cache_directory_mode },
		[DIRECTORY_LOGS] = { &s->logs_directory, s->logs_directory_mode },
		[DIRECTORY_CONFIGURATION] = { &s->configuration_directory, s->configuration_directory_mode },
	};
	uint32_t count = count_of(asked);

	if (count == 0)
		return true;
	for (int kind = 0; kind < DIRECTORY_KINDS; kind++)
		if (asked[kind].names->count > 0 && home->bases[kind] == NULL)
			return err_set(err, 0, "%s: neither HOME nor its XDG variable says where that is",
				directory_keys[kind]);
	p->directories =
		malloc(sizeof *p->directories + count * sizeof(struct directory) + size_of(asked, home->bases));
	if (p->directories == NULL)
		return err_set(err, 0, "cannot keep directories");
	p->directories->count = count;
	p->directories->preserve = s->runtime_directory_preserve == CONF_PRESERVE_YES;
	return fill(p->directories, asked, home->bases, home->run_dir, err);
}

/* "NAME:/path", as keys.def's reader has made sure. */
bool
plan_credentials(struct plan *p, const struct conf_service *s, const char *run_dir, struct err *err)
{
	const struct conf_words *words = &s->load_credential;
	size_t size = sizeof *p->credentials + words->count * sizeof(struct credential), n;
	char *to;

	if (words->count == 0)
		return true;
	n = strlen(run_dir) + strlen(s->name) + sizeof "//credentials";
	for (uint32_t i = 0; i < words->count; i++)
		n += strlen(words->at[i]) + 1;
	p->credentials = malloc(size + n);
	if (p->credentials == NULL)
		return err_set(err, 0, "cannot keep credentials");
	p->credentials->count = words->count;
	p->credentials->directory = to = (char *)p->credentials + size;
	to += sprintf(to, "%s/%s/credentials", run_dir, s->name) + 1;
	for (uint32_t i = 0; i < words->count; i++) {
		size_t length = strcspn(words->at[i], ":");

		memcpy(to, words->at[i], strlen(words->at[i]) + 1);
		to[length] = '\0';
		p->credentials->at[i] = (struct credential){ to, to + length + 1 };
		to += strlen(words->at[i]) + 1;
	}
	return true;
}
