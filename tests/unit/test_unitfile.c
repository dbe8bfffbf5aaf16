#include "unit.h"

#include <string.h>

#include "base/text.h"
#include "wire/pyini.h"
#include "wire/shellwords.h"
#include "wire/unitfile.h"

/* What a reader says of a file: "line:[section]", "line:name=value", "line:~" for what it passes over, "line:!" for what it
 * refuses. */
struct reading {
	const char *name, *text, *wanted;
};

static void
check(const struct reading *r, const char *got)
{
	if (strcmp(r->wanted, got) != 0)
		fail_msg("%s:\nwanted %s\ngot    %s", r->name, r->wanted, got);
}

static void
read_unit(const struct reading *r)
{
	char got[1024];
	struct unitfile u;
	enum unitfile_item item;
	struct err err;
	struct text t;

	text_init(&t, got, sizeof got);
	assert_true(unitfile_init(&u, r->text, strlen(r->text)));
	while ((item = unitfile_next(&u, &err)) != UNITFILE_END) {
		text_addf(&t, "%u:", u.line);
		if (item == UNITFILE_SECTION)
			text_addf(&t, "[%s] ", u.section);
		else if (item == UNITFILE_ASSIGNMENT)
			text_addf(&t, "%s=%s| ", u.name, u.value);
		else
			text_add(&t, item == UNITFILE_IGNORED ? "~ " : "! ");
	}
	unitfile_release(&u);
	check(r, got);
}

