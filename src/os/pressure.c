#include "os/pressure.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "os/kernfile.h"

/* "some avg10=12.34 avg60=...": the first line of each file. */
static int32_t
read_one(const char *dir, const char *name)
{
	static const char begin[] = "some avg10=";
	char path[256], text[256];
	unsigned whole, hundredths;

	if ((size_t)snprintf(path, sizeof path, "%s/%s", dir, name) >= sizeof path ||
		kernfile_read(AT_FDCWD, path, text, sizeof text) <= 0 || strncmp(text, begin, sizeof begin - 1) != 0 ||
		sscanf(text + sizeof begin - 1, "%3u.%2u", &whole, &hundredths) != 2 || whole > 100)
		return -1;
	return (int32_t)(whole * 100 + hundredths);
}

struct pressure
pressure_look(const char *dir)
{
	return (struct pressure){ read_one(dir, "memory"), read_one(dir, "io"), read_one(dir, "cpu") };
}
