/*
 * check_application -- whether the module that is to be served is anywhere at all.
 *
 * Python looks in `directory` (Gunicorn puts it first), pythonpath, PYTHONPATH, and the packages of its interpreter.
 * It may look elsewhere, too: .pth files and finders of editable installs say where. Then nothing is complained of.
 */
#include "conf/check_rules.h"

#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "conf/source.h"

enum found { FOUND_NOT, FOUND, FOUND_UNKNOWN };

/* What cannot be looked at (EACCES, ELOOP) may well be there, and "there is no module" must be certain. */
static bool
is_there(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

/* An error of glob(3) is no "no". */
static bool
matches(const char *pattern)
{
	glob_t found = { 0 };
	int status = glob(pattern, GLOB_NOSORT, NULL, &found);

	globfree(&found);
	return status != GLOB_NOMATCH;
}

/* MODULE as a package, a file, or a compiled one in DIRECTORY, which is taken as it stands: no pattern. */
static bool
is_module_in(const char *directory, const char *module)
{
	static const char *const forms[] = { "", ".py", ".*" };
	char path[2 * PATH_MAX];

	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
		bool is_pattern = forms[i][0] == '.' && forms[i][1] == '*';
		int n = snprintf(path, sizeof path, "%s/%s%s", directory, module, forms[i]);

		if (n < 0 || (size_t)n >= sizeof path || (is_pattern && strpbrk(directory, "*?[\\") != NULL))
			return true;
		if (is_pattern ? matches(path) : is_there(path))
			return true;
	}
	return false;
}

/* In the directories of LIST, parted by BETWEEN. */
static bool
is_module_along(const struct check *c, const char *list, char between, const char *module)
{
	char piece[PATH_MAX], directory[PATH_MAX];

	while (*list != '\0') {
		size_t n = strcspn(list, (char[]){ between, '\0' });

		if (n >= sizeof piece)
			return true;
		/* an empty piece is `directory` itself, as it is in PYTHONPATH */
		memcpy(piece, list, n);
		piece[n] = '\0';
		if (!check_path(c, piece, directory, sizeof directory) || is_module_in(directory, module))
			return true;
		list += n + (list[n] == between);
	}
	return false;
}

/* Whether DIRECTORY, a site-packages, has MODULE, or points to other directories. distutils-precedence.pth and
 * _virtualenv.pth come with every environment and point nowhere. */
static enum found
find_in_site(const char *directory, const char *module)
{
	static const char *const pointers[] = { "[!d_]*.pth", "__editable__*" };
	char pattern[2 * PATH_MAX];

	if (is_module_in(directory, module))
		return FOUND;
	for (size_t i = 0; i < sizeof pointers / sizeof pointers[0]; i++) {
		int n = snprintf(pattern, sizeof pattern, "%s/%s", directory, pointers[i]);

		if (n < 0 || (size_t)n >= sizeof pattern || matches(pattern))
			return FOUND_UNKNOWN;
	}
	return FOUND_NOT;
}

/* In any directory that PATTERN stands for. */
static enum found
find_along_pattern(const char *pattern, const char *module)
{
	enum found result = FOUND_NOT;
	glob_t found = { 0 };

	if (glob(pattern, 0, NULL, &found) != 0)
		result = FOUND_UNKNOWN;
	for (size_t i = 0; result == FOUND_NOT && i < found.gl_pathc; i++)
		result = find_in_site(found.gl_pathv[i], module);
	globfree(&found);
	return result;
}

/* What "NAME = value" of a pyvenv.cfg says, in VALUE; false when it does not. */
static bool
cfg_value(const char *text, const char *name, char *value, size_t size)
{
	struct text t;

	for (; *text != '\0'; text += strcspn(text, "\n"), text += *text == '\n') {
		size_t n = strlen(name);

		if (strncmp(text, name, n) != 0)
			continue;
		text += n + strspn(text + n, " =");
		text_init(&t, value, size);
		return text_addn(&t, text, strcspn(text, "\r\n"));
	}
	return false;
}

/* Where the Python behind the virtual environment has its own modules, as a pattern; false when unknown. */
static bool
find_standard_library(const struct check *c, char *pattern, size_t size)
{
	uid_t owner = c->has_account ? c->account.uid : (uid_t)-1;
	char path[PATH_MAX + 16], home[PATH_MAX], shared[16];
	struct source source;
	bool known;
	int n;

	snprintf(path, sizeof path, "%s/pyvenv.cfg", c->service.virtualenv);
	if (!source_load(&source, path, owner, NULL))
		return false;
	known = cfg_value(source.bytes, "home", home, sizeof home) &&
		!(cfg_value(source.bytes, "include-system-site-packages", shared, sizeof shared) && shared[0] == 't');
	source_release(&source);
	n = snprintf(pattern, size, "%s/../lib*/python3.*", home);
	return known && n > 0 && (size_t)n < size;
}

