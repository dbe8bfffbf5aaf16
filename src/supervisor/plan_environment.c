/* The command of a service, with what it gets of bridled's own environment and the variables that name what was made for it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "supervisor/plan_parts.h"

struct base {
	char **at; /* they stay where the kernel put them (environ(7)) */
	size_t count;
	char *made[DIRECTORY_KINDS + 2]; /* NULL-ended; our own strings */
};

static bool
is_passed(const struct conf_service *s, const char *assignment)
{
	size_t n = strcspn(assignment, "=");

	/* all of it, but for what conf/environment.c scrubs */
	if (s->clear_environment != 1 && s->pass_environment.count == 0)
		return true;
	for (uint32_t i = 0; i < s->pass_environment.count; i++)
		if (strlen(s->pass_environment.at[i]) == n && strncmp(s->pass_environment.at[i], assignment, n) == 0)
			return true;
	return false;
}

static void
name_what_is_made(char **to, const struct plan *p)
{
	size_t n = 0;

	for (int kind = 0; p->directories != NULL && kind < DIRECTORY_KINDS; kind++)
		if ((to[n] = directories_variable(p->directories, kind)) != NULL)
			n++;
	if (p->credentials != NULL && asprintf(&to[n], "CREDENTIALS_DIRECTORY=%s", p->credentials->directory) < 0)
		to[n] = NULL;
}

static bool
fill(struct base *base, const struct plan *p, const struct conf_service *s)
{
	size_t count = 0;

	while (environ[count] != NULL)
		count++;
	base->at = calloc(count + 1, sizeof *base->at);
	if (base->at == NULL)
		return false;
	for (size_t i = 0; i < count; i++)
		if (is_passed(s, environ[i]))
			base->at[base->count++] = environ[i];
	name_what_is_made(base->made, p);
	return true;
}

bool
plan_command(struct plan *p, const struct conf_section *section, const struct conf_service *s,
	const struct plan_home *home, struct err *err)
{
	uint16_t statsd = plan_statsd(p, section, s, home->statsd_port);
	struct base base = { 0 };
	bool ok;

	if (!fill(&base, p, s))
		return err_set(err, 0, "%s: cannot build its environment", s->name);
	ok = conf_command_build(&p->command, section, s, p->workers, s->bind.count, statsd, home->run_dir,
		&(struct conf_base){ .at = base.at, .lasting = (uint32_t)base.count, .made = base.made }, err);
	for (size_t i = 0; base.made[i] != NULL; i++) /* copied by now */
		free(base.made[i]);
	free(base.at);
	return ok;
}
