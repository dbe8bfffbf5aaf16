#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/arguments.h"
#include "cli/scale.h"

/* What was understood, as words: "command operand ... | --option=value ..." */
static void
describe(const struct arguments *a, struct text *t)
{
	text_add(t, a->command != NULL ? a->command : "-");
	for (unsigned i = 0; i < a->count; i++)
		text_addf(t, " %s", a->operands[i]);
	text_add(t, " |");
	for (unsigned i = 0; i < OPTION_COUNT; i++)
		if ((a->given & 1u << i) != 0)
			text_addf(t, " --%s%s%s", arguments_options[i].name, a->value[i] != NULL ? "=" : "",
				a->value[i] != NULL ? a->value[i] : "");
}

static void
options_may_stand_anywhere(void **state)
{
	static const struct {
		const char *line, *understood;
	} cases[] = {
		{ "", "- |" },
		{ "status", "status |" },
		{ "status web api", "status web api |" },
		{ "--json status web", "status web | --json" },
		{ "status web --json", "status web | --json" },
		{ "--root /r stop --no-wait web", "stop web | --root=/r --no-wait" },
		{ "--root=/r stop", "stop | --root=/r" },
		{ "--root= stop", "stop | --root=" },
		{ "-r /r stop", "stop | --root=/r" },
		{ "-r/r stop", "stop | --root=/r" },
		{ "logs -fn20 web", "logs web | --follow --lines=20" },
		{ "logs -f -n 20 web", "logs web | --follow --lines=20" },
		{ "logs -n -1 web", "logs web | --lines=-1" },
		{ "scale web -1", "scale web -1 |" },
		{ "scale web +1", "scale web +1 |" },
		{ "scale -- web -f", "scale web -f |" },
		{ "check -", "check - |" },
		{ "stop --all --all", "stop | --all" },
		{ "-r /a -r /b stop", "stop | --root=/b" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char line[64], words[128], *argv[16] = { (char[]){ "bridle" } };
		struct arguments a;
		struct text t;
		struct err err;
		int argc = 1;

		text_copy(line, sizeof line, cases[i].line);
		for (char *save, *word = strtok_r(line, " ", &save); word != NULL; word = strtok_r(NULL, " ", &save))
			argv[argc++] = word;
		assert_true(arguments_parse(&a, argc, argv, &err));
		text_init(&t, words, sizeof words);
		describe(&a, &t);
		assert_string_equal(words, cases[i].understood);
	}
}

static void
what_is_wrong_is_said(void **state)
{
	static const struct {
		const char *first, *second, *error;
	} cases[] = {
		{ "--jsn", NULL, "unknown option '--jsn'; did you mean --json?" },
		{ "--wiat=3s", NULL, "unknown option '--wiat'; did you mean --wait?" },
		{ "--confg=/etc/x", NULL, "unknown option '--confg'; did you mean --config?" },
		{ "--elephant", NULL, "unknown option '--elephant'" },
		{ "-x", NULL, "unknown option '-x'" },
		{ "--jso", NULL, "unknown option '--jso'; did you mean --json?" },
		{ "--root", NULL, "--root needs a value: --root DIR" },
		{ "-n", NULL, "--lines needs a value: --lines N" },
		{ "status", "--json=1", "--json takes no value" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char first[32], second[32], name[] = "bridle", *argv[] = { name, first, second };
		struct arguments a;
		struct err err;

		text_copy(first, sizeof first, cases[i].first);
		text_copy(second, sizeof second, cases[i].second != NULL ? cases[i].second : "");
		assert_false(arguments_parse(&a, cases[i].second != NULL ? 3 : 2, argv, &err));
		assert_string_equal(err.text, cases[i].error);
	}
}

static void
no_command_line_at_all(void **state)
{
	char *argv[] = { NULL };
	struct arguments a;
	struct err err;

	(void)state;
	assert_true(arguments_parse(&a, 0, argv, &err)); /* execve(2) allows an empty argv */
	assert_null(a.command);
}

static void
workers_to_scale_to(void **state)
{
	static const struct {
		const char *words;
		bool good;
		int workers;
		bool by;
	} cases[] = {
		{ "1", true, 1, false },
		{ "1024", true, 1024, false },
		{ "+1", true, 1, true },
		{ "-3", true, -3, true },
		{ "+1024", true, 1024, true },
		{ "0", false, 0, false },
		{ "-0", false, 0, false },
		{ "1025", false, 0, false },
		{ "-1025", false, 0, false },
		{ "", false, 0, false },
		{ "+", false, 0, false },
		{ "+-1", false, 0, false },
		{ "--1", false, 0, false },
		{ "1x", false, 0, false },
		{ " 1", false, 0, false },
		{ "1.5", false, 0, false },
		{ "+ 1", false, 0, false },
		{ "99999999999999999999", false, 0, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int workers = 0;
		bool by = false, good = scale_parse(cases[i].words, &workers, &by);

		if (good != cases[i].good || (good && (workers != cases[i].workers || by != cases[i].by)))
			fail_msg("'%s' -> %d %d %d", cases[i].words, good, workers, by);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_may_stand_anywhere),
		cmocka_unit_test(what_is_wrong_is_said),
		cmocka_unit_test(no_command_line_at_all),
		cmocka_unit_test(workers_to_scale_to),
	};

	return cmocka_run_group_tests_name("arguments", tests, NULL, NULL);
}
