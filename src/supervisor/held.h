/*
 * held -- the listeners of a service: opened at its first start, kept over restarts and back-off, closed when it is
 * stopped, so that what nobody will answer is refused at once.
 */
#ifndef BRIDLE_SUPERVISOR_HELD_H
#define BRIDLE_SUPERVISOR_HELD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "supervisor/plan.h"

enum { HELD_MAX = 16 };

struct held_listener {
	char *text;  /* as written in bind: its identity */
	char *path;  /* unix; NULL for TCP */
	int fd;      /* -1: not open */
	bool wanted; /* by the plan that is in force */
	bool given; /* opened by whoever started us, who goes on holding it: never closed by a stop, its file left alone */
	struct listener_unix who; /* unix: owner and mode of the file as they were last set */
};

struct held {
	struct held_listener *at;
	uint32_t count;
};

/* Open what PLAN asks for and is not open yet, in FDS in the plan's order (room for HELD_MAX). Directories of the service come
 * first, for a listener may be in its runtime_directory. A unix socket whose path
 * was removed by somebody is opened anew: else a restart would leave it out of reach for ever. False with ERR; what was
 * opened by then stays open for the next try. One that a service has shut down is opened anew, too. */
bool held_open(struct held *h, const struct plan *plan, int *fds, struct err *err);

/* Whether that listener is open: then nothing needs to be known of its address. */
bool held_is_open(const struct held *h, const struct plan_bind *bind);

/* Take FD, which listens at BIND, as its listener. False with ERR: it has one, or no memory. */
bool held_take(struct held *h, const struct plan_bind *bind, int fd, struct err *err);

/* Take FD, which was held for TEXT (and PATH, NULL for TCP) before us (resume.h); the rest of it is for the caller to fill.
 * NULL: no memory, and FD is closed. */
struct held_listener *held_resume(struct held *h, const char *text, const char *path, int fd);

/* Close what the last plan given to held_open does not name any more. Only when a generation of that plan serves. */
void held_drop_unwanted(struct held *h);

/* Close all but those that were given; unix socket files go too, where they are still ours. The places stay, so that opening them
 * again takes no memory. */
void held_close(struct held *h);

/* Close all, given ones as well, whose files stay, and forget their places. */
void held_free(struct held *h);

/* Whether one of them was given, so that its file is somebody else's. */
bool held_any_given(const struct held *h);

/* Close those that were given, which others go on holding: their files stay. */
void held_let_go(struct held *h);

#endif
