/*
 * paint -- colours and width of a terminal, and words made safe for it.
 */
#ifndef BRIDLE_CLI_PAINT_H
#define BRIDLE_CLI_PAINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum colour { COLOUR_PLAIN, COLOUR_TITLE, COLOUR_FAINT, COLOUR_GOOD, COLOUR_BUSY, COLOUR_BAD, COLOUR_COUNT };

enum { PAINT_NARROWEST = 20 /* columns for words, however narrow the terminal */ };

struct paint {
	bool terminal; /* people look at it */
	bool colours;
	unsigned width; /* columns; UINT32_MAX where no line need end */
};

/* How to write to FD. Colours only on a terminal, not where NO_COLOR is set and not empty (no-color.org) or TERM is
 * "dumb"; the width is the terminal's, else that of COLUMNS, else 80. */
struct paint paint_for(int fd);

/* What switches COLOUR on and off; "" without colours. */
const char *paint_on(struct paint p, enum colour colour);
const char *paint_off(struct paint p, enum colour colour);

/* WORDS to OUT, control characters and broken UTF-8 as \xHH. */
void paint_visible(FILE *out, const char *words);

/* Lines of WORDS (visible already) broken at blanks, none wider than P.width, each beginning with INDENT blanks. */
void paint_wrapped(FILE *out, struct paint p, enum colour colour, const char *words, unsigned indent);

/* How many bytes of WORDS (UTF-8) go on a line of WIDTH (> 0) columns: up to a blank if there is one, else as many as fit. */
size_t paint_line_length(const char *words, unsigned width);

/* Terminal columns of WORDS (UTF-8), a column a character. */
unsigned paint_columns(const char *words);

#endif
