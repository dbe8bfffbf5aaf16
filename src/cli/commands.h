/*
 * commands -- what `bridle` can do: one table for dispatch and help. Each command is a function of its arguments,
 * whose options and number of operands have been checked; it prints, and returns an exit status of cli.h.
 */
#ifndef BRIDLE_CLI_COMMANDS_H
#define BRIDLE_CLI_COMMANDS_H

#include <stdio.h>

#include "cli/arguments.h"

struct command {
	const char *name;
	const char *operands; /* "NAME..." for the usage line */
	const char *summary;
	const char *details;   /* more for `bridle help NAME`, in one paragraph, or "" */
	unsigned options;      /* ARGUMENT(x) of those it takes beside the common ones */
	unsigned fewest, most; /* operands */
	int (*run)(const struct arguments *a);
};

/* In the order of the help; ended by one without a name. */
extern const struct command commands[];

/* Taken by every command. */
enum { COMMANDS_COMMON = ARGUMENT(SOCKET) | ARGUMENT(ROOT) | ARGUMENT(HELP) };

/* The command of that name, or NULL. */
const struct command *commands_find(const char *name);

/* Each is in the file of its name, those that ask for a deed in deeds.c. They return an exit status (cli.h), having said on
 * standard error what went wrong. A points into argv, which stays. */
int status_command(const struct arguments *a);
int start_command(const struct arguments *a);
int stop_command(const struct arguments *a);
int restart_command(const struct arguments *a);
int reload_command(const struct arguments *a);
int scale_command(const struct arguments *a);
int signal_command(const struct arguments *a);
int logs_command(const struct arguments *a);
int check_command(const struct arguments *a);
int config_command(const struct arguments *a);
int import_command(const struct arguments *a);
int ready_command(const struct arguments *a);
int watch_command(const struct arguments *a);
int reexec_command(const struct arguments *a);
int takeover_command(const struct arguments *a);
int shutdown_command(const struct arguments *a);
int why_command(const struct arguments *a);
int advise_command(const struct arguments *a);
int history_command(const struct arguments *a);
int signatures_command(const struct arguments *a);
int version_command(const struct arguments *a);
int help_command(const struct arguments *a);

/* What `bridle help` prints, to OUT; and for one command. */
void help_print(FILE *out);
void help_print_command(FILE *out, const struct command *command);

#endif
