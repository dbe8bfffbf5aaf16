#include "cli/complaints.h"

#include <stdlib.h>
#include <string.h>

/* "file:line: error: words", as compilers do, so that editors find the place. */
static void
print_complaint(FILE *out, struct paint p, const struct conf_complaint *complaint)
{
	bool error = complaint->severity == CONF_ERROR;
	enum colour colour = error ? COLOUR_BAD : COLOUR_BUSY;

	if (*complaint->file != '\0') {
		paint_visible(out, complaint->file);
		if (complaint->line > 0)
			fprintf(out, ":%u", (unsigned)complaint->line);
		fputs(": ", out);
	}
	fprintf(out, "%s%s:%s ", paint_on(p, colour), error ? "error" : "warning", paint_off(p, colour));
	paint_visible(out, complaint->text);
	fputc('\n', out);
}

/* Errors of reading come before those of checking; people go through a file from top to bottom. */
static int
by_place(const void *a, const void *b)
{
	const struct conf_complaint *one = a, *other = b;
	int files = strcmp(one->file, other->file);

	if (files != 0)
		return files;
	return (one->line > other->line) - (one->line < other->line);
}

void
complaints_print(FILE *out, struct paint p, struct conf_report *report)
{
	if (report->count > 1)
		qsort(report->at, report->count, sizeof *report->at, by_place);
	for (uint32_t i = 0; i < report->count; i++)
		print_complaint(out, p, &report->at[i]);
}
