/*
 * arguments -- the command line taken apart: options anywhere, then what is left.
 *
 * getopt_long(3) is not used because "bridle scale web -1" means a number, and because one table is to serve the
 * parser, the help and the completions.
 */
#ifndef BRIDLE_CLI_ARGUMENTS_H
#define BRIDLE_CLI_ARGUMENTS_H

#include <stdbool.h>

#include "base/err.h"

/* id, letter or 0, name, what its value is called or NULL, meaning */
#define ARGUMENTS_OPTIONS(X) \
	X(SOCKET, 's', "socket", "PATH", "control socket of the bridled to talk to") \
	X(ROOT, 'r', "root", "DIR", "the directory that bridled was given with --root") \
	X(CONFIG, 'c', "config", "FILE", "configuration file to read") \
	X(JSON, 'j', "json", NULL, "print JSON, for programs") \
	X(NAMES, 0, "names", NULL, "print names only, one a line") \
	X(ALL, 'a', "all", NULL, "all services") \
	X(COLD, 0, "cold", NULL, "down and up, even where a replacement without a gap is possible") \
	X(BACK, 0, "back", NULL, "the other way: from Bridle to systemd") \
	X(NO_WAIT, 0, "no-wait", NULL, "do not wait for the outcome") \
	X(WAIT, 'w', "wait", "TIME", "wait so long: 30s, 2m") \
	X(FOLLOW, 'f', "follow", NULL, "go on with what is written from now on") \
	X(LINES, 'n', "lines", "N", "begin N lines before the end, or with all") \
	X(LAST, 0, "last", "N", "the latest N, of any kind") \
	X(SINCE, 0, "since", "TIME", "of the last so long: 10m, 2h, 1d") \
	X(LOG, 0, "log", "FILE", "read this log; - is standard input") \
	X(SYSTEMD, 0, "systemd", "NAME", "import the unit of that name as it is installed") \
	X(COMMAND, 0, "command", "LINE", "import a command line, as a shell would get it") \
	X(OUTPUT, 'o', "output", "DIR", "write a file for each service there, instead of printing") \
	X(REPORT, 0, "report", "json", "print what became of each directive, for programs") \
	X(SECURITY, 0, "security", NULL, "say what the service NAME is still allowed") \
	X(VERIFY, 0, "verify", NULL, "see that the result passes bridle check and prints back to the same") \
	X(HELP, 'h', "help", NULL, "say how it is used") \
	X(VERSION, 'V', "version", NULL, "print the version of this command")

/* clang-format off */
enum option_id {
#define X(id, letter, name, value, meaning) OPTION_##id,
	ARGUMENTS_OPTIONS(X)
#undef X
	OPTION_COUNT
};
/* clang-format on */

struct option_entry {
	char letter;       /* or 0 */
	const char *name;  /* without the dashes */
	const char *value; /* what its value is called; NULL: takes none */
	const char *meaning;
};
extern const struct option_entry arguments_options[OPTION_COUNT];

struct arguments {
	const char *command;             /* NULL: none was given */
	char **operands;                 /* what follows it; within the argv that was parsed */
	unsigned count;                  /* of operands */
	unsigned given;                  /* ARGUMENT(x) of every option that was there */
	const char *value[OPTION_COUNT]; /* as written; NULL where not given or no value is taken */
};

#define ARGUMENT(id) (1u << OPTION_##id)

/* Take ARGV (of ARGC, [0] skipped) apart; its pointers are reordered, its strings stay where they are. "--" ends the
 * options; a minus before a digit is a number, not an option. False with ERR (which names the nearest option there
 * is) when an option is unknown or its value is missing or not wanted. */
bool arguments_parse(struct arguments *a, int argc, char **argv, struct err *err);

#endif
