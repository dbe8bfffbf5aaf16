/*
 * watcher -- the process that looks: reads services' output, samples workers, answers the control socket.
 *
 * Started by the supervisor as "bridled --watch" with descriptors 3 (the link), 4 (the page), 5 (the listening control
 * socket), 6 (the spool), 7 (the UDP socket of Gunicorns' figures) 8 (what is kept) and 9 (the deposit) inherited; standard
 * output and error are bridled's.
 *
 * The spool is a file in memory (memfd or tmpfs) of WATCHER_SPOOL_SIZE bytes that the supervisor makes once, keeps, hands to
 * every watcher, and never maps or reads. Log lines pass through it, so that those which a killed watcher had taken out of
 * a pipe and not yet written are found and written by its successor. Without one (any other file there) the watcher works
 * with memory of its own, and kill -9 may then cost what was in its hands.
 *
 * Gunicorns log a warning for each metric that finds nobody at the port (gunicorn-facts 7), so that socket is the supervisor's,
 * which never reads from it, and every watcher gets the same. Where the supervisor could not have one it is /dev/null.
 *
 * What was counted and measured of services is in a memfd of WATCHER_KEPT_SIZE bytes, which is kept as the spool is.
 *
 * In the deposit (os/deposit.h) lie listeners that only the supervisor has besides: of services of which nobody serves. The
 * watcher never takes them out. But when the supervisor is killed it stays, having written what it had and closed
 * everything else, until the next one has them.
 */
#ifndef BRIDLE_WATCHER_WATCHER_H
#define BRIDLE_WATCHER_WATCHER_H

enum {
	WATCHER_LINK_FD = 3,
	WATCHER_PAGE_FD = 4,
	WATCHER_CONTROL_FD = 5,
	WATCHER_SPOOL_FD = 6,
	WATCHER_STATSD_FD = 7,
	WATCHER_KEPT_FD = 8,
	WATCHER_DEPOSIT_FD = 9
};
enum { WATCHER_GUARDS = 60000 /* ms that it stays for who comes after one that was killed */ };
enum { WATCHER_KEPT_SIZE = 4096 * (1 + 3072) };        /* a hole, but for the services that run: watcher/kept.h */
enum { WATCHER_SPOOL_SIZE = 65 * (4096 + (1 << 20)) }; /* nearly all of it a hole: watcher/spool.h */

/* Run until the link closes (the supervisor ended): then what is in the pipes is still written, and it ends, after
 * WATCHER_GUARDS at most. The exit status of the process. It has been started as its unprivileged user already. */
int watcher_run(void);

#endif
