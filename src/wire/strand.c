#include "wire/strand.h"

/* FNV-1a. */
uint32_t
strand_hash(const char *bytes, size_t n)
{
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < n; i++)
		hash = (hash ^ (unsigned char)bytes[i]) * 16777619u;
	return hash > 0 ? hash : 1;
}

void
strand_keep(struct strand *s, const struct logform *f, bool begins)
{
	if (begins)
		s->source = f->source;
	s->length = f->length;
	s->last = strand_hash(f->message, f->length);
}

/* Empty lines are as many as they are: one may stand between two blocks, and end the first. */
static bool
is_said_again(const struct strand *s, const struct logform *f)
{
	return f->length > 0 && f->length == s->length && f->header == HEADER_NONE &&
		strand_hash(f->message, f->length) == s->last;
}

bool
strand_is_apart(const struct strand *s, const struct logform *f)
{
	return (f->source > 0 && s->source > 0 && f->source != s->source) || is_said_again(s, f);
}
