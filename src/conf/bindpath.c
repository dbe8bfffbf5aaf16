#include "conf/bindpath.h"

#include <stdio.h>
#include <string.h>

#include "base/pathname.h"

/* The N bytes at PATH, without slashes at their end. False: they are too many. */
static bool
keep(char to[PATH_MAX], const char *path, size_t n)
{
	while (n > 1 && path[n - 1] == '/')
		n--;
	return snprintf(to, PATH_MAX, "%.*s", (int)n, path) < PATH_MAX;
}

bool
bindpath_parse(const char *word, struct bindpath *out, struct err *err)
{
	const char *source = word + (word[0] == '-'), *destination = source;
	/* one path alone is both */
	size_t n = strcspn(source, ":"), m = n;
	const char *behind = source + n;

	if (behind[0] == ':') {
		destination = behind + 1;
		m = strcspn(destination, ":");
		behind = destination + m;
	}
	if (source[0] != '/' || destination[0] != '/')
		return err_set(err, 0, "'%s' is not SOURCE[:DESTINATION[:rbind|norbind]] of absolute paths", word);
	if (pathname_goes_up(source, n) || pathname_goes_up(destination, m))
		return err_set(err, 0, "'%s' has a '..' in it: write where that leads", word);
	if (!keep(out->source, source, n) || !keep(out->destination, destination, m))
		return err_set(err, 0, "a path is too long: '%.60s...'", word);
	if (out->destination[1] == '\0')
		return err_set(err, 0, "'%s': / itself cannot be laid over", word);
	if (behind[0] == ':' && strcmp(behind, ":rbind") != 0 && strcmp(behind, ":norbind") != 0)
		return err_set(err, 0, "'%s': expected rbind or norbind behind the destination", word);
	out->may_miss = word[0] == '-';
	out->alone = strcmp(behind, ":norbind") == 0;
	return true;
}

bool
bindpath_is_elsewhere(const struct bindpath *bound)
{
	return strcmp(bound->source, bound->destination) != 0;
}
