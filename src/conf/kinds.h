/*
 * kinds -- what the files that read values (kinds*.c) share: how a kind is written down, and the readers that several need.
 */
#ifndef BRIDLE_CONF_KINDS_H
#define BRIDLE_CONF_KINDS_H

#include "conf/values.h"

/* A kind of values.h: its reader, its shape with what to call it, and what else it has. */
#define KIND(name, reader, ...) const struct value_kind value_kind_##name = { .parse = reader, __VA_ARGS__ };
#define NUMBER(what) .shape = VALUE_NUMBER, .expected = what, .unset = -1
#define INT(what) .shape = VALUE_INT, .expected = what, .unset = -1
#define STRING(what) .shape = VALUE_STRING, .expected = what
#define WORDS(what) .shape = VALUE_WORDS, .expected = what
/* The words for 0, 1 ...: in the order of the enums in conf.h and base/log.h. */
#define CHOICES(...) \
	.choices = (const char *const[]) \
	{ \
		__VA_ARGS__, NULL \
	}

/* Readers as in struct value_kind. */
bool kind_string(const struct value_place *place, const char *text, void *out, struct err *err); /* as it is */
bool kind_words(const struct value_place *place, const char *text, void *out, struct err *err);  /* by blanks, quoted */
bool kind_boolean(const struct value_place *place, const char *text, void *out, struct err *err);
bool kind_choice(const struct value_place *place, const char *text, void *out,
	struct err *err); /* of the kind's choices */

#endif
