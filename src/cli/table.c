#include "cli/table.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* First what the cells need (measure), then what there is room for (narrow), then each row is written once. Widths are
 * columns of a terminal, not bytes: cells are made visible, and counted, when they are given. */

enum { GAP = 2 /* blanks between columns */, NOTE_INDENT = 2 /* of a note below its row */ };

void
table_init(struct table *t, const struct table_column *columns, unsigned count, const char *note_title)
{
	assert(count <= TABLE_COLUMNS_MAX);
	*t = (struct table){ .columns = columns, .count = count, .note_title = note_title };
}

void
table_free(struct table *t)
{
	for (unsigned i = 0; i < t->rows * (t->count + 1); i++) /* the last column is the note */
		free(t->cells[i].words);
	free(t->cells);
}

static struct table_cell *
cell_at(const struct table *t, unsigned row, unsigned column)
{
	return &t->cells[row * (t->count + 1) + column];
}

void
table_row(struct table *t)
{
	size_t row_size = (t->count + 1) * sizeof *t->cells;

	if (t->rows == t->room) {
		unsigned room = t->room == 0 ? 16 : 2 * t->room;
		struct table_cell *cells = realloc(t->cells, room * row_size);

		if (cells == NULL) {
			t->failed = true;
			return;
		}
		t->cells = cells;
		t->room = room;
	}
	memset(cell_at(t, t->rows, 0), 0, row_size);
	t->rows++;
	t->filled = 0;
}

static void
set_cell(struct table *t, unsigned column, enum colour colour, const struct text *words)
{
	struct table_cell *cell;

	if (t->failed) /* whatever comes is passed over, and table_print() says so */
		return;
	assert(t->rows > 0);
	cell = cell_at(t, t->rows - 1, column);
	*cell = (struct table_cell){ .words = strdup(words->at), .colour = colour };
	t->failed = cell->words == NULL; /* an empty cell then, not one of so many columns that is not there */
	cell->columns = t->failed ? 0 : paint_columns(words->at);
}

void
table_cell(struct table *t, enum colour colour, const char *words)
{
	char buffer[256];
	struct text visible;

	text_init(&visible, buffer, sizeof buffer);
	text_add_visible(&visible, words, strlen(words));
	assert(t->failed || t->filled < t->count);
	set_cell(t, t->filled++, colour, &visible);
}

void
table_note(struct table *t, enum colour colour, const char *words)
{
	char buffer[1024];
	struct text visible;

	text_init(&visible, buffer, sizeof buffer);
	text_add_visible(&visible, words, strlen(words));
	set_cell(t, t->count, colour, &visible);
}

/* How a table is laid out: the width of each column (0: left out), and where notes stand. */
struct layout {
	unsigned width[TABLE_COLUMNS_MAX + 1];
	unsigned total;    /* of all columns with their gaps, without notes */
	bool notes_beside; /* in a column of their own */
};

static void
measure(const struct table *t, struct layout *l)
{
	for (unsigned i = 0; i <= t->count; i++) {
		/* notes stand last, so that nothing has to be aligned with their title */
		l->width[i] = i < t->count ? paint_columns(t->columns[i].title) : 0;
		for (unsigned row = 0; row < t->rows; row++)
			if (cell_at(t, row, i)->columns > l->width[i])
				l->width[i] = cell_at(t, row, i)->columns;
	}
	for (unsigned i = 0; i < t->count; i++)
		l->total += l->width[i] + (i > 0 ? GAP : 0);
}

/* Leave out what matters least until the rest fits. A column of weight 0 stays, however narrow the terminal: it wraps then. */
static void
narrow(const struct table *t, struct layout *l, unsigned width)
{
	while (l->total > width) {
		unsigned least = 0;

		for (unsigned i = 1; i < t->count; i++)
			if (l->width[i] > 0 && t->columns[i].weight > t->columns[least].weight)
				least = i;
		if (t->columns[least].weight == 0 || l->width[least] == 0)
			return;
		l->total -= l->width[least] + GAP;
		l->width[least] = 0;
	}
}

/* Blanks are owed, not written, until something follows them: no line ends in one. */
struct line {
	FILE *out;
	struct paint paint;
	unsigned owed;
};

static void
put(struct line *line, enum colour colour, const char *words, unsigned columns, unsigned width, bool right)
{
	unsigned pad = width > columns ? width - columns : 0;

	line->owed += right ? pad : 0;
	if (columns > 0) {
		fprintf(line->out, "%*s%s%s%s", (int)line->owed, "", paint_on(line->paint, colour), words,
			paint_off(line->paint, colour));
		line->owed = 0;
	}
	line->owed += right ? 0 : pad;
}

static void
print_title(const struct table *t, const struct layout *l, struct line *line, unsigned indent)
{
	line->owed = indent;
	for (unsigned i = 0; i < t->count; i++) {
		const char *title = t->columns[i].title;

		if (l->width[i] == 0)
			continue;
		put(line, COLOUR_TITLE, title, paint_columns(title), l->width[i], t->columns[i].right);
		line->owed += GAP;
	}
	if (l->notes_beside && l->width[t->count] > 0)
		put(line, COLOUR_TITLE, t->note_title, paint_columns(t->note_title), 0, false);
	fputc('\n', line->out);
}

static void
print_row(const struct table *t, const struct layout *l, unsigned row, struct line *line, unsigned indent)
{
	const struct table_cell *note = cell_at(t, row, t->count);

	line->owed = indent;
	for (unsigned i = 0; i < t->count; i++) {
		const struct table_cell *cell = cell_at(t, row, i);

		if (l->width[i] == 0)
			continue;
		put(line, cell->colour, cell->words, cell->columns, l->width[i], t->columns[i].right);
		line->owed += GAP;
	}
	if (l->notes_beside)
		put(line, note->colour, note->words, note->columns, 0, false);
	fputc('\n', line->out);
	if (!l->notes_beside && note->columns > 0)
		paint_wrapped(line->out, line->paint, note->colour, note->words, indent + NOTE_INDENT);
}

bool
table_print(const struct table *t, FILE *out, struct paint p, unsigned indent)
{
	struct layout layout = { .total = 0 };
	struct line line = { .out = out, .paint = p };
	unsigned width = p.width > indent ? p.width - indent : 0;

	measure(t, &layout);
	narrow(t, &layout, width);
	/* into a pipe each row is one line, for grep(1) and awk(1) */
	layout.notes_beside = p.width == UINT32_MAX || layout.total + GAP + layout.width[t->count] <= width;
	print_title(t, &layout, &line, indent);
	for (unsigned row = 0; row < t->rows; row++)
		print_row(t, &layout, row, &line, indent);
	return !t->failed;
}
