#include "wire/above.h"

#include <stddef.h>
#include <string.h>

bool
above_address(const char *words, struct sockaddr_un *address, socklen_t *length)
{
	size_t n = words != NULL ? strlen(words) : 0;

	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (n < 2 || (words[0] != '/' && words[0] != '@') || n > sizeof address->sun_path - (words[0] == '/'))
		return false;
	memcpy(address->sun_path, words, n);
	if (words[0] == '@')
		address->sun_path[0] = '\0';
	/* an abstract name is as long as it is said to be; the NUL of a path counts (unix(7)) */
	*length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n + (words[0] == '/'));
	return true;
}

/* Is it for SELF? Nobody is named: for whoever reads it. */
static bool
is_mine(const char *pid, pid_t self, bool unless_named)
{
	int64_t number;

	if (pid == NULL)
		return unless_named;
	return text_parse_int(pid, 1, INT32_MAX, &number) && number == self;
}

msec
above_watchdog(const char *usec, const char *pid, pid_t self)
{
	int64_t number;

	if (usec == NULL || !is_mine(pid, self, true) || !text_parse_int(usec, 1, INT64_MAX, &number))
		return 0;
	return number < 1000 ? 1 : number / 1000;
}

int
above_sockets(const char *fds, const char *pid, pid_t self)
{
	int64_t number;

	/* unlike the watchdog's, LISTEN_PID must be there (sd_listen_fds(3)): inherited by mistake it hands over
	 * nothing */
	if (fds == NULL || !is_mine(pid, self, false) || !text_parse_int(fds, 1, ABOVE_FDS_MOST, &number))
		return 0;
	return (int)number;
}

/* Names stand between colons, and there may be fewer than sockets (sd_listen_fds_with_names(3)). */
const char *
above_name(const char *names, int i, size_t *length)
{
	for (; names != NULL && i > 0; i--) {
		names = strchr(names, ':');
		names = names != NULL ? names + 1 : NULL;
	}
	*length = names != NULL ? strcspn(names, ":") : 0;
	if (*length > 0)
		return names;
	*length = strlen("unknown");
	return "unknown";
}

void
above_status(struct text *t, unsigned services, unsigned up, const char *failed, const char *missing)
{
	text_addf(t, "%u of %u service%s up", up, services, services == 1 ? "" : "s");
	if (failed[0] != '\0')
		text_addf(t, "; gave up: %s", failed);
	if (missing[0] != '\0')
		text_addf(t, "; not up yet: %s", missing);
}

void
above_message(struct text *t, const char *lines, const char *status)
{
	size_t from;

	if (lines != NULL)
		text_addf(t, "%s\n", lines);
	if (status == NULL)
		return;
	text_add(t, "STATUS=");
	from = t->len;
	text_add(t, status);
	for (char *p = t->at + from; *p != '\0'; p++)
		/* a line of its own would be another assignment */
		if (*p == '\n')
			*p = ' ';
}

void
above_reloading(struct text *t, uint64_t usec)
{
	text_addf(t, "RELOADING=1\nMONOTONIC_USEC=%llu", (unsigned long long)usec);
}
