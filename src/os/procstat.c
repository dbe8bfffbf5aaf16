#include "os/procstat.h"

#include <string.h>
#include <unistd.h>

#include "os/kernfile.h"

/* Fields after the name are counted from 3, as in proc_pid_stat(5). */
enum {
	STATE = 3,
	PARENT = 4,
	SESSION = 6,
	USER = 14,
	SYSTEM = 15,
	THREADS = 20,
	START = 22,
	FIELDS = 23,
	CODE = 26,
	ENVIRONMENT = 50
};

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

/* The field NUMBER of a LINE whose name ends at NAME_END; NULL: it has none. */
static const char *
find_field(const char *name_end, const char *end, int number)
{
	const char *p = name_end;

	for (int i = STATE; p != NULL && i <= number; i++) /* a blank stands before each */
		p = memchr(p + 1, ' ', (size_t)(end - p - 1));
	return p != NULL && p + 1 < end ? p + 1 : NULL;
}

/* load_elf_binary() of fs/binfmt_elf.c fills the environment and its two ends first, and start_code after them. */
int64_t
procstat_environment(const char *line, size_t n)
{
	const char *end = line + n, *name_end = memrchr(line, ')', n);
	const char *code = name_end != NULL ? find_field(name_end, end, CODE) : NULL;
	const char *p = code != NULL ? find_field(name_end, end, ENVIRONMENT) : NULL;
	uint64_t start_code, from, to;

	if (p == NULL || !read_number(&code, end, &start_code) || !read_number(&p, end, &from) ||
		!read_number(&p, end, &to) || to < from || to - from > INT64_MAX)
		return -1;
	/* not filled yet; but a zombie has neither, and that is the whole truth of it */
	if (start_code == 0 && name_end[2] != 'Z' && name_end[2] != 'X')
		return -1;
	return (int64_t)(to - from);
}

bool
procstat_read(pid_t pid, struct procstat *out)
{
	char line[PROCSTAT_LINE];
	ssize_t n = kernfile_read_of(pid, "stat", line, sizeof line);

	return n > 0 && procstat_parse(line, (size_t)n, out);
}
