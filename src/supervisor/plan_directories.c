/* The directories that a service asks for: their paths, and the variables that tell it of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/pathname.h"
#include "supervisor/plan_parts.h"

/* What there is of each kind, in the order of enum directory_kind. Where they are is said by directories_bases(). */
struct asked {
	const struct conf_words *names;
	mode_t mode;
};

/* Counted first, so that all of it is one piece of memory that goes with the plan. */
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
			/* Given to its user, or emptied at its stop, it would be our control socket and our state that go;
			 * below run_dir, the directory of another service's credentials. */
			if (pathname_is_below(run_dir, at->path) || pathname_is_below(at->path, run_dir))
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

/* The one called NAME; a new one when there is none. */
static struct credential *
called(struct credentials *c, const char *name)
{
	for (uint32_t i = 0; i < c->count; i++)
		if (strcmp(c->at[i].name, name) == 0)
			return &c->at[i];
	c->at[c->count] = (struct credential){ .name = name };
	return &c->at[c->count++];
}

/* Copy WORD, "NAME:rest", to *TO, which moves behind it. */
static struct credential *
add_credential(struct credentials *c, const char *word, char **to, const char **rest)
{
	size_t size = strlen(word) + 1, length = strcspn(word, ":");
	char *name = memcpy(*to, word, size);

	name[length] = '\0';
	*rest = name + length + 1;
	*to += size;
	return called(c, name);
}

static size_t
length_of(const struct conf_words *words)
{
	size_t n = 0;

	for (uint32_t i = 0; i < words->count; i++)
		n += strlen(words->at[i]) + 1;
	return n;
}

/* Each "NAME:/path" or "NAME:value", as keys.def's readers have made sure. */
bool
plan_credentials(struct plan *p, const struct conf_service *s, const char *run_dir, struct err *err)
{
	const struct conf_words *files = &s->load_credential, *values = &s->set_credential;
	size_t size = sizeof *p->credentials + (files->count + values->count) * sizeof(struct credential);
	size_t n = strlen(run_dir) + strlen(s->name) + sizeof "//credentials" + length_of(files) + length_of(values);
	const char *rest;
	char *to;

	if (files->count + values->count == 0)
		return true;
	p->credentials = malloc(size + n);
	if (p->credentials == NULL)
		return err_set(err, 0, "cannot keep credentials");
	if (!p->hides_credentials)
		log_info("%s: its credentials are files below run_dir: no mount namespace can be had here for them",
			s->name);
	p->credentials->count = 0;
	p->credentials->hidden = p->hides_credentials;
	p->credentials->directory = to = (char *)p->credentials + size;
	to += sprintf(to, "%s/%s/credentials", run_dir, s->name) + 1;
	for (uint32_t i = 0; i < files->count; i++) {
		struct credential *one = add_credential(p->credentials, files->at[i], &to, &rest);

		one->path = rest;
	}
	for (uint32_t i = 0; i < values->count; i++) {
		struct credential *one = add_credential(p->credentials, values->at[i], &to, &rest);

		one->value = rest;
	}
	return true;
}
