#include "conf/bindpath.h"

#include <string.h>

#include "base/pathname.h"

/* Without slashes at its end. */
static size_t
trimmed(const char *path, size_t n)
{
	while (n > 1 && path[n - 1] == '/')
		n--;
	return n;
}

bool
bindpath_parse(const char *word, struct bindpath *out, struct err *err)
{
	const char *source = word + (word[0] == '-'), *destination = source;
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
	n = trimmed(source, n);
	m = trimmed(destination, m);
	if (m == 1)
		return err_set(err, 0, "'%s': / itself cannot be laid over", word);
	if (behind[0] == ':' && strcmp(behind, ":rbind") != 0 && strcmp(behind, ":norbind") != 0)
		return err_set(err, 0, "'%s': expected rbind or norbind behind the destination", word);
	*out = (struct bindpath){ word[0] == '-', strcmp(behind, ":norbind") == 0, source, destination, n, m };
	return true;
}

bool
bindpath_is_elsewhere(const struct bindpath *bound)
{
	return bound->source_length != bound->destination_length ||
		strncmp(bound->source, bound->destination, bound->source_length) != 0;
}
