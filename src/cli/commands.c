#include "cli/commands.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/text.h"
#include "cli/cli.h"
#include "cli/habits.h"
#include "cli/trouble.h"

#include "config.h"

enum { MANY = INT_MAX };

/* clang-format off */
const struct command commands[] = {
	{ "status", "[NAME...]", "show all services, or some of them closely",
	  "With a NAME also its workers, its listeners, how it ended last and where its log is. Exits with 4 when a NAME "
	  "is not running.",
	  ARGUMENT(JSON) | ARGUMENT(NAMES), 0, MANY, status_command },
	{ "start", "NAME...", "start services, and wait until they are ready",
	  "A service that had been given up (failed) is tried again.",
	  ARGUMENT(ALL) | ARGUMENT(NO_WAIT), 0, MANY, start_command },
	{ "stop", "NAME...", "stop services: workers finish their requests first",
	  "", ARGUMENT(ALL) | ARGUMENT(NO_WAIT), 0, MANY, stop_command },
	{ "restart", "NAME...", "replace running services without refusing a request",
	  "A new generation starts beside the old one, on the same listener. When it is ready the old one goes; when it "
	  "cannot start, the old one stays, and the command fails saying why. Several are restarted one after another.",
	  ARGUMENT(ALL) | ARGUMENT(COLD) | ARGUMENT(NO_WAIT), 0, MANY, restart_command },
	{ "reload", "[NAME...]", "load new code; without NAME: read the configuration anew",
	  "Without NAME the differences are shown, and only services whose settings changed are touched. If there is an "
	  "error in the configuration, nothing changes.",
	  ARGUMENT(NO_WAIT), 0, MANY, reload_command },
	{ "scale", "NAME N|+N|-N", "set the number of workers, or move it",
	  "The number is kept when the service restarts.",
	  ARGUMENT(NO_WAIT), 2, 2, scale_command },
	{ "signal", "NAME SIGNAL", "send a signal to the master of a service",
	  "One of HUP INT QUIT USR1 USR2 TERM CONT WINCH TTIN TTOU ABRT KILL STOP.",
	  0, 2, 2, signal_command },
	{ "logs", "NAME", "print the last lines that a service wrote",
	  "Reads the log files, so it also works when bridled does not. Older files count where -n asks for more lines "
	  "than the current one has; -5 is -n 5, as with tail(1). Control characters are shown as \\xHH on a terminal.",
	  ARGUMENT(FOLLOW) | ARGUMENT(LINES) | ARGUMENT(CONFIG), 1, 2, logs_command },
	{ "check", "[FILE]", "look for errors in a configuration",
	  "Needs no bridled. Exits with 1 when there are errors. With --security NAME, instead: what that service is still "
	  "allowed, with a score from 0.0 (next to nothing) to 10.0 (everything), and the lines that take it away.",
	  ARGUMENT(CONFIG) | ARGUMENT(SECURITY), 0, 1, check_command },
	{ "config", "[NAME]", "print the settings in effect, and where each comes from",
	  "Reads the configuration files; settings that bridled has not taken up yet are among them.",
	  ARGUMENT(CONFIG) | ARGUMENT(ALL) | ARGUMENT(JSON), 0, 1, config_command },
	{ "import", "FILE...", "make a configuration of systemd units, supervisord sections, a Procfile",
	  "Prints it with comments that say what became of each directive: kept, done by Bridle anyway, without a meaning here, "
	  "or not carried over, and what that changes. Give a .socket and drop-ins together with their .service. Instead of "
	  "files: --systemd NAME, --command LINE. Nothing is run. Exits with 1 when a source is broken.",
	  ARGUMENT(SYSTEMD) | ARGUMENT(COMMAND) | ARGUMENT(OUTPUT) | ARGUMENT(REPORT) | ARGUMENT(VERIFY), 0, MANY,
	  import_command },
	{ "takeover", "NAME [UNIT|PID]", "succeed a Gunicorn that systemd or somebody else started",
	  "A generation starts on the listeners of that process, beside it; when it is ready, the old one finishes its requests "
	  "and ends. UNIT is NAME.service when it is not given; it is stopped and disabled. --back stops NAME, and starts and "
	  "enables the unit. See bridle(1).",
	  ARGUMENT(BACK), 1, 2, takeover_command },
	{ "ready", "[NAME...]", "are services ready to serve? exits with 0 or 4",
	  "Without NAME: every service that should be up. With --wait, until they are.",
	  ARGUMENT(WAIT), 0, MANY, ready_command },
	{ "watch", "[NAME]", "print what happens, as it happens",
	  "", ARGUMENT(JSON), 0, 1, watch_command },
	{ "why", "[NAME]", "say what went wrong, and what can be done",
	  "The latest incident of NAME; without NAME the latest trouble of each service. With --last N the latest, among them "
	  "what was done on purpose. "
	  "With --log FILE, or --log - for standard input, from a log alone: needs no bridled. The log may carry the prefixes "
	  "of journald, docker, Kubernetes or a hosting platform, or be JSON. bridle signatures prints what is recognised.",
	  ARGUMENT(LOG) | ARGUMENT(LAST) | ARGUMENT(CONFIG) | ARGUMENT(JSON), 0, 1, why_command },
	{ "history", "NAME", "show what happened to a service, and how it has fared",
	  "Starts, stops, replacements, scalings, incidents, and who asked for what: the latest 20, or --last N; or all of the "
	  "last --since TIME. Then workers, memory, queue and requests over that time, at most a day, since the process that "
	  "looks began.",
	  ARGUMENT(LAST) | ARGUMENT(SINCE) | ARGUMENT(JSON), 1, 1, history_command },
	{ "advise", "NAME", "say how a service should be set, from what was measured",
	  "Lines for bridle.ini, each with its reason above it: workers, threads, timeout, max_requests, memory_max_worker and "
	  "preload_app. What is right already is a comment. Exits with 7, saying what is missing, when too little was seen.",
	  ARGUMENT(JSON), 1, 1, advise_command },
	{ "signatures", "", "print the log lines that why recognises",
	  "%d is a number, %s a word, %* anything. Your own (signature in [bridle]) come first.",
	  ARGUMENT(CONFIG), 0, 0, signatures_command },
	{ "reexec", "", "let bridled go on as the program that is installed now",
	  "After an upgrade. Services, their listeners, logs and deadlines do not notice. Refused when that program cannot read "
	  "what this one remembers, or when the configuration has errors.",
	  ARGUMENT(NO_WAIT), 0, 0, reexec_command },
	{ "shutdown", "", "stop all services, and bridled itself",
	  "", ARGUMENT(NO_WAIT), 0, 0, shutdown_command },
	{ "version", "", "print the versions of this command and of bridled",
	  "", 0, 0, 0, version_command },
	{ "help", "[COMMAND]", "say how a command is used",
	  "", 0, 0, 1, help_command },
	{ .name = NULL },
};
/* clang-format on */

