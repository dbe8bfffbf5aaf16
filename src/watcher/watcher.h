/*
 * watcher -- the process that looks: reads services' output, samples workers, answers the control socket.
 *
 * Started by the supervisor as "bridled --watch" with descriptors 3 (the link), 4 (the page) and 5 (the listening
 * control socket) inherited; standard error is bridled's.
 */
#ifndef BRIDLE_WATCHER_WATCHER_H
#define BRIDLE_WATCHER_WATCHER_H

enum { WATCHER_LINK_FD = 3, WATCHER_PAGE_FD = 4, WATCHER_CONTROL_FD = 5 };

/* Run until the link closes (the supervisor ended): then what is in the pipes is still written, and it ends. The
 * exit status of the process. It has been started as its unprivileged user already. */
int watcher_run(void);

#endif
