#include "cli/victim.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "cli/field.h"

static bool
was_signalled(const json_t *death, int64_t *signal)
{
	return field_integer(death, "signal", signal);
}

static bool
was_killed(const json_t *death)
{
	int64_t signal;

	return was_signalled(death, &signal) && signal == SIGKILL;
}

/* TERM, QUIT and the like are sent by somebody; what is left of the signals is the process' own doing. */
static bool
crashed(const json_t *death)
{
	int64_t signal;

	return was_signalled(death, &signal) && signal != SIGKILL && signal != SIGTERM && signal != SIGQUIT && signal != SIGINT;
}

static bool
had_no_memory(const json_t *death)
{
	return json_is_true(json_object_get(death, "oom"));
}

static bool
ended_itself(const json_t *death)
{
	int64_t status;

	return field_integer(death, "status", &status);
}

/* One that fails to boot takes the others along: its master ends them with TERM, and they leave well. */
static bool
failed(const json_t *death)
{
	int64_t status;

	return field_integer(death, "status", &status) && status != 0;
}

/* By what a class says after its phase: whether it had loaded its application by then is another question. */
static const struct manner {
	const char *name;
	bool (*fits)(const json_t *death);
} manners[] = {
	{ "crash-signal", crashed },
	{ "killed-9-sent", was_killed },
	{ "killed-9-unexplained", was_killed },
	{ "oom-kill", had_no_memory },
	{ "worker-exit", ended_itself },
	{ "app-sysexit", ended_itself },
};

static const struct manner *
manner_of(const char *class)
{
	static const struct manner of_boot = { "", failed };
	const char *dot = strchr(class, '.');

	for (size_t i = 0; dot != NULL && i < sizeof manners / sizeof manners[0]; i++)
		if (strcmp(dot + 1, manners[i].name) == 0)
			return &manners[i];
	return strncmp(class, "boot.", strlen("boot.")) == 0 ? &of_boot : NULL;
}

const json_t *
victim_of(const json_t *incident)
{
	const json_t *deaths = json_object_get(incident, "deaths");
	const struct manner *manner = manner_of(field_text(incident, "class"));
	size_t n = json_array_size(deaths);

	for (size_t i = n; manner != NULL && i > 0; i--)
		if (manner->fits(json_array_get(deaths, i - 1)))
			return json_array_get(deaths, i - 1);
	return n > 0 ? json_array_get(deaths, n - 1) : NULL;
}
