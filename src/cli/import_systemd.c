#include "cli/import_systemd.h"

#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* In the order in which they count: the first file of a name hides the others. */
static const char load_path[] = "/etc/systemd/system:/run/systemd/system:/usr/local/lib/systemd/system:"
				"/usr/lib/systemd/system:/lib/systemd/system";

/* Not conf's source_load(): what is read here is printed, and not run. Whose file it is does not matter. */
bool
import_systemd_file(struct import *im, const char *path, const char *name, struct err *err)
{
	FILE *in = fopen(path, "re");
	char *bytes = malloc(IMPORT_SIZE_MAX + 1);
	size_t length;
	bool ok;

	if (in == NULL || bytes == NULL) {
		err_set(err, errno, "cannot read '%s'", path);
		if (in != NULL)
			fclose(in);
		free(bytes);
		return false;
	}
	length = fread(bytes, 1, IMPORT_SIZE_MAX + 1, in);
	ok = ferror(in) ? err_set(err, errno, "cannot read '%s'", path) :
			  length <= IMPORT_SIZE_MAX || err_set(err, 0, "'%s' is larger than any unit", path);
	if (ok)
		import_add_text(im, name, bytes, length);
	fclose(in);
	free(bytes);
	return ok;
}

static const char *
search_path(void)
{
	const char *path = getenv("SYSTEMD_UNIT_PATH");

	return path != NULL && path[0] != '\0' ? path : load_path;
}

/* The next directory of *ALONG in DIRECTORY; false at the end. */
static bool
next_directory(const char **along, char directory[PATH_MAX])
{
	size_t n = strcspn(*along, ":");

	if (**along == '\0')
		return false;
	snprintf(directory, PATH_MAX, "%.*s", (int)n, *along);
	*along += n + ((*along)[n] == ':');
	return true;
}

/* Where the unit file NAME is. */
static bool
find_unit(const char *name, char path[2 * PATH_MAX])
{
	char directory[PATH_MAX];

	for (const char *along = search_path(); next_directory(&along, directory);) {
		snprintf(path, 2 * PATH_MAX, "%s/%s", directory, name);
		if (access(path, F_OK) == 0)
			return true;
	}
	return false;
}

/* The names of files alone, as systemd sorts drop-ins of all directories. */
static const char *
last_part(const char *path)
{
	return strrchr(path, '/');
}

/* Bring PATHS into that order; those that are called the same stay in theirs, which is that of precedence. */
static void
sort_by_name(char **paths, size_t count)
{
	for (size_t i = 1; i < count; i++)
		for (size_t k = i; k > 0 && strcmp(last_part(paths[k - 1]), last_part(paths[k])) > 0; k--) {
			char *path = paths[k];

			paths[k] = paths[k - 1];
			paths[k - 1] = path;
		}
}

struct search {
	const char *directory; /* of units; its length is LENGTH */
	int length;
	glob_t found;
	int flags; /* with GLOB_APPEND from the second time on */
};

static void
look(struct search *s, const char *name)
{
	char pattern[2 * PATH_MAX];

	snprintf(pattern, sizeof pattern, "%.*s/%s.d/*.conf", s->length, s->directory, name);
	glob(pattern, s->flags, NULL, &s->found);
	s->flags |= GLOB_APPEND;
}

/* "a-b" of UNIT, shortened to "a-", that to nothing. */
static size_t
shorten(const char *unit, size_t length)
{
	for (length--; length > 0 && unit[length - 1] != '-'; length--)
		;
	return length;
}

/* Those of "a-b.service", then of all that begin with "a-" (systemd.unit(5)); of an instance "a-b@c.service", each time its
 * template's too, and what is shorter than that has no "@". */
static void
look_along(struct search *s, const char *unit, size_t length, const char *instance, const char *type)
{
	char name[NAME_MAX + 16];

	for (; length > 0; length = shorten(unit, length)) {
		snprintf(name, sizeof name, "%.*s%s.%s", (int)length, unit, instance, type);
		look(s, name);
		if (*instance == '\0')
			continue;
		snprintf(name, sizeof name, "%.*s@.%s", (int)length, unit, type);
		look(s, name);
		look_along(s, unit, shorten(unit, length), "", type);
	}
}

