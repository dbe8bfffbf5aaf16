/*
 * bridled -- arguments; opens the rooms in order; nothing else. bridled(8) describes it.
 */
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "base/log.h"
#include "base/text.h"
#include "os/cgroup.h"
#include "os/ipc.h"
#include "os/lookup.h"
#include "os/privilege.h"
#include "supervisor/supervisor.h"
#include "watcher/console.h"
#include "watcher/fence.h"
#include "watcher/watcher.h"

#include "config.h"

enum { LOOKED_UP = 1 << 16 /* bytes that a look-up may write: more than all its answers */ };

static int
usage(FILE *out, int status)
{
	fputs("usage: bridled [--config FILE] [--root DIR] [--ready-fd N] [--debug]\n"
	      "       bridled --version | --help | --let-go | --accepts-state FORMAT\n\n"
	      "  -c, --config FILE  settings; DIR/bridle.ini, or " SYSCONFDIR "/bridle/bridle.ini\n"
	      "  -r, --root DIR     keep everything (run, log) below DIR: needs no privileges\n"
	      "  -R, --ready-fd N   write a newline to descriptor N when all services are ready\n"
	      "  -d, --debug        say more\n"
	      "  --let-go           for ExecStopPost= of a unit: give back what a killed one left of its control group\n\n"
	      "Steer it with bridle(1): bridle status, bridle restart NAME, bridle logs -f NAME.\n",
		out);
	return status;
}

static int
usage_wrong(const char *what, const char *word)
{
	fprintf(stderr, "bridled: %s: '%s'\n", what, word);
	return usage(stderr, SUPERVISOR_USAGE);
}

/* What ps(1), top(1) and the kernel's own messages call us (15 bytes at most): who was executed as /proc/self/exe, as a watcher
 * is and a bridled after a crash, is "exe" otherwise. */
static void
take_name(const char *name)
{
	prctl(PR_SET_NAME, name);
}

/* Its end of the link is there, which bridled alone makes; a shell's redirection is no socket of this kind. */
static bool
is_started_by_bridled(void)
{
	int type = 0;
	socklen_t size = sizeof type;

	return getsockopt(WATCHER_LINK_FD, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_SEQPACKET;
}

/* "--watch UID GID": we are the watcher, still with the supervisor's rights. Drop them before anything else. */
static int
watch(char **argv)
{
	struct err err;

	if (argv[0] == NULL || argv[1] == NULL || !is_started_by_bridled()) {
		fputs("bridled: --watch is for bridled itself, which starts its watcher: leave it out\n", stderr);
		return usage(stderr, SUPERVISOR_USAGE);
	}
	take_name("bridled-watcher");
	log_open("watcher", LOG_LEVEL_INFO);
	console_take(); /* as the log: a terminal opens to its user, and to root */
	if (!privilege_watcher((uid_t)strtoul(argv[0], NULL, 10), (gid_t)strtoul(argv[1], NULL, 10), &err)) {
		log_error("%s", err.text);
		return SUPERVISOR_FAILED;
	}
	return watcher_run();
}

/* "--let-go": what a killed one holds of its control group. */
static int
let_go(void)
{
	struct err err;

	log_open("bridled", LOG_LEVEL_INFO);
	if (cgroup_let_go(&err))
		return 0;
	log_error("%s", err.text);
	return SUPERVISOR_FAILED;
}

/* "--look-up HOST...": ask name servers, and write what they say to standard output (names.h). Nobody may look on, for what we say
 * is believed; and whoever takes us over by what comes from the network is no more than a watcher, and cannot fill the memory that we
 * write to. */
static int
look_up(char **hosts)
{
	const struct rlimit little = { LOOKED_UP, LOOKED_UP };
	struct err err;

	prctl(PR_SET_DUMPABLE, 0);
	setrlimit(RLIMIT_FSIZE, &little);
	if (!fence_close(&err))
		log_info("names are looked up without a system call filter: %s", err.text);
	return lookup_ask(hosts, STDOUT_FILENO) ? 0 : SUPERVISOR_FAILED;
}

static bool
descriptor(const char *words, int *fd)
{
	int64_t number;

	if (!text_parse_int(words, 0, INT_MAX, &number))
		return false;
	*fd = (int)number;
	return true;
}

int
main(int argc, char **argv)
{
	/* clang-format off */
	static const struct option longs[] = {
		{ "config", required_argument, NULL, 'c' }, { "root", required_argument, NULL, 'r' },
		{ "debug", no_argument, NULL, 'd' },        { "ready-fd", required_argument, NULL, 'R' }, { "watch", no_argument, NULL, 'w' },
		{ "resume", required_argument, NULL, 's' }, { "remove-ipc", no_argument, NULL, 'I' }, { "accepts-state", required_argument, NULL, 'A' },
		{ "let-go", no_argument, NULL, 'L' },       { "look-up", no_argument, NULL, 'N' },
		{ "version", no_argument, NULL, 'V' },      { "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	/* clang-format on */
	struct supervisor_options options = { .program = argv[0], .ready_fd = -1 };
	const char *accepts = NULL;
	int c;

	while ((c = getopt_long(argc, argv, "c:r:R:dVh", longs, NULL)) != -1) {
		switch (c) {
		case 'c': options.config = optarg; break;
		case 'r': options.root = optarg; break;
		case 'R':
			if (!descriptor(optarg, &options.ready_fd))
				return usage_wrong("--ready-fd wants the number of a descriptor", optarg);
			break;
		case 'd': options.debug = true; break;
		case 's': options.resume = optarg; break;
		case 'A': accepts = optarg; break;
		case 'w': return watch(argv + optind);
		case 'I': return ipc_remove_own() ? 0 : SUPERVISOR_FAILED;
		case 'L': return let_go();
		case 'N': return look_up(argv + optind);
		case 'V': return puts("bridled " PACKAGE_VERSION) < 0;
		case 'h': return usage(stdout, 0);
		default: return usage(stderr, SUPERVISOR_USAGE);
		}
	}
	if (optind < argc)
		return usage_wrong("one word too many", argv[optind]);
	if (accepts != NULL)
		return supervisor_accepts(&options, accepts);
	take_name("bridled");
	return (int)supervisor_run(&options);
}
