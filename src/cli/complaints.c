#include "cli/complaints.h"

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

void
complaints_print(FILE *out, struct paint p, struct conf_report *report)
{
	conf_report_sort(report);
	for (uint32_t i = 0; i < report->count; i++)
		print_complaint(out, p, &report->at[i]);
}
