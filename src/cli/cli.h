/*
 * cli -- the command `bridle`.
 */
#ifndef BRIDLE_CLI_CLI_H
#define BRIDLE_CLI_CLI_H

/* Exit statuses: bridle(1), meant for scripts. */
/* clang-format off */
enum cli_exit {
	CLI_OK = 0,
	CLI_FAILED = 1,      /* it was tried and did not work; the configuration has errors */
	CLI_USAGE = 2,
	CLI_NO_SERVICE = 3,  /* no such service */
	CLI_NOT_READY = 4,   /* ready: not ready (in time); status NAME: not running */
	CLI_NO_DAEMON = 5,   /* bridled cannot be reached */
	CLI_NOT_ALLOWED = 6,
	CLI_REFUSED = 7,     /* refused: makes no sense now */
};
/* clang-format on */

/* All of `bridle`. Returns its exit status; what went wrong has been said on standard error. */
int cli_main(int argc, char **argv);

#endif
