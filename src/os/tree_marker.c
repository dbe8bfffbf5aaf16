/* Whose a process is, by the environment that we gave its generation: read from a stranger's memory, so bounded. */
#include "os/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "os/kernfile.h"
#include "os/procstat.h"

enum { MOST_READ = 1024 * 1024 };

/* The strings of /proc/PID/environ, one at a time. */
struct strings {
	int fd;
	size_t at, end, total;
	bool skipping; /* within a string that does not fit */
	char buffer[4096];
};

/* More bytes behind those that are there; a string that fills the buffer is given up. */
static bool
refill(struct strings *s)
{
	ssize_t n;

	if (s->at == 0 && s->end == sizeof s->buffer) {
		s->skipping = true;
		s->at = s->end;
	}
	memmove(s->buffer, s->buffer + s->at, s->end - s->at);
	s->end -= s->at;
	s->at = 0;
	n = s->total >= MOST_READ ? 0 : read(s->fd, s->buffer + s->end, sizeof s->buffer - s->end);
	if (n <= 0)
		return false;
	s->end += (size_t)n;
	s->total += (size_t)n;
	return true;
}

/* The next whole string; NULL at the end. Valid until the next call. */
static const char *
next_string(struct strings *s)
{
	for (;;) {
		const char *string = s->buffer + s->at;
		const char *end = memchr(string, '\0', s->end - s->at);
		bool tail_of_skipped = s->skipping;

		if (end == NULL) {
			if (!refill(s))
				return NULL;
			continue;
		}
		s->at = (size_t)(end - s->buffer) + 1;
		s->skipping = false;
		if (!tail_of_skipped)
			return string;
	}
}

/* False when STRING is a marker with a value that we never give. The first of a name counts, as for getenv(3). */
static bool
take(struct tree_marker *out, bool *has_generation, const char *string)
{
	const char *value;
	int64_t n;

	if ((value = text_value_of(string, "BRIDLE_SERVICE")) != NULL && out->service[0] == '\0')
		return text_copy(out->service, sizeof out->service, value);
	if ((value = text_value_of(string, "BRIDLE_RUN_DIR")) != NULL && out->run_dir[0] == '\0')
		return text_copy(out->run_dir, sizeof out->run_dir, value);
	if ((value = text_value_of(string, "BRIDLE_GENERATION")) == NULL || *has_generation)
		return true;
	if (!text_parse_int(value, 0, UINT32_MAX, &n))
		return false;
	out->generation = (uint32_t)n;
	return *has_generation = true;
}

/* setproctitle writes its title over arguments and environment alike (gunicorn-facts 5.4). */
static bool
has_title(pid_t pid, const char *title)
{
	char bytes[64];
	const size_t length = strlen(title);
	ssize_t n = kernfile_read_of(pid, "cmdline", bytes, sizeof bytes);

	return n >= (ssize_t)length && memcmp(bytes, title, length) == 0;
}

bool
tree_is_heir(pid_t pid, pid_t master)
{
	struct strings s = { .fd = -1 };
	char path[32], number[16];
	const char *string, *value;
	bool found = false;

	if (has_title(pid, "gunicorn: master ["))
		return true;
	snprintf(number, sizeof number, "%d", (int)master);
	snprintf(path, sizeof path, "/proc/%d/environ", (int)pid);
	s.fd = open(path, O_RDONLY | O_CLOEXEC);
	if (s.fd < 0)
		return false;
	while (!found && (string = next_string(&s)) != NULL)
		found = (value = text_value_of(string, "GUNICORN_PID")) != NULL && strcmp(value, number) == 0;
	close(s.fd);
	return found;
}

/* Why the TOTAL bytes that were read need not be all that PID has; 0: they are. What execve(2) left behind, and what it has
 * not filled yet, reads as nothing (environ_read of fs/proc/base.c: nobody lives in it; mm->env_end is 0): it seems to end. Who
 * has CAP_SYS_ADMIN and not CAP_SYS_PTRACE may read it (mm_access, as seen with Linux 6.18), and is told 0 in `stat`: no reason to
 * wait. */
static int
why_cut(pid_t pid, size_t total)
{
	char line[PROCSTAT_LINE];
	ssize_t n = total >= MOST_READ ? 0 : kernfile_read_of(pid, "stat", line, sizeof line);
	int64_t had;

	if (n <= 0)
		return n < 0 ? errno : 0;
	had = procstat_environment(line, (size_t)n);
	return had == 0 || had == (int64_t)total ? 0 : EAGAIN;
}

bool
tree_marker(pid_t pid, struct tree_marker *out)
{
	struct strings s = { .fd = -1 };
	bool has_generation = false, sound = true;
	const char *string;
	char path[32];

	*out = (struct tree_marker){ .generation = 0 };
	snprintf(path, sizeof path, "/proc/%d/environ", (int)pid);
	s.fd = open(path, O_RDONLY | O_CLOEXEC);
	if (s.fd < 0)
		return false;
	while (sound && (string = next_string(&s)) != NULL)
		sound = take(out, &has_generation, string);
	close(s.fd);
	if (sound && has_generation && out->service[0] != '\0' && out->run_dir[0] != '\0')
		return true;
	errno = sound ? why_cut(pid, s.total) : 0;
	return errno == 0 && sound && has_generation && out->service[0] != '\0';
}
