/*
 * lines -- the lines of a file that say something: continued ones joined, comments and empty ones left out, those
 * that cannot be taken complained of.
 */
#ifndef BRIDLE_CONF_LINES_H
#define BRIDLE_CONF_LINES_H

#include "conf/build.h"
#include "conf/source.h"

struct lines {
	struct build *build;
	uint16_t file;
	const char *next; /* where the next physical line begins; NULL at the end */
	uint32_t number;  /* of the last one taken */
	/* the line that was taken last */
	char *text; /* blanks around it trimmed; room for the whole file, so that anything fits */
	size_t length;
	uint32_t begins; /* its number, or that of the first of those that were joined */
};

/* Begin with what SOURCE holds, which is file number FILE of BUILD. False when there is no memory. */
bool lines_init(struct lines *l, struct build *build, uint16_t file, const struct source *source);
void lines_release(struct lines *l);

/* Take the next line that says something; false at the end. */
bool lines_next(struct lines *l);

/* Complain about the line that was taken last. */
struct build_place lines_place(const struct lines *l);

#endif
