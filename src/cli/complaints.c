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

/* The others are printed by bridle check. */
bool
complaints_tell(const char *path, const char *what, const struct conf_report *report, struct trouble *t)
{
	for (uint32_t i = 0; i < report->count; i++) {
		const struct conf_complaint *c = &report->at[i];

		if (c->severity != CONF_ERROR)
			continue;
		if (c->line > 0) /* 0: the file as a whole */
			trouble_set(t, CLI_FAILED, 0, "%s:%u: %s", c->file, (unsigned)c->line, c->text);
		else
			trouble_set(t, CLI_FAILED, 0, "%s: %s", c->file, c->text);
		return trouble_hint(t, "%s read from it; bridle check %s prints all errors", what, path);
	}
	return trouble_set(t, CLI_FAILED, 0, "cannot read '%s'", path);
}
