#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"

/* The only globals of the program: where our own lines go. */
static struct {
	int fd;
	bool shared; /* the description is not ours alone: it may block */
	enum log_level lowest;
	unsigned lost;
	char name[16];
} logger = { .fd = 2, .lowest = LOG_LEVEL_INFO, .name = "bridled" };

void
log_open(const char *name, enum log_level lowest)
{
	struct stat st;

	text_copy(logger.name, sizeof logger.name, name);
	logger.lowest = lowest;
	logger.fd = 2;
	logger.shared = false;
	if (fstat(2, &st) != 0 || S_ISREG(st.st_mode))
		return; /* a file never blocks; opened anew it would lose its place */
	/* a description of our own: O_NONBLOCK on a shared one would surprise the shell and our services */
	int fd = open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | O_APPEND);

	if (fd >= 0)
		logger.fd = fd;
	else
		logger.shared = true; /* a socket (systemd's journal), or a terminal of somebody else */
}

void
log_set_level(enum log_level lowest)
{
	logger.lowest = lowest;
}

/* In UTC, whatever the machine's zone is: lines of many machines are read side by side, and
 * no hour comes twice in autumn. */
static void
add_time(struct text *t)
{
	struct timespec now;
	struct tm tm;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	text_addf(t, "%04d-%02d-%02dT%02d:%02d:%02d.%03ldZ ", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
		tm.tm_min, tm.tm_sec, now.tv_nsec / 1000000);
}

/* Room for a line without waiting? As good as O_NONBLOCK where that would fall on others, too. */
static bool
takes_a_line(void)
{
	struct pollfd p = { .fd = logger.fd, .events = POLLOUT };

	return !logger.shared || poll(&p, 1, 0) == 1;
}

static void
write_line(struct text *t)
{
	ssize_t n;

	/* one byte for the newline, in the place of the last letter: a line that is cut still ends */
	if (t->cut || t->len + 1 >= t->size)
		t->len = t->size - 2;
	t->at[t->len++] = '\n';
	if (!takes_a_line()) {
		logger.lost++;
		return;
	}
	/* one write for the whole line: two processes share a log, and neither stands in the middle of the other's line */
	do
		n = write(logger.fd, t->at, t->len);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		logger.lost++;
}

/* The reader is back: say what is missing before anything else. */
static void
tell_lost(void)
{
	char buffer[160];
	struct text t;
	unsigned lost = logger.lost;

	logger.lost = 0;
	text_init(&t, buffer, sizeof buffer);
	add_time(&t);
	text_addf(&t, "%s: %u lines of this log were lost: nobody read them", logger.name, lost);
	write_line(&t);
	/* nobody reads still: those that were lost before are lost, and one that tells of them is not counted */
	if (logger.lost > 0)
		logger.lost = lost;
}

static void log_line(enum log_level level, const char *fmt, va_list args) __attribute__((format(printf, 2, 0)));

static void
log_line(enum log_level level, const char *fmt, va_list args)
{
	static const char *const words[] = { "debug: ", "", "warning: ", "error: " };
	char buffer[1024];
	struct text t;
	int saved = errno; /* callers log why something failed, and go on with it */

	if (level < logger.lowest)
		return;
	if (logger.lost > 0)
		tell_lost();
	text_init(&t, buffer, sizeof buffer);
	add_time(&t);
	text_addf(&t, "%s[%d]: %s", logger.name, (int)getpid(), words[level]);
	int n = vsnprintf(t.at + t.len, t.size - t.len, fmt, args);

	if (n > 0)
		t.len += (size_t)n;
	t.cut = t.len >= t.size;
	write_line(&t);
	errno = saved;
}

#define LOG_FUNCTION(name, level) \
	void name(const char *fmt, ...) \
	{ \
		va_list args; \
		va_start(args, fmt); \
		log_line(level, fmt, args); \
		va_end(args); \
	}

LOG_FUNCTION(log_debug, LOG_LEVEL_DEBUG)
LOG_FUNCTION(log_info, LOG_LEVEL_INFO)
LOG_FUNCTION(log_warning, LOG_LEVEL_WARNING)
LOG_FUNCTION(log_error, LOG_LEVEL_ERROR)

void
log_at(enum log_level level, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	log_line(level, fmt, args);
	va_end(args);
}
