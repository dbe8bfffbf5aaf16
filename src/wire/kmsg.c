#include "wire/kmsg.h"

#include <string.h>

#include "base/text.h"

/* The decimal number at *AT, which moves behind it. False: there is none, or it is no pid or size. */
static bool
take_number(const char **at, const char *end, int64_t *number)
{
	const char *p = *at;

	*number = 0;
	/* far beyond any pid, and any machine's KiB: what has more digits is not looked at to its end, and so matches nothing */
	while (p < end && *p >= '0' && *p <= '9' && *number < INT64_C(1) << 50)
		*number = *number * 10 + (*p++ - '0');
	if (p == *at)
		return false;
	*at = p;
	return true;
}

static bool
take_word(const char **at, const char *end, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(end - *at) < n || memcmp(*at, word, n) != 0)
		return false;
	*at += n;
	return true;
}

/* What stands before the message. Records with a facility other than the kernel's (0) came through a write(2) to /dev/kmsg
 * (devkmsg_write), by anybody who may. */
static bool
take_head(const char **at, const char *end)
{
	const char *semicolon = memchr(*at, ';', (size_t)(end - *at));
	int64_t priority;

	/* the facility stands in the bits above the three of the severity (syslog(2)) */
	if (semicolon == NULL || !take_number(at, end, &priority) || priority >> 3 != 0)
		return false;
	*at = semicolon + 1;
	return true;
}

static int64_t
anonymous_bytes(const char *at, const char *end)
{
	static const char word[] = "anon-rss:";
	const char *found = memmem(at, (size_t)(end - at), word, sizeof word - 1);
	int64_t kib;

	if (found == NULL)
		return -1;
	found += sizeof word - 1;
	return take_number(&found, end, &kib) && kib <= INT64_MAX / 1024 ? kib * 1024 : -1;
}

bool
kmsg_read(struct kmsg_kill *kill, const char *bytes, size_t n)
{
	const char *at = bytes, *newline = n > 0 ? memchr(bytes, '\n', n) : NULL,
		   *end = newline != NULL ? newline : bytes + n;
	const char *close;
	struct text comm;
	int64_t pid;

	if (n == 0 || !take_head(&at, end))
		return false;
	kill->of_cgroup = take_word(&at, end, "Memory cgroup out of memory: ");
	if (!kill->of_cgroup && !take_word(&at, end, "Out of memory: "))
		return false;
	if (!take_word(&at, end, "Killed process ") && !take_word(&at, end, "Kill process "))
		return false;
	if (!take_number(&at, end, &pid) || pid <= 0 || pid > INT32_MAX || !take_word(&at, end, " ("))
		return false;
	/* the first: a process that has one in its name is known by what stands before it */
	close = memchr(at, ')', (size_t)(end - at));
	if (close == NULL)
		return false;
	text_init(&comm, kill->comm, sizeof kill->comm);
	text_add_visible(&comm, at, (size_t)(close - at));
	kill->pid = (int32_t)pid;
	kill->rss = anonymous_bytes(close, end);
	return true;
}
