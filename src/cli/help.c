/*
 * help -- how the command is used, from the tables that also run it.
 */
#include <stdio.h>

#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/habits.h"
#include "cli/paint.h"
#include "cli/trouble.h"

/* One option means something else to one command. C: NULL for what all have. */
static const char *
meaning_of(unsigned option, const struct command *c)
{
	return option == OPTION_ALL && c != NULL && c->run == config_command ? "the defaults too" :
									       arguments_options[option].meaning;
}

static void
print_options(FILE *out, unsigned options, const struct command *c)
{
	for (unsigned i = 0; i < OPTION_COUNT; i++) {
		const struct option_entry *o = &arguments_options[i];
		char letter[] = { '-', o->letter, ',', ' ', '\0' };
		char name[32];

		if ((options & 1u << i) == 0)
			continue;
		snprintf(name, sizeof name, "--%s%s%s", o->name, o->value != NULL ? " " : "",
			o->value != NULL ? o->value : "");
		fprintf(out, "  %4s%-15s  %s\n", o->letter != '\0' ? letter : "", name, meaning_of(i, c));
	}
}

void
help_print(FILE *out)
{
	enum { FORM = 19 /* characters */ };

	fputs("usage: bridle [OPTION...] COMMAND [OPERAND...]\n\n", out);
	for (const struct command *c = commands; c->name != NULL; c++) {
		char form[40];
		int n = snprintf(form, sizeof form, "%s %s", c->name, c->operands);

		/* the one that is wider has a line of its own: a column for it would leave all others less room */
		fprintf(out, "  %-*s%s%*s  %s\n", FORM, form, n > FORM ? "\n  " : "", n > FORM ? FORM : 0, "", c->summary);
	}
	fputs("\noptions of every command:\n", out);
	print_options(out, COMMANDS_COMMON | ARGUMENT(VERSION), NULL);
	fputs("\nbridle help COMMAND says more; bridle(1) says everything.\n", out);
}

/* As wide as a terminal is, but no wider than people like to read; into a pipe as for a terminal of the usual width. */
static void
print_details(FILE *out, const char *details)
{
	enum { WIDEST = 100, USUAL = 80 };
	struct paint p = paint_for(fileno(out));

	if (*details == '\0')
		return;
	p.width = !p.terminal ? USUAL : p.width < WIDEST ? p.width : WIDEST;
	fputc('\n', out);
	paint_wrapped(out, p, COLOUR_PLAIN, details, 0);
}

void
help_print_command(FILE *out, const struct command *c)
{
	fprintf(out, "usage: bridle %s%s%s%s\n\n%s\n", c->name, c->options != 0 ? " [OPTION...]" : "",
		*c->operands != '\0' ? " " : "", c->operands, c->summary);
	print_details(out, c->details);
	fputs("\noptions:\n", out);
	print_options(out, c->options | COMMANDS_COMMON, c);
}

int
help_command(const struct arguments *a)
{
	const struct command *c = a->count > 0 ? commands_find(a->operands[0]) : NULL;
	struct arguments typed = { .operands = NULL };
	struct trouble t;

	if (a->count > 0 && c == NULL) {
		trouble_set(&t, CLI_USAGE, 0, "there is no command '%s'", a->operands[0]);
		typed.command = a->operands[0];
		if (!habits_hint(&typed, &t))
			trouble_hint(&t, "bridle help shows what there is");
		return trouble_tell(&t);
	}
	if (c != NULL)
		help_print_command(stdout, c);
	else
		help_print(stdout);
	return CLI_OK;
}