static void
units_are_read_as_systemd_does(void **state)
{
	static const struct reading cases[] = {
		{ "blanks go", " [A] \n\tx = y z \n", "1:[A] 2:x=y z| " },
		{ "a backslash joins", "[A]\nx=a \\\n  b\ny=c\n", "1:[A] 2:x=a    b| 4:y=c| " },
		{ "comments within are left out", "[A]\nx=a\\\n# no\n  ; no\nb\n", "1:[A] 2:x=a b| " },
		{ "two backslashes do not join", "[A]\nx=a\\\\\ny=b\n", "1:[A] 2:x=a\\\\| 3:y=b| " },
		{ "a blank behind it neither", "[A]\nx=a\\ \ny=b\n", "1:[A] 2:x=a\\| 3:y=b| " },
		{ "an empty value", "[A]\nx=\n", "1:[A] 2:x=| " },
		{ "# is no comment behind a value", "[A]\nx=a # b\n", "1:[A] 2:x=a # b| " },
		{ "no line feed at the end", "[A]\nx=a", "1:[A] 2:x=a| " },
		{ "it ends within a line", "[A]\nx=a\\", "1:[A] 2:x=a| " },
		{ "CRLF and a byte order mark", "\xef\xbb\xbf[A]\r\nx=a\\\r\nb\r\n", "1:[A] 2:x=a b| " },
		{ "neither heading nor assignment", "[A]\nx\ny=b\n", "1:[A] 2:~ 3:y=b| " },
		{ "before a heading", "x=a\n[A]\n=b\n", "1:~ 2:[A] 3:~ " },
		{ "no closing bracket", "[A\n", "1:! " },
		{ "a control character", "[A]\nx=\001\n", "1:[A] 2:! " },
		{ "nothing", "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		read_unit(&cases[i]);
}

static void
read_ini(const struct reading *r)
{
	char got[1024];
	struct pyini p;
	enum pyini_item item;
	struct err err;
	struct text t;

	text_init(&t, got, sizeof got);
	assert_true(pyini_init(&p, r->text, strlen(r->text)));
	while ((item = pyini_next(&p, &err)) != PYINI_END) {
		text_addf(&t, "%u:", p.line);
		if (item == PYINI_SECTION)
			text_addf(&t, "[%s] ", p.section);
		else if (item == PYINI_ASSIGNMENT)
			text_addf(&t, "%s=%s| ", p.name, p.value);
		else
			text_add(&t, "! ");
	}
	pyini_release(&p);
	check(r, got);
}

static void
ini_files_are_read_as_supervisord_does(void **state)
{
	static const struct reading cases[] = {
		{ "both delimiters, names in lower case", "[a:b] \nX = y\nz: 1=2\n", "1:[a:b] 2:x=y| 3:z=1=2| " },
		{ "deeper lines go on", "[a]\nx=1\n  2\n\n  3\ny=4\n", "1:[a] 2:x=1\n2\n3| 6:y=4| " },
		{ "as deep ones do not", "  [a]\n  x=1\n  y=2\n", "1:[a] 2:x=1| 3:y=2| " },
		{ "a comment behind a blank", "[a]\nx=1 ; c\ny=2;\nz=3 # c\n", "1:[a] 2:x=1| 3:y=2;| 4:z=3| " },
		{ "a comment does not end a value", "[a]\nx=1\n; c\n  2\n", "1:[a] 2:x=1\n2| " },
		{ "neither", "[a]\nx\n", "1:[a] 2:! " },
		{ "before a heading", "x=1\n", "1:! " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		read_ini(&cases[i]);
}

/* ---- words ---- */

struct splitting {
	const char *line, *wanted; /* each word between < and >; ! where it cannot go on */
};

static void
systemd_words(void **state)
{
	static const struct splitting cases[] = {
		{ "a  b", "<a><b>" },
		{ "'a b' \"c d\" e'f g'h", "<a b><c d><ef gh>" },
		{ "\"a\\\"b\" 'a\\'b'", "<a\"b><a'b>" },
		{ "a\\sb \\x41 \\101 \\u00e9 \\t", "<a b><A><A><\xc3\xa9><\t>" },
		{ "\\q \\x0 \\000 \\x01", "<\\q><\\x0><\\000><\\x01>" },
		{ "a\001{{ b 'c }}\002d e", "<a\001{{ b 'c }}\002d><e>" },
		{ "\\\001a b\002", "<\\\001a b\002>" },
		{ "a\\ b", "<a\\ b>" },
		{ "a 'b", "<a>!" },
		{ "a \\", "<a>!" },
		{ "''", "<>" },
		{ "", "" },
	};
	char word[64], got[256];
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *rest = cases[i].line;
		enum word_step step;
		struct text t;

		text_init(&t, got, sizeof got);
		while ((step = execline_next(&rest, word, &err)) == WORD_TAKEN)
			text_addf(&t, "<%s>", word);
		text_add(&t, step == WORD_BAD ? "!" : "");
		assert_string_equal(got, cases[i].wanted);
	}
}

static void
prefixes_are_taken_off(void **state)
{
	const char *line = "-@:+/bin/x -y";
	char prefixes[8];

	(void)state;
	execline_prefixes(&line, prefixes);
	assert_string_equal(prefixes, "-@:+");
	assert_string_equal(line, "/bin/x -y");
}

static void
shell_words(void **state)
{
	static const struct splitting cases[] = {
		{ "a 'b c' \"d e\"f g\\ h", "<a><b c><d ef><g h>" },
		{ "a&&b;c|d & e\nf", "<a>{&&}<b>{;}<c>{|}<d>{&}<e>{;}<f>" },
		{ "a >x 2>&1 <y &>z", "<a>{>}<x>{2>&}<1>{<}<y>{&>}<z>" },
		{ "$A ${B:-c d} '$C' \"$D\"e", "<[$A]><[${B:-c d}]><$C><[$D]e>" },
		{ "$(a 'b)' c) `d e` $((1+2)) $@", "<[$(a 'b)' c)]><[`d e`]><[$((1+2))]><[$@]>" },
		{ "a$ \\$b \"\\$c\\d\"", "<a$><$b><$c\\d>" },
		{ "\\\001a b\002", "<[a b]>" },
		{ "a # b\nc#d", "<a>{;}<c#d>" },
		{ "a \\\n b", "<a><b>" },
		{ "a 'b", "<a>!" },
		{ "$(a", "!" },
		{ "`a", "!" },
	};
	char word[64], got[256];
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *rest = cases[i].line;
		enum shell_item item;
		struct text t;

		text_init(&t, got, sizeof got);
		while ((item = shellwords_next(&rest, word, &err)) != SHELL_END && item != SHELL_BAD) {
			for (char *c = word; *c != '\0'; c++)
				*c = *c == HOLE_OPEN ? '[' : *c == HOLE_CLOSE ? ']' : *c;
			text_addf(&t, item == SHELL_WORD ? "<%s>" : "{%s}", word);
		}
		text_add(&t, item == SHELL_BAD ? "!" : "");
		assert_string_equal(got, cases[i].wanted);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(units_are_read_as_systemd_does),
		cmocka_unit_test(ini_files_are_read_as_supervisord_does),
		cmocka_unit_test(systemd_words),
		cmocka_unit_test(prefixes_are_taken_off),
		cmocka_unit_test(shell_words),
	};

	return cmocka_run_group_tests_name("unitfile", tests, NULL, NULL);
}
