/*
 * bridled -- arguments; opens the rooms in order; nothing else. bridled(8) describes it.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/log.h"
#include "os/privilege.h"
#include "supervisor/supervisor.h"
#include "watcher/watcher.h"

#include "config.h"

static int
usage(FILE *out, int status)
{
	fputs("usage: bridled [--config FILE] [--root DIR] [--debug]\n"
	      "       bridled --version | --help\n\n"
	      "  -c, --config FILE  settings; DIR/bridle.ini, or " SYSCONFDIR "/bridle/bridle.ini\n"
	      "  -r, --root DIR     keep everything (run, log) below DIR: needs no privileges\n"
	      "  -d, --debug        say more\n\n"
	      "Steer it with bridle(1): bridle status, bridle restart NAME, bridle logs -f NAME.\n",
		out);
	return status;
}

/* "--watch UID GID": we are the watcher, still with the supervisor's rights. Drop them before anything else. */
static int
watch(char **argv)
{
	struct err err;

	log_open("watcher", LOG_LEVEL_INFO);
	if (argv[0] == NULL || argv[1] == NULL)
		return SUPERVISOR_USAGE;
	if (!privilege_watcher((uid_t)strtoul(argv[0], NULL, 10), (gid_t)strtoul(argv[1], NULL, 10), &err)) {
		log_error("%s", err.text);
		return SUPERVISOR_FAILED;
	}
	return watcher_run();
}

int
main(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "config", required_argument, NULL, 'c' }, { "root", required_argument, NULL, 'r' },
		{ "debug", no_argument, NULL, 'd' },        { "watch", no_argument, NULL, 'w' },
		{ "version", no_argument, NULL, 'V' },      { "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct supervisor_options options = { .program = argv[0] };
	int c;

	while ((c = getopt_long(argc, argv, "c:r:dVh", longs, NULL)) != -1) {
		switch (c) {
		case 'c': options.config = optarg; break;
		case 'r': options.root = optarg; break;
		case 'd': options.debug = true; break;
		case 'w': return watch(argv + optind);
		case 'V': return puts("bridled " PACKAGE_VERSION) < 0;
		case 'h': return usage(stdout, 0);
		default: return usage(stderr, SUPERVISOR_USAGE);
		}
	}
	if (optind < argc)
		return usage(stderr, SUPERVISOR_USAGE);
	return (int)supervisor_run(&options);
}
