#include "base/pathname.h"

#include <string.h>

const char *
pathname_rest(const char *path, const char *place)
{
	size_t n = strlen(place);

	/* people write "/srv/shop/" as well; and of "/" nothing is left, so that whatever is absolute is below it */
	while (n > 0 && place[n - 1] == '/')
		n--;
	/* whole parts only: /srv/shop-old is not below /srv/shop */
	if (strncmp(path, place, n) != 0 || (path[n] != '/' && path[n] != '\0'))
		return NULL;
	path += n;
	return path[strspn(path, "/")] == '\0' ? "" : path;
}

bool
pathname_is_below(const char *path, const char *place)
{
	return pathname_rest(path, place) != NULL;
}

bool
pathname_goes_up(const char *path, size_t n)
{
	for (size_t at = 0, part; at < n; at += part + 1) {
		const char *slash = memchr(path + at, '/', n - at);

		part = slash != NULL ? (size_t)(slash - path) - at : n - at;
		if (part == 2 && memcmp(path + at, "..", 2) == 0)
			return true;
	}
	return false;
}
