/*
 * directives -- finding one's way in the list of directives.def.
 */
#ifndef BRIDLE_IMPORT_DIRECTIVES_H
#define BRIDLE_IMPORT_DIRECTIVES_H

#include "import/translate.h"

struct directive {
	const char *section, *name;
	enum fate fate;
	const char *key; /* or "" */
	translator translate;
	const char *reason; /* or "" */
};

/* How many there are; the number of one of them, below that. */
enum {
	DIRECTIVE_COUNT = 0
#define DIRECTIVE(section, name, fate, key, how, reason) +1
#include "import/directives.def"
#undef DIRECTIVE
};
unsigned directive_number(const struct directive *d);

/* The directive NAME of SECTION (names are case-sensitive, as with systemd); NULL when it is not in the list. */
const struct directive *directive_find(const char *section, const char *name);

/* The directive of SECTION that NAME is but for the case of letters, or one edit; NULL when there is none. */
const struct directive *directive_meant(const char *section, const char *name);

#endif
