/*
 * supervisor -- the process that acts.
 */
#ifndef BRIDLE_SUPERVISOR_SUPERVISOR_H
#define BRIDLE_SUPERVISOR_SUPERVISOR_H

#include <stdbool.h>

struct supervisor_options {
	const char *config;  /* file to read; NULL: ROOT/bridle.ini, or SYSCONFDIR/bridle/bridle.ini */
	const char *root;    /* directory of one's own for everything; NULL: /run/bridle and /var/log/bridle */
	const char *program; /* this program, for the watcher: /proc/self/exe is tried first */
	int ready_fd;        /* a newline is written there when all is ready; -1: nobody waits for one */
	/* we were this process before: what we said to ourselves (os/crash.h); NULL: a fresh start */
	const char *resume;
	bool debug;
};

/* Exit statuses of bridled: bridled(8). */
enum supervisor_exit {
	SUPERVISOR_STOPPED = 0, /* asked to stop; everything ended by itself in time */
	SUPERVISOR_FAILED = 1,  /* could not start: configuration, lock, directories */
	SUPERVISOR_USAGE = 2,
	SUPERVISOR_FORCED = 3, /* asked to stop; something had to be killed */
};

/* Could this program go on from a state of FORMAT (a number), with the configuration as it is? Says why not on standard
 * error. Returns an exit status: enum reexec_answer. */
int supervisor_accepts(const struct supervisor_options *options, const char *format);

/* Run until told to stop. As the first process of a machine this does not return: the machine is switched off, or started
 * anew after SIGINT. */
enum supervisor_exit supervisor_run(const struct supervisor_options *options);

#endif
