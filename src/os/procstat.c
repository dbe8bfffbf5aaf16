#include "os/procstat.h"

#include <string.h>
#include <unistd.h>

#include "os/kernfile.h"

/* Fields after the name are counted from 3, as in proc_pid_stat(5). */
enum { STATE = 3, PARENT = 4, SESSION = 6, USER = 14, SYSTEM = 15, THREADS = 20, START = 22, FIELDS = 23 };

/* A number of at most 64 bits at *P, before END, and the blank after it. A minus counts as nothing: no field that we
 * want is negative. */
static bool
read_number(const char **p, const char *end, uint64_t *out)
{
	const char *s = *p;
	uint64_t v = 0;

	if (s < end && *s == '-')
		s++;
	if (s == end || *s < '0' || *s > '9')
		return false;
	for (; s < end && *s >= '0' && *s <= '9'; s++) {
		unsigned digit = (unsigned)(*s - '0');

		if (v > (UINT64_MAX - digit) / 10)
			return false;
		v = v * 10 + digit;
	}
	if (s < end && *s != ' ' && *s != '\n')
		return false;
	*p = s < end ? s + 1 : s;
	*out = v;
	return true;
}

/* A pid never has more than 22 bits; what does is no line of the kernel's, in a test say. */
static bool
fits(const uint64_t *fields)
{
	return fields[PARENT] <= INT32_MAX && fields[SESSION] <= INT32_MAX && fields[THREADS] <= INT32_MAX;
}

bool
procstat_parse(const char *line, size_t n, struct procstat *out)
{
	const char *end = line + n, *p = line;
	const char *name_end = memrchr(line, ')', n); /* the last one: numbers follow, the name may hold others */
	uint64_t pid, fields[FIELDS] = { 0 };

	if (name_end == NULL || !read_number(&p, name_end, &pid) || pid > INT32_MAX)
		return false;
	p = name_end + 1;
	if (end - p < 4 || p[0] != ' ' || p[2] != ' ')
		return false;
	fields[STATE] = (unsigned char)p[1];
	p += 3;
	for (int i = PARENT; i < FIELDS; i++)
		if (!read_number(&p, end, &fields[i]))
			return false;
	if (!fits(fields))
		return false;
	*out = (struct procstat){ .pid = (pid_t)pid,
		.parent = (pid_t)fields[PARENT],
		.session = (pid_t)fields[SESSION],
		.state = (char)fields[STATE],
		.threads = (int32_t)fields[THREADS],
		.user = fields[USER],
		.system = fields[SYSTEM],
		.start = fields[START] };
	return true;
}

bool
procstat_read(pid_t pid, struct procstat *out)
{
	char line[1024]; /* 52 numbers of up to 20 digits would be more, but START is among the first */
	ssize_t n = kernfile_read_of(pid, "stat", line, sizeof line);

	return n > 0 && procstat_parse(line, (size_t)n, out);
}