/* The drop-ins for the unit in all directories: a directory counts before the next one, in it what is said of fewer units, and
 * last what is said of all of the type. Of two files with the same name, only the first counts. */
static bool
add_dropins(struct import *im, const char *unit, const char *type, struct err *err)
{
	size_t length = strcspn(unit, "@");
	struct search s = { .flags = GLOB_NOESCAPE }; /* names of units have backslashes (systemd-escape(1)) */
	char **paths;
	bool ok = true;

	for (int pass = 0; pass < 2; pass++)
		for (s.directory = search_path(); *s.directory != '\0';) {
			s.length = (int)strcspn(s.directory, ":");
			if (pass == 0)
				look_along(&s, unit, length, unit + length, type);
			else
				look(&s, type);
			s.directory += s.length + (s.directory[s.length] == ':');
		}
	paths = s.found.gl_pathv;
	sort_by_name(paths, s.found.gl_pathc);
	for (size_t i = 0; ok && i < s.found.gl_pathc; i++)
		if (i == 0 || strcmp(last_part(paths[i - 1]), last_part(paths[i])) != 0)
			ok = import_systemd_file(im, paths[i], paths[i], err);
	globfree(&s.found);
	return ok;
}

/* The unit UNIT.TYPE with its drop-ins, or, of an instance, its template. *THERE: whether there is one. */
static bool
add_unit(struct import *im, const char *unit, const char *type, bool *there, struct err *err)
{
	const char *at = strchr(unit, '@');
	char path[2 * PATH_MAX], template[NAME_MAX + 16], name[NAME_MAX + 16];

	snprintf(name, sizeof name, "%s.%s", unit, type);
	snprintf(template, sizeof template, "%.*s.%s", at != NULL ? (int)(at - unit) + 1 : (int)strlen(unit), unit,
		type);
	*there = find_unit(name, path) || (at != NULL && find_unit(template, path));
	if (!*there)
		return true;
	/* under the name that was asked for: what % stands for depends on the instance */
	return import_systemd_file(im, path,
		       arena_printf(im->arena, "%.*s/%s", (int)(strrchr(path, '/') - path), path, name), err) &&
		add_dropins(im, unit, type, err);
}

/* The sockets of UNIT: the one of its name, and those that it asks for. What is not installed, the import says. */
static bool
add_sockets(struct import *im, const char *unit, struct err *err)
{
	const char *rest = import_sockets(im, unit);
	bool there, ok = add_unit(im, unit, "socket", &there, err);

	while (ok && *(rest += strspn(rest, " \t")) != '\0') {
		size_t n = strcspn(rest, " \t");
		char name[NAME_MAX];

		if (n > 7 && n < sizeof name && memcmp(rest + n - 7, ".socket", 7) == 0 &&
			memchr(rest, '/', n) == NULL) {
			snprintf(name, sizeof name, "%.*s", (int)n - 7, rest);
			ok = strcmp(name, unit) == 0 || add_unit(im, name, "socket", &there, err);
		}
		rest += n;
	}
	return ok;
}

bool
import_systemd_add(struct import *im, const char *name, struct err *err)
{
	const char *end = strstr(name, ".service");
	char unit[NAME_MAX];
	bool there;

	if (end == NULL || end[8] != '\0')
		end = name + strlen(name);
	if ((size_t)(end - name) >= sizeof unit || end == name || memchr(name, '/', (size_t)(end - name)) != NULL)
		return err_set(err, 0, "'%s' is not the name of a unit", name);
	snprintf(unit, sizeof unit, "%.*s", (int)(end - name), name);
	if (!add_unit(im, unit, "service", &there, err))
		return false;
	if (!there)
		return err_set(err, 0, "there is no unit %s.service in %s", unit, search_path());
	return add_sockets(im, unit, err);
}
