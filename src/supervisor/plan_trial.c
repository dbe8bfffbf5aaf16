/* plan_trial: what a trial of the code is called with. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "supervisor/plan_parts.h"

static size_t
count(char *const *vector)
{
	size_t n = 0;

	while (vector[n] != NULL)
		n++;
	return n;
}

/* The same words, with room for one more and the NULL. */
static char **
copy(char *const *vector, size_t n)
{
	char **words = calloc(n + 2, sizeof *words);

	if (words != NULL)
		memcpy(words, vector, n * sizeof *words);
	return words;
}

/* The value of FLAG, given as "FLAG=VALUE" or "FLAG" "VALUE"; the last one counts. NULL: it is not given. */
static const char *
find_flag(char *const *argv, const char *flag)
{
	const char *value, *found = NULL;

	for (; *argv != NULL; argv++)
		if ((value = text_value_of(*argv, flag)) != NULL)
			found = value;
		else if (strcmp(*argv, flag) == 0 && argv[1] != NULL)
			found = argv[1];
	return found;
}

/* *AT is where it is, or the end: there a new one goes, for which copy() has left room. */
static const char *
find_variable(char *const *envp, const char *name, size_t *at)
{
	const char *value = NULL;

	for (*at = 0; envp[*at] != NULL && (value = text_value_of(envp[*at], name)) == NULL; ++*at)
		;
	return value;
}

/* Gunicorn (20.1 to 27.0: app/base.py, Application.run) checks before it adds --pythonpath to sys.path, so that what is
 * found there only would fail the trial: PYTHONPATH says the same. */
static bool
add_path(struct plan *p, struct err *err)
{
	const char *path = find_flag(p->command.argv, "--pythonpath");
	size_t at, size;
	const char *old = find_variable(p->command.envp, "PYTHONPATH", &at);

	if (path == NULL)
		return true;
	size = strlen(path) + (old != NULL ? strlen(old) : 0) + sizeof "PYTHONPATH=:";
	p->trial_path = malloc(size);
	if (p->trial_path == NULL)
		return err_set(err, errno, "cannot keep the path of modules");
	snprintf(p->trial_path, size, "PYTHONPATH=%s%s%s", path, old != NULL ? ":" : "", old != NULL ? old : "");
	for (char *c = p->trial_path; c < p->trial_path + sizeof "PYTHONPATH=" - 1 + strlen(path); c++)
		if (*c == ',') /* Gunicorn splits --pythonpath at commas */
			*c = ':';
	p->trial_environment[at] = p->trial_path;
	return true;
}

bool
plan_trial(struct plan *p, struct err *err)
{
	static char check[] = "--check-config"; /* Gunicorn takes options behind the application, too */
	const size_t words = count(p->command.argv);

	p->trial = copy(p->command.argv, words);
	p->trial_environment = copy(p->command.envp, count(p->command.envp));
	if (p->trial == NULL || p->trial_environment == NULL)
		return err_set(err, errno, "cannot keep the command");
	p->trial[words] = check;
	return add_path(p, err);
}
