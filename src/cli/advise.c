/*
 * advise -- `bridle advise`: how a service should be set, as lines for bridle.ini.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/connection.h"
#include "cli/field.h"
#include "cli/jsonout.h"
#include "cli/moment.h"
#include "cli/paint.h"

/* A comment, as wide as a line of an INI file should be. What is in it may have come from anywhere: without newlines it stays
 * one. */
static void
print_comment(struct paint p, const char *words)
{
	unsigned width = p.width > 80 ? 80 - 2 : p.width > PAINT_NARROWEST + 2 ? p.width - 2 : PAINT_NARROWEST;
	char visible[512], *at = visible;
	struct text t;

	text_init(&t, visible, sizeof visible);
	text_add_visible(&t, words, strlen(words));
	while (*at != '\0') {
		size_t n = paint_line_length(at, width);

		printf("%s# %.*s%s\n", paint_on(p, COLOUR_FAINT), (int)n, at, paint_off(p, COLOUR_FAINT));
		at += n;
		at += strspn(at, " ");
	}
}

/* "for [gunicorn:web], from what was measured in 2d4h since 20:57:52, and 1000000 requests": the section is there already, and
 * may not be there twice (conf/build_settings.c); of before bridled began nothing is known. */
static void
print_heading(const char *name, const json_t *measures, struct paint p)
{
	char words[240], moment[MOMENT_WORDS];
	int64_t requests;
	struct text t;
	msec watched, since;

	text_init(&t, words, sizeof words);
	field_seconds(measures, "watched", &watched); /* 0 where it is not there (field.h) */
	field_integer(measures, "requests", &requests);
	text_addf(&t, "for [gunicorn:%s], from what was measured in ", name);
	text_add_duration(&t, watched - watched % 1000); /* whole seconds */
	if (field_seconds(measures, "since", &since)) {
		moment_words(clock_wall() - since, moment);
		text_addf(&t, " since %s", moment);
	}
	text_addf(&t, ", and %lld requests", (long long)requests);
	print_comment(p, words);
}

/* What stays as it is, is only a comment: what is pasted changes nothing that is right. */
static void
print_advice(const json_t *advice, struct paint p)
{
	bool kept = json_is_true(json_object_get(advice, "kept"));

	putchar('\n');
	print_comment(p, field_text(advice, "reason"));
	fputs(kept ? "# as it is: " : paint_on(p, COLOUR_TITLE), stdout);
	paint_visible(stdout, field_text(advice, "key"));
	fputs(" = ", stdout);
	paint_visible(stdout, field_text(advice, "value"));
	puts(kept ? "" : paint_off(p, COLOUR_TITLE));
}

static void
print(const json_t *answer, const char *name)
{
	struct paint p = paint_for(STDOUT_FILENO);
	const json_t *advice = json_object_get(answer, "advice");
	json_t *one;
	size_t i;

	print_heading(name, json_object_get(answer, "measures"), p);
	json_array_foreach((json_t *)advice, i, one) {
		print_advice(one, p);
	}
}

/* Too little was seen. */
static bool
refuse(const json_t *missing, const char *name, struct trouble *t)
{
	char words[400];
	struct text sentence;
	json_t *one;
	size_t i;

	text_init(&sentence, words, sizeof words);
	json_array_foreach((json_t *)missing, i, one) {
		text_add(&sentence, i > 0 ? "; " : "");
		text_add(&sentence, json_string_value(one) != NULL ? json_string_value(one) : "");
	}
	trouble_set(t, CLI_REFUSED, 0, "too little was seen of %s: %s", name, words);
	return trouble_hint(t, "let it serve, and ask again");
}

/* Where advice is refused --json prints the answer all the same: it holds what is missing. The exit status is that of
 * words. */
int
advise_command(const struct arguments *a)
{
	const char *name = a->operands[0];
	struct varlink_reply reply;
	const json_t *missing;
	struct connection c;
	struct trouble t;
	bool ok;

	if (!connection_open(&c, a, &t))
		return trouble_tell(&t);
	ok = connection_call(&c, "Advise", json_pack("{s:s}", "name", name), &reply, &t);
	if (ok) {
		missing = json_object_get(reply.parameters, "missing");
		if ((a->given & ARGUMENT(JSON)) != 0)
			jsonout_line(reply.parameters);
		if (json_array_size(missing) > 0)
			ok = refuse(missing, name, &t);
		else if ((a->given & ARGUMENT(JSON)) == 0)
			print(reply.parameters, name);
		varlink_reply_free(&reply);
	}
	connection_close(&c);
	return ok ? CLI_OK : trouble_tell(&t);
}
