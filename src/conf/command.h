/*
 * command -- how a service is called: its argument vector and environment, from its settings.
 *
 * Pure but for environment files, which are read here, and for looking for the gunicorn to run. Built at load
 * time, so that starting needs no memory later. Four things change from start to start and are therefore
 * slots in the vectors, patched in place: the wanted number of workers, the generation, LISTEN_PID and LISTEN_FDS.
 */
#ifndef BRIDLE_CONF_COMMAND_H
#define BRIDLE_CONF_COMMAND_H

#include "conf/conf.h"

struct conf_version {
	int major, minor, patch;
}; /* all 0: unknown */

/* The environment to begin with. */
struct conf_base {
	char *const *at;  /* NULL-ended; NULL: empty */
	uint32_t lasting; /* so many in front outlive the command, which has them without a copy */
	char *const
		*made; /* NULL-ended, or NULL: what names what we make for the service (RUNTIME_DIRECTORY); copied */
};

struct conf_command {
	char **argv;      /* NULL-ended; argv[0] is what is executed, absolute where it could be found */
	char **envp;      /* NULL-ended; sorted is not promised */
	char **own_envp;  /* of commands around it that run as we do (hook.h, +); NULL where it has no commands */
	char *workers;    /* 10 writable digits within argv ("--workers=0000000002"), or NULL for a program */
	char *generation; /* 10 writable digits within envp (BRIDLE_GENERATION=) */
	char *listen_pid; /* 10 writable digits within envp (LISTEN_PID=), or NULL without listeners */
	char *listen_fds; /* room for two within envp (LISTEN_FDS=), likewise; see conf_command_listeners */
	char *tmpdir;     /* TMPDIR= value with its generation at the end (".../tmp." + 10 digits at
	                       * tmpdir_generation), or NULL for a program or when the user set TMPDIR */
	char *tmpdir_generation;
	struct conf_version gunicorn;
	void *block; /* everything above lives in it, but what lasts of the base: free() it */
	size_t block_size;
};

/* Build for SERVICE, which is SECTION decoded.
 *
 * Gunicorn gets what was set and nothing else, but for --workers, --graceful-timeout, --name (the service's) and,
 * from 25.1, --no-control-socket; args come behind, the application last. bind is only handed on when LISTENERS
 * is 0, user, group and umask never: they are in effect before Gunicorn begins.
 *
 * The environment, later ones winning: BASE; with `user`, HOME, USER and LOGNAME of that account (looked up here, which may
 * take the network); PWD; for Gunicorn VIRTUAL_ENV, PATH, PYTHONUNBUFFERED=1; environment; environment_file (as with
 * systemd); ours (with NOTIFY_SOCKET and WATCHDOG_USEC for a program that notifies), at the end: Gunicorn up to 24 loses
 * its title when LISTEN_FDS comes first (gunicorn-facts 5.2).
 *
 * In own_envp there is nothing that the service's user could choose: no file of his (LD_PRELOAD), nothing that lies in his home
 * or in the virtual environment (HOME, PATH); BRIDLE_GENERATION is left to the caller.
 *
 * LISTENERS: how many descriptors it is given (LISTEN_FDS; 0 leaves it out). STATSD_PORT: see flags.h. RUN_DIR: of
 * bridled; TMPDIR is below it. BASE: bridled's own environment, which environment_init scrubs.
 * Decimal slots are written zero-padded ("0000000002" is what int() takes). False with ERR when the command or an
 * environment file cannot be found or read. */
bool conf_command_build(struct conf_command *command, const struct conf_section *section,
	const struct conf_service *service, uint32_t workers, uint32_t listeners, uint16_t statsd_port,
	const char *run_dir, const struct conf_base *base, struct err *err);
void conf_command_free(struct conf_command *command);

/* Write N (< 10^10) into a slot. */
void conf_command_patch(char *slot, uint64_t n);

/* Write N (< 100) into LISTEN_FDS of COMMAND, which has listeners; without a zero in front, which makes a number octal for who
 * guesses the base (strtol(3)). */
void conf_command_listeners(struct conf_command *command, uint32_t n);

/* The version of the Gunicorn that COMMAND (absolute path of a gunicorn script) would run, found by its
 * installed metadata (site-packages or dist-packages of its prefix or interpreter), without running it. */
struct conf_version conf_gunicorn_version(const char *command);
/* Put the Python that the script COMMAND names in its first lines into INTERPRETER, as it stands there: PATH_MAX is enough.
 * COMMAND itself when that is a python. False: it is no script of Python, or cannot be read. */
bool conf_interpreter(const char *command, char *interpreter, size_t size);
/* <0, 0, >0: A is older than, the same as, newer than B. */
int conf_version_compare(struct conf_version a, struct conf_version b);
/* "25.1.0" and the like, up to the first thing that is no number; all 0 when there is none. */
struct conf_version conf_version_parse(const char *words);

/* The absolute path of the gunicorn (or program) that SERVICE would run; false when there is none. */
bool conf_command_find(const struct conf_service *service, char *path, size_t size, struct err *err);

#endif
