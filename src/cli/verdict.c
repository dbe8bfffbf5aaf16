#include "cli/verdict.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "judge/record.h"

void
verdict_printer_init(struct verdict_printer *p, bool json)
{
	memset(p, 0, sizeof *p);
	p->json = json;
	p->paint = paint_for(STDOUT_FILENO);
}

/* Beside what every record has, where in the log it was: one that Bridle kept itself has no such place. */
static void
print_json(const struct incident *i)
{
	struct jsonw w;
	size_t length;
	char *object;

	jsonw_init(&w, 1 << 16); /* more than an incident's lines, traceback and words can be */
	jsonw_object_open(&w);
	incident_write(&w, i);
	jsonw_key_integer(&w, "times", i->times);
	jsonw_key_integer(&w, "first_line", (int64_t)i->first_line);
	jsonw_key_integer(&w, "last_line", (int64_t)i->last_line);
	jsonw_object_close(&w);
	object = jsonw_take(&w, &length);
	if (object != NULL)
		puts(object);
	free(object);
}

static void
print_line(const struct verdict_printer *p, const struct incident_line *line)
{
	printf("  %sline %llu:%s ", paint_on(p->paint, COLOUR_FAINT), (unsigned long long)line->line,
		paint_off(p->paint, COLOUR_FAINT));
	paint_visible(stdout, line->text);
	putchar('\n');
}

static const char *
certainty(unsigned confidence)
{
	return confidence >= CAUSE_CONFIDENT ? "" : "likely ";
}

/* Five lines: the verdict, what it means, two that carry it, what to do. */
static void
print_words(const struct verdict_printer *p, const struct incident *i)
{
	const struct cause_entry *cause = &causes[i->verdict.cause];
	enum colour colour = i->verdict.phase == PHASE_RECYCLE || i->verdict.phase == PHASE_RELOAD ||
			i->verdict.phase == PHASE_SHUTDOWN || i->verdict.cause == CAUSE_HEALTHY ?
		COLOUR_GOOD :
		COLOUR_BAD;

	printf("%s%s%s%s in phase %s, lines %llu to %llu", certainty(i->verdict.confidence), paint_on(p->paint, colour),
		incident_name(i), paint_off(p->paint, colour), cause_phases[i->verdict.phase],
		(unsigned long long)i->first_line, (unsigned long long)i->last_line);
	if (i->times > 1)
		printf(", %u times", i->times);
	printf("\n  %s\n", cause->what);
	/* before the advice: who doubts the verdict sees first what it rests on */
	for (unsigned k = 0; k < 2 && i->lines[k].line != 0; k++)
		print_line(p, &i->lines[k]);
	paint_wrapped(stdout, p->paint, COLOUR_PLAIN, cause->advice, 2);
}

void
verdict_print(struct verdict_printer *p, const struct incident *i)
{
	/* a place that was never filled (why_log.c keeps one for what may come) */
	if (i->times == 0)
		return;
	if (p->json)
		print_json(i);
	else
		print_words(p, i);
}
