/*
 * table -- rows and columns for people: as wide as what is in them, as narrow as the terminal.
 *
 * Cells are given one after another, row by row. A row may have a note, a sentence that stands in a last column
 * where all notes fit, else wrapped below its row. Where the columns alone are too wide, those that matter least
 * are left out. Memory that cannot be had shows as a table that ends early, and table_print() returns false.
 */
#ifndef BRIDLE_CLI_TABLE_H
#define BRIDLE_CLI_TABLE_H

#include <stdbool.h>
#include <stdio.h>

#include "cli/paint.h"

struct table_column {
	const char *title;
	bool right;      /* numbers: flush right */
	unsigned weight; /* 0: never left out; else the largest goes first */
};

struct table_cell {
	char *words; /* visible, owned; "" shows nothing */
	unsigned columns;
	enum colour colour;
};

struct table {
	const struct table_column *columns;
	unsigned count; /* of columns; a row has one cell more, for its note */
	const char *note_title;
	struct table_cell *cells;    /* rows * (count + 1) */
	unsigned rows, room, filled; /* room: rows allocated; filled: cells of the last row */
	bool failed;
};

enum { TABLE_COLUMNS_MAX = 16 };

/* Begin a table of COUNT columns (at most TABLE_COLUMNS_MAX); they must live as long as it. NOTE_TITLE: of the notes. */
void table_init(struct table *t, const struct table_column *columns, unsigned count, const char *note_title);
void table_free(struct table *t);

/* Begin a row. Cells not given stay empty. */
void table_row(struct table *t);

/* The next cell of the row that was begun; control characters are made visible. At most 255 bytes of that count. */
void table_cell(struct table *t, enum colour colour, const char *words);

/* The note of the row that was begun, likewise, of up to 1023 bytes; once a row. */
void table_note(struct table *t, enum colour colour, const char *words);

/* Print it as P says, each line beginning with INDENT blanks. No line ends in a blank; none is wider than P.width
 * unless the columns of weight 0 are. False when memory was short: some of it is missing then. */
bool table_print(const struct table *t, FILE *out, struct paint p, unsigned indent);

#endif
