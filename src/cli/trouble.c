#include "cli/trouble.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli/paint.h"

bool
trouble_set(struct trouble *t, enum cli_exit status, int errnum, const char *fmt, ...)
{
	char words[sizeof t->err.text];
	va_list args;

	va_start(args, fmt);
	vsnprintf(words, sizeof words, fmt, args);
	va_end(args);
	t->status = status;
	t->hint[0] = '\0';
	return err_set(&t->err, errnum, "%s", words);
}

bool
trouble_hint(struct trouble *t, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(t->hint, sizeof t->hint, fmt, args);
	va_end(args);
	return false;
}

/* "bridle logs NAME" with NAME's own, or without. */
static void
name_in_hint(struct trouble *t, const char *name)
{
	static const char blank[] = " NAME";
	const char *place = strstr(t->hint, blank);
	char words[sizeof t->hint];

	if (place == NULL)
		return;
	snprintf(words, sizeof words, "%.*s%s%s%s", (int)(place - t->hint), t->hint, name != NULL ? " " : "",
		name != NULL ? name : "", place + sizeof blank - 1);
	memcpy(t->hint, words, sizeof words);
}

void
trouble_about(struct trouble *t, const char *name)
{
	/* who may not, whom nobody answers, or who typed it wrong learns nothing from a name */
	bool of_service = t->status == CLI_FAILED || t->status == CLI_REFUSED || t->status == CLI_NOT_READY;

	if (name != NULL && of_service && strncmp(t->err.text, name, strlen(name)) != 0)
		err_prefix(&t->err, "%s", name);
	name_in_hint(t, name);
}

int
trouble_tell(const struct trouble *t)
{
	fflush(stdout); /* where both go to one terminal, in the order in which things were said */
	fputs("bridle: ", stderr);
	paint_visible(stderr, t->err.text);
	fputc('\n', stderr);
	if (t->hint[0] != '\0') {
		fputs("        ", stderr);
		paint_visible(stderr, t->hint);
		fputc('\n', stderr);
	}
	return (int)t->status;
}
