#include "conf/beginning.h"

#include <errno.h>
#include <unistd.h>

/* Installed beside the place of the configuration (etc/etc.am), but for those who install the programs alone. */
static const char example[] = SYSCONFDIR "/bridle/bridle.ini.example";

bool
beginning_is_missing(const char *path, struct err *err)
{
	if (access(path, F_OK) == 0 || errno != ENOENT)
		return false;
	if (access(example, R_OK) == 0)
		err_set(err, 0,
			"there is no configuration yet: cp %s %s, and edit it; or let 'bridle import' make one of units "
			"that are there",
			example, path);
	else
		err_set(err, 0,
			"there is no configuration yet: bridle.ini(5) has examples for %s, or let 'bridle import' make one "
			"of units that are there",
			path);
	return true;
}
