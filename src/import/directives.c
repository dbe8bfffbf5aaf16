#include "import/directives.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"

static const struct directive directives[] = {
#define DIRECTIVE(section, name, fate, key, how, reason) { #section, #name, FATE_##fate, key, translate_##how, reason },
#include "import/directives.def"
#undef DIRECTIVE
};

unsigned
directive_number(const struct directive *d)
{
	return (unsigned)(d - directives);
}

/* One after the other: some hundreds, for files of some dozens of lines, once a line. Names are as systemd has them, in this
 * very case. */
const struct directive *
directive_find(const char *section, const char *name)
{
	for (size_t i = 0; i < DIRECTIVE_COUNT; i++)
		if (strcmp(directives[i].section, section) == 0 && strcmp(directives[i].name, name) == 0)
			return &directives[i];
	return NULL;
}

/* A slip of one letter, or of case, which systemd does not forgive: it is passed over there, and told of here. */
const struct directive *
directive_meant(const char *section, const char *name)
{
	for (size_t i = 0; i < DIRECTIVE_COUNT; i++)
		if (strcmp(directives[i].section, section) == 0 &&
			(strcasecmp(directives[i].name, name) == 0 || text_distance(directives[i].name, name) == 1))
			return &directives[i];
	return NULL;
}
