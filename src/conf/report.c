#include "conf/conf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/arena.h"

/* A megabyte of nonsense has half a million wrong lines; nobody reads more than these. All are counted. */
enum { KEPT_MAX = 500, FIRST_CAPACITY = 16 };

static const char no_memory[] = "not enough memory to say what is wrong";

void
conf_report_init(struct conf_report *report)
{
	*report = (struct conf_report){ .arena = arena_new() };
}

void
conf_report_free(struct conf_report *report)
{
	free(report->at);
	arena_free(report->arena);
	*report = (struct conf_report){ 0 };
}

/* Room for one more: the capacity is the power of two that COUNT has reached. */
static bool
make_room(struct conf_report *report)
{
	uint32_t capacity = report->count < FIRST_CAPACITY ? FIRST_CAPACITY : report->count * 2;
	struct conf_complaint *more;

	if (report->count > 0 && (report->count < FIRST_CAPACITY || (report->count & (report->count - 1)) != 0))
		return true;
	more = realloc(report->at, capacity * sizeof *more);
	if (more != NULL)
		report->at = more;
	return more != NULL;
}

/* Complaints are counted even when there is no memory to keep them: with one error nothing is taken up,
 * whether it can be told or not. */
void
conf_complain(struct conf_report *report, enum conf_severity severity, const char *file, uint32_t line, const char *fmt,
	...)
{
	struct conf_complaint *c;
	char text[1024];
	va_list args;

	if (severity == CONF_ERROR)
		report->errors++;
	else
		report->warnings++;
	if (report->count >= KEPT_MAX || report->arena == NULL || !make_room(report))
		return;
	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	c = &report->at[report->count++];
	*c = (struct conf_complaint){ .severity = severity, .line = line };
	/* most complaints in a row are about one file: it is kept once */
	c->file = report->count > 1 && strcmp(c[-1].file, file) == 0 ? c[-1].file :
								       arena_copy_string(report->arena, file);
	c->text = arena_copy_string(report->arena, text);
	if (c->text[0] == '\0')
		c->text = no_memory;
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
conf_report_sort(struct conf_report *report)
{
	if (report->count > 1)
		qsort(report->at, report->count, sizeof *report->at, by_place);
}