const struct command *
commands_find(const char *name)
{
	for (const struct command *c = commands; c->name != NULL; c++)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

/* The only one that begins so: "stat" is a status that was not typed to its end, though "start" has but one letter more. */
static const char *
begun_command(const char *name)
{
	const char *begun = NULL;

	for (const struct command *c = commands; c->name != NULL; c++) {
		if (strncmp(c->name, name, strlen(name)) != 0)
			continue;
		if (begun != NULL)
			return NULL;
		begun = c->name;
	}
	return begun;
}

static const char *
nearest_command(const char *name)
{
	const char *nearest = begun_command(name);
	unsigned best = 3; /* more edits than that are another word */

	if (nearest != NULL)
		return nearest;
	for (const struct command *c = commands; c->name != NULL; c++) {
		unsigned d = text_distance(name, c->name);

		/* of a short word two edits leave nothing: "web" is not "why" */
		if (d < best && d * 2 <= strlen(name)) {
			best = d;
			nearest = c->name;
		}
	}
	return nearest;
}

static int
unknown_command(const struct arguments *a)
{
	struct trouble t;
	const char *nearest = nearest_command(a->command);

	trouble_set(&t, CLI_USAGE, 0, "unknown command '%s'", a->command);
	/* first: "ps" is no misspelt word */
	if (habits_hint(a, &t))
		return trouble_tell(&t);
	if (nearest != NULL)
		trouble_hint(&t, "did you mean 'bridle %s'?", nearest);
	else
		trouble_hint(&t, "bridle help shows what there is");
	return trouble_tell(&t);
}

/* The usage of that command alone: all of the help would push what was wrong off the screen. */
static int
misused(const struct command *c, struct trouble *t)
{
	trouble_hint(t, "usage: bridle %s%s%s%s", c->name, c->options != 0 ? " [OPTION...]" : "",
		*c->operands != '\0' ? " " : "", c->operands);
	return trouble_tell(t);
}

/* Where no NAME means all of them, --all is not needed, and that is said rather than how much else there is. But a reload without
 * a NAME is another deed. */
static int
refuse_all(const struct command *c, struct trouble *t)
{
	if (c->run == reload_command)
		trouble_hint(t, "bridle restart --all replaces all services; bridle reload takes up a changed configuration");
	else if (strncmp(c->operands, "[NAME", 5) == 0)
		trouble_hint(t, "without a NAME it is about all services: bridle %s", c->name);
	else
		return misused(c, t);
	return trouble_tell(t);
}

/* An option that this command does not take is an error: "stop web --cold" was meant to be something else. */
static int
run(const struct command *c, const struct arguments *a)
{
	struct trouble t;
	unsigned strange = a->given & ~(c->options | COMMANDS_COMMON);

	for (unsigned i = 0; i < OPTION_COUNT; i++)
		if ((strange & 1u << i) != 0) {
			trouble_set(&t, CLI_USAGE, 0, "%s does not take --%s", c->name, arguments_options[i].name);
			return i == OPTION_ALL ? refuse_all(c, &t) : misused(c, &t);
		}
	if (a->count < c->fewest) {
		trouble_set(&t, CLI_USAGE, 0, "%s needs %s", c->name, c->operands);
		return misused(c, &t);
	}
	if (a->count > c->most) {
		trouble_set(&t, CLI_USAGE, 0, "%s: '%s' is too much", c->name, a->operands[c->most]);
		return misused(c, &t);
	}
	return c->run(a);
}

static int
dispatch(const struct arguments *a)
{
	const struct command *c = a->command != NULL ? commands_find(a->command) : NULL;

	if ((a->given & ARGUMENT(VERSION)) != 0) {
		puts("bridle " PACKAGE_VERSION);
		return CLI_OK;
	}
	/* before --help: there is none of a command that does not exist */
	if (a->command != NULL && c == NULL)
		return unknown_command(a);
	if ((a->given & ARGUMENT(HELP)) != 0) {
		if (c != NULL)
			help_print_command(stdout, c);
		else
			help_print(stdout);
		return CLI_OK;
	}
	/* nothing was asked for: that is no success, and the help is then an error message */
	if (c == NULL) {
		help_print(stderr);
		return CLI_USAGE;
	}
	return run(c, a);
}

int
cli_main(int argc, char **argv)
{
	static char buffer[1 << 15]; /* a table leaves in one write(2) or a few; stdio's own is 1 KiB on a terminal */
	struct arguments a;
	struct trouble t = { .status = CLI_USAGE };
	int status;

	setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
	if (!arguments_parse(&a, argc, argv, &t.err)) {
		/* its options are not ours either, and which it takes is of no use: "journal -u web" */
		if (a.command != NULL && commands_find(a.command) == NULL)
			return unknown_command(&a);
		if (a.command != NULL) /* it stood before what is wrong */
			trouble_hint(&t, "bridle help %s shows its options", a.command);
		else
			trouble_hint(&t, "bridle help shows what there is");
		return trouble_tell(&t);
	}
	status = dispatch(&a);
	/* a full disk behind a pipeline must not look like success */
	if (fflush(stdout) != 0 && status == CLI_OK) {
		trouble_set(&t, CLI_FAILED, errno, "cannot write the output");
		return trouble_tell(&t);
	}
	return status;
}