/* In the packages of the virtual environment, and in the modules of Python itself. */
static enum found
find_in_packages(const struct check *c, const char *module)
{
	char pattern[PATH_MAX + 64];
	enum found result;

	if (c->service.virtualenv[0] == '\0' || strpbrk(c->service.virtualenv, "*?[\\") != NULL)
		return FOUND_UNKNOWN;
	snprintf(pattern, sizeof pattern, "%s/lib*/python3*/site-packages", c->service.virtualenv);
	result = find_along_pattern(pattern, module);
	if (result != FOUND_NOT)
		return result;
	return find_standard_library(c, pattern, sizeof pattern) ? find_along_pattern(pattern, module) : FOUND_UNKNOWN;
}

/* Whether MODULE, a name without dots, can be imported. */
static enum found
find_module(const struct check *c, const char *module)
{
	const char *path = check_variable(c, "PYTHONPATH");

	/* all of these may name more directories than we can tell */
	if (c->service.args.count > 0 || check_is_set(c, "config") || check_is_set(c, "paste") ||
		c->service.environment_file.count > 0)
		return FOUND_UNKNOWN;
	/* chdir is one directory, whatever is in its name: no line break is */
	if (is_module_in(c->service.directory, module) || is_module_along(c, check_passed(c, "chdir"), '\n', module) ||
		is_module_along(c, check_passed(c, "pythonpath"), ',', module) ||
		(path != NULL && is_module_along(c, path, ':', module)))
		return FOUND;
	return find_in_packages(c, module);
}

/* The first name of "package.module:variable", if it is one. */
static bool
first_name(const char *words, char *name, size_t size)
{
	size_t n = strcspn(words, ".:");
	struct text t;

	text_init(&t, name, size);
	return n > 0 && strpbrk(words, "/ *?[\\") == NULL && text_addn(&t, words, n);
}

/* What has to be installed for a worker class; false when nothing. */
static bool
needed_by_class(const char *class, char *module, size_t size)
{
	static const char *const extras[] = { "gevent", "eventlet", "tornado" };

	for (size_t i = 0; i < sizeof extras / sizeof extras[0]; i++)
		if (strncmp(class, extras[i], strlen(extras[i])) == 0)
			return text_copy(module, size, extras[i]);
	return strchr(class, '.') != NULL && strncmp(class, "gunicorn.", 9) != 0 && first_name(class, module, size);
}

/* "app.py" is the file of a module, and Gunicorn would look for a module py in a package app. */
static void
check_file_of_module(const struct check *c)
{
	const char *app = c->service.app, *variable = strchr(app, ':');
	size_t n = variable == NULL ? strlen(app) : (size_t)(variable - app);
	char path[PATH_MAX], module[PATH_MAX];
	struct stat st;
	struct text t;

	text_init(&t, module, sizeof module);
	if (n < 4 || strncmp(app + n - 3, ".py", 3) != 0 || app[0] == '/' || !text_addn(&t, app, n) ||
		!check_path(c, module, path, sizeof path) || stat(path, &st) < 0 || !S_ISREG(st.st_mode))
		return;
	module[n - 3] = '\0';
	for (char *slash = module; (slash = strchr(slash, '/')) != NULL;)
		*slash = '.';
	check_say(c, CONF_ERROR, "app", "'%s' is a file, and Gunicorn takes a module: write %s%s", app,
		module + (strncmp(app, "./", 2) == 0 ? 2 : 0), variable != NULL ? variable : ":application");
}

void
check_application(const struct check *check)
{
	const struct conf_service *s = &check->service;
	char module[128];

	check_file_of_module(check);
	if (needed_by_class(s->worker_class, module, sizeof module) && find_module(check, module) == FOUND_NOT)
		check_say(check, CONF_WARNING, "worker_class",
			"worker_class = %s needs '%s', which is not installed: "
			"%s/bin/pip install %s",
			s->worker_class, module, s->virtualenv, module);
	if (first_name(s->app, module, sizeof module) && find_module(check, module) == FOUND_NOT)
		check_say(check, CONF_WARNING, "app", "there is no module '%s' in %s or %s: is directory right?",
			module, s->directory[0] != '\0' ? s->directory : "/", s->virtualenv);
}
