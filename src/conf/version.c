/*
 * version -- which Gunicorn a script would run, from what pip and the distributions leave beside it.
 *
 * Asking Python takes half a second and runs code of the service's; a directory called gunicorn-23.0.0.dist-info
 * in the site-packages of its interpreter says the same.
 */
#include "conf/command.h"

#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

int
conf_version_compare(struct conf_version a, struct conf_version b)
{
	if (a.major != b.major)
		return a.major < b.major ? -1 : 1;
	if (a.minor != b.minor)
		return a.minor < b.minor ? -1 : 1;
	return a.patch < b.patch ? -1 : a.patch > b.patch;
}

struct conf_version
conf_version_parse(const char *words)
{
	struct conf_version v = { 0 };

	/* "23.0.0.dist-info", "20.1.0-py3.9.egg-info": what follows the numbers does not matter */
	if (sscanf(words, "%9d.%9d.%9d", &v.major, &v.minor, &v.patch) < 1)
		v = (struct conf_version){ 0 };
	return v;
}

/* basename(3) may write to its argument. */
static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

/* The service's user may have put anything there, and exchange it while we look: to open a device could do something
 * (watchdog(4)), so it is only opened again, by descriptor, when it was found to be a file. */
static int
open_file(const char *path)
{
	int place = open(path, O_PATH | O_CLOEXEC), fd = -1;
	char self[40];
	struct stat st;

	snprintf(self, sizeof self, "/proc/self/fd/%d", place);
	if (place >= 0 && fstat(place, &st) == 0 && S_ISREG(st.st_mode))
		fd = open(self, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (place >= 0)
		close(place);
	return fd;
}

static size_t
read_start(const char *path, char *start, size_t size)
{
	int fd = open_file(path);
	ssize_t n = fd >= 0 ? read(fd, start, size - 1) : -1;

	if (fd >= 0)
		close(fd);
	start[n > 0 ? n : 0] = '\0';
	return n > 0 ? (size_t)n : 0;
}

/* "#!/usr/bin/python3", or, where pip found that too long for the kernel, a shell script whose second line is
 * '''exec' /long/path/python "$0" "$@". */
bool
conf_interpreter(const char *path, char *interpreter, size_t size)
{
	char start[1024], *word, *rest;

	if (strncmp(base_name(path), "python", 6) == 0)
		return text_copy(interpreter, size, path);
	if (read_start(path, start, sizeof start) < 3 || strncmp(start, "#!", 2) != 0)
		return false;
	for (word = strtok_r(start + 2, " \t\r\n\"", &rest); word != NULL; word = strtok_r(NULL, " \t\r\n\"", &rest))
		if (word[0] == '/' && strncmp(base_name(word), "python", 6) == 0)
			return text_copy(interpreter, size, word);
	return false;
}

/* Two directories up: /srv/venv for /srv/venv/bin/gunicorn. */
static bool
prefix_of(const char *path, char *prefix, size_t size)
{
	char *slash;

	if (path[0] != '/' || !text_copy(prefix, size, path))
		return false;
	for (unsigned i = 0; i < 2; i++) {
		slash = strrchr(prefix, '/');
		if (slash == NULL)
			return false;
		*slash = '\0';
	}
	/* /bin/python3 is /usr/bin/python3 where the two are merged */
	return prefix[0] != '\0' || text_copy(prefix, size, "/usr");
}

/* The newest version whose directory matches PATTERN, if it is newer than *V. */
static void
look_at(const char *pattern, struct conf_version *v)
{
	glob_t found = { 0 };

	if (glob(pattern, GLOB_NOSORT, NULL, &found) != 0)
		found.gl_pathc = 0;
	for (size_t k = 0; k < found.gl_pathc; k++) {
		struct conf_version seen = conf_version_parse(base_name(found.gl_pathv[k]) + strlen("gunicorn-"));

		if (conf_version_compare(seen, *v) > 0)
			*v = seen;
	}
	globfree(&found);
}

/* Put the version installed below PREFIX into V: the newest, where several Pythons have one each. PYTHON is
 * "python3.11", or "python3*" where that is not known. */
static bool
look_below(const char *prefix, const char *python, struct conf_version *v)
{
	static const char *const places[][2] = { { "lib", "site" }, { "lib64", "site" }, { "lib", "dist" } };
	char pattern[2 * PATH_MAX];

	*v = (struct conf_version){ 0 };
	for (unsigned i = 0; i < sizeof places / sizeof places[0]; i++) {
		snprintf(pattern, sizeof pattern, "%s/%s/%s/%s-packages/gunicorn-[0-9]*.*-info", prefix, places[i][0],
			python, places[i][1]);
		look_at(pattern, v);
	}
	return v->major > 0;
}

/* In the order of sys.path: what came with the script (a virtual environment, or ~/.local), what the administrator
 * installed beside the distribution's Python, the distribution's own. */
struct conf_version
conf_gunicorn_version(const char *command)
{
	char interpreter[PATH_MAX], real[PATH_MAX], prefix[PATH_MAX];
	const char *python = "python3*";
	struct conf_version v = { 0 };
	bool known = conf_interpreter(command, interpreter, sizeof interpreter);

	/* a virtual environment's python is a link out of it, its scripts are not */
	if (realpath(command, real) != NULL && strncmp(base_name(command), "python", 6) != 0 &&
		prefix_of(real, prefix, sizeof prefix) && strcmp(prefix, "/usr") != 0 && look_below(prefix, python, &v))
		return v;
	if (!known || !prefix_of(interpreter, prefix, sizeof prefix))
		return v;
	if (realpath(interpreter, real) != NULL && strncmp(base_name(real), "python3.", 8) == 0)
		python = base_name(real);
	if (strcmp(prefix, "/usr") == 0 && look_below("/usr/local", python, &v))
		return v;
	if (!look_below(prefix, python, &v) && strcmp(prefix, "/usr") == 0)
		look_below(prefix, "python3", &v); /* Debian: one directory for all of Python 3 */
	return v;
}
