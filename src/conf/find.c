/*
 * find.c -- the program is looked for when the configuration is read, not by execvp(3) when it is started: a start that
 * fails for that would be a service that was up until its next restart.
 */
#include "conf/find.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/command.h"

/* For anybody: whether its user may run it, with access lists and mounts of his own, execve(2) will say. */
static bool
is_program(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) != 0;
}

/* False where it does not fit: half a path may be another program. */
static bool
join(char *path, size_t size, const char *directory, size_t n, const char *name)
{
	int length = snprintf(path, size, "%.*s/%s", (int)n, directory, name);

	return length > 0 && (size_t)length < size;
}

/* What PATH is to SERVICE: its own, or ours. Not one from an environment file: those are read later. */
static const char *
search_path(const struct conf_service *service)
{
	const char *ours = getenv("PATH");

	for (uint32_t i = service->environment.count; i > 0; i--)
		if (strncmp(service->environment.at[i - 1], "PATH=", 5) == 0)
			return service->environment.at[i - 1] + 5;
	return ours != NULL ? ours : FIND_PATH_DEFAULT;
}

/* Relative entries of PATH depend on where we happen to be: they are passed over. */
static bool
find_along(const char *along, const char *name, char *path, size_t size)
{
	while (*along != '\0') {
		size_t n = strcspn(along, ":");

		if (*along == '/' && join(path, size, along, n, name) && is_program(path))
			return true;
		along += n + (along[n] == ':');
	}
	return false;
}

static bool
find_in_virtualenv(const struct conf_service *service, const char *name, char *path, size_t size)
{
	char bin[FIND_PATH_SIZE];

	return service->virtualenv[0] != '\0' &&
		join(bin, sizeof bin, service->virtualenv, strlen(service->virtualenv), "bin") &&
		join(path, size, bin, strlen(bin), name) && is_program(path);
}

/* A path that begins elsewhere than at the root begins in `directory`, where execve(2) would look. */
static bool
find_below(const struct conf_service *service, const char *name, char *path, size_t size, struct err *err)
{
	const char *directory = service->directory;

	if (name[0] == '/')
		directory = "";
	if (!join(path, size, directory, strlen(directory), name + (name[0] == '/')) || !is_program(path))
		return err_set(err, 0, "'%s' is not there, or cannot be executed", path);
	return true;
}

/* Without a slash it is a name, with one a path, as to a shell. */
bool
find_program(const struct conf_service *service, const char *name, char *path, size_t size, struct err *err)
{
	if (strchr(name, '/') != NULL)
		return find_below(service, name, path, size, err);
	return find_in_virtualenv(service, name, path, size) || find_along(search_path(service), name, path, size) ||
		err_set(err, 0, "there is no '%s' in PATH", name);
}

bool
conf_command_find(const struct conf_service *service, char *path, size_t size, struct err *err)
{
	const char *name = service->command.count > 0 ? service->command.at[0] : "gunicorn";
	bool is_gunicorn = strcmp(name, "gunicorn") == 0;

	if (!is_gunicorn || strchr(name, '/') != NULL)
		return find_program(service, name, path, size, err);
	if (find_in_virtualenv(service, name, path, size))
		return true;
	/* another gunicorn than the virtual environment's would run another Python, without the application's modules */
	if (service->virtualenv[0] != '\0')
		return err_set(err, 0, "there is no gunicorn in %s/bin: run %s/bin/pip install gunicorn",
			service->virtualenv, service->virtualenv);
	if (find_along(search_path(service), name, path, size))
		return true;
	return err_set(err, 0, "there is no gunicorn in PATH: set virtualenv, or install it");
}
