#include "watcher/rotation.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* The line that is under way began in this file: it may have up to 2 * MAX, then it is longer than MAX for sure. */
static struct rotation_cut
finish_line(const char *bytes, size_t n, uint64_t have, uint64_t max)
{
	uint64_t limit = have < 2 * max ? 2 * max - have : 0;
	size_t within = n < limit ? n : (size_t)limit;
	const char *end = memchr(bytes, '\n', within);

	if (end != NULL)
		return (struct rotation_cut){ (size_t)(end - bytes) + 1, true };
	return (struct rotation_cut){ within, within < n };
}

struct rotation_cut
rotation_cut(const char *bytes, size_t n, uint64_t have, uint64_t max, bool mid)
{
	uint64_t room = have < max ? max - have : 0;

	if (n <= room)
		return (struct rotation_cut){ n, false };
	const char *end = memrchr(bytes, '\n', (size_t)room);

	if (end != NULL)
		return (struct rotation_cut){ (size_t)(end - bytes) + 1, true };
	if (mid)
		return finish_line(bytes, n, have, max);
	if (have > 0)
		return (struct rotation_cut){ 0, true };
	/* one line that fills a whole file: split, since it would be in no file otherwise */
	return (struct rotation_cut){ (size_t)room, true };
}

void
rotation_name(char name[ROTATION_NAME], msec wall)
{
	time_t seconds = (time_t)(wall / 1000);
	struct tm tm;

	gmtime_r(&seconds, &tm);
	/* the remainders change nothing in this age; they tell the compiler that the text fits */
	snprintf(name, ROTATION_NAME, "@%04u%02u%02uT%02u%02u%02u.%03uZ", (unsigned)(tm.tm_year + 1900) % 10000,
		(unsigned)(tm.tm_mon + 1) % 100, (unsigned)tm.tm_mday % 100, (unsigned)tm.tm_hour % 100,
		(unsigned)tm.tm_min % 100, (unsigned)tm.tm_sec % 100, (unsigned)(wall % 1000) % 1000);
}

bool
rotation_time(const char *name, msec *wall)
{
	char again[ROTATION_NAME];
	struct tm tm = { 0 };
	int ms = 0;

	if (strlen(name) != ROTATION_NAME - 1 ||
		sscanf(name, "@%4d%2d%2dT%2d%2d%2d.%3dZ", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour, &tm.tm_min,
			&tm.tm_sec, &ms) != 7)
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	*wall = (msec)timegm(&tm) * 1000 + ms;
	if (*wall < 0)
		return false;
	/* sscanf is generous ("+1", blanks): only what we would write ourselves is ours */
	rotation_name(again, *wall);
	return strcmp(again, name) == 0;
}
