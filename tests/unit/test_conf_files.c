#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/conf.h"
#include "conf/digest.h"
#include "conf/show.h"
#include "scratch.h"

/* Every test has a directory of its own; what is written is written there, and messages have it as "D". */
struct room {
	struct scratch scratch;
	struct conf_report report;
};

static int
setup(void **state)
{
	struct room *r = calloc(1, sizeof *r);

	assert_non_null(r);
	scratch_make(&r->scratch);
	conf_report_init(&r->report);
	*state = r;
	return 0;
}

static int
teardown(void **state)
{
	struct room *r = *state;

	conf_report_free(&r->report);
	scratch_remove(&r->scratch);
	free(r);
	return 0;
}

static void
write_file(const struct room *r, const char *name, const char *text)
{
	scratch_write(&r->scratch, name, text);
}

/* Copy TEXT, with D for the directory. */
static void
shorten(const struct room *r, const char *text, char *out, size_t size)
{
	size_t n = 0, k = strlen(r->scratch.path);

	while (*text != '\0' && n + 1 < size) {
		if (strncmp(text, r->scratch.path, k) == 0) {
			out[n++] = 'D';
			text += k;
		} else {
			out[n++] = *text++;
		}
	}
	out[n] = '\0';
}

/* Read the file NAME, whose complaints are to be EXPECTED, "FILE:LINE: text\n" each. Frees what was read. */
static void
expect(struct room *r, const char *name, const char *expected)
{
	char seen[2048] = "", all[2048] = "";
	size_t n = 0;

	conf_free(conf_read(scratch_path(&r->scratch, name), &r->report));
	for (uint32_t i = 0; i < r->report.count; i++)
		n += (size_t)snprintf(all + n, sizeof all - n, "%s:%u: %s\n", r->report.at[i].file,
			r->report.at[i].line, r->report.at[i].text);
	shorten(r, all, seen, sizeof seen);
	assert_string_equal(seen, expected);
}

#define APP(name) "[gunicorn:" name "]\napp = a:b\n"

static void
includes_are_relative_and_sorted(void **state)
{
	struct room *r = *state;
	struct conf_service service;
	struct conf *conf;

	mkdir(scratch_path(&r->scratch, "conf.d"), 0755);
	write_file(r, "main.ini", "[bridle]\ninclude = conf.d/*.ini 'last one.ini' none.d/*.ini conf.d/[xyz].txt\n");
	write_file(r, "conf.d/20.ini", APP("second") "directory = site\n");
	write_file(r, "conf.d/10.ini", APP("first") "[bridle]\nlog_level = debug\n");
	write_file(r, "conf.d/30.txt", "nonsense\n");
	write_file(r, "last one.ini", APP("third"));
	conf = conf_read(scratch_path(&r->scratch, "main.ini"), &r->report);
	assert_non_null(conf);
	assert_int_equal(conf->service_count, 3);
	assert_string_equal(conf->services[0].name, "first");
	assert_string_equal(conf->services[1].name, "second");
	assert_string_equal(conf->services[2].name, "third");
	assert_int_equal(conf->file_count, 4);
	assert_int_equal(conf->bridle.count, 2);
	conf_decode_service(conf_find(conf, "second"), &service);
	assert_string_equal(service.directory, scratch_path(&r->scratch, "conf.d/site"));
	conf_free(conf);
}

static void
a_relative_file_name_gives_absolute_paths(void **state)
{
	char before[512], path[600];
	struct room *r = *state;
	struct conf_service service;
	struct conf *conf;

	assert_non_null(getcwd(before, sizeof before));
	mkdir(scratch_path(&r->scratch, "etc"), 0755);
	write_file(r, "etc/main.ini", APP("web") "directory = ./site\nvirtualenv = .\nenvironment_file = e -f\n");
	assert_int_equal(chdir(r->scratch.path), 0);
	conf = conf_read("./etc/main.ini", &r->report);
	assert_int_equal(chdir(before), 0);
	assert_non_null(conf);
	conf_decode_service(conf_find(conf, "web"), &service);
	assert_string_equal(service.directory, scratch_path(&r->scratch, "etc/site"));
	assert_string_equal(service.virtualenv, scratch_path(&r->scratch, "etc"));
	assert_string_equal(service.environment_file.at[0], scratch_path(&r->scratch, "etc/e"));
	snprintf(path, sizeof path, "-%s", scratch_path(&r->scratch, "etc/f"));
	assert_string_equal(service.environment_file.at[1], path);
	conf_free(conf);
}

/* Its sections are printed with the others: read back, it would be there twice. */
static void
an_include_is_printed_as_a_comment(void **state)
{
	struct room *r = *state;
	char *text = NULL;
	struct conf *conf;
	size_t size;
	FILE *out;

	write_file(r, "main.ini", "[bridle]\ninclude = a.ini\n" APP("web"));
	write_file(r, "a.ini", APP("api"));
	conf = conf_read(scratch_path(&r->scratch, "main.ini"), &r->report);
	assert_non_null(conf);
	out = open_memstream(&text, &size);
	assert_true(conf_show(out, conf, NULL, 0));
	fclose(out);
	conf_free(conf);
	assert_non_null(strstr(text, "\n# include = a.ini\n"));
	conf = conf_read_text("/t.ini", text, size, &r->report);
	assert_non_null(conf);
	assert_int_equal(conf->service_count, 2);
	conf_free(conf);
	free(text);
}

static void
errors_of_all_files_are_reported(void **state)
{
	struct room *r = *state;

	write_file(r, "main.ini", "[bridle]\ninclude = a.ini\ninclude = b.ini\nlog_level = x\n" APP("web"));
	write_file(r, "a.ini", APP("web") "[bridle]\nlog_level = debug\nrun_dir = /r\n");
	write_file(r, "b.ini", "[bridle]\nrun_dir = /s\n[program:job]\n");
	expect(r, "main.ini",
		"D/main.ini:4: [bridle]: log_level: expected debug, info, warning or error, got 'x'\n"
		"D/a.ini:1: there is a service 'web' already, in D/main.ini:5\n"
		"D/a.ini:4: [bridle]: 'log_level' is set twice: first in D/main.ini:4\n"
		"D/b.ini:2: [bridle]: 'run_dir' is set twice: first in D/a.ini:5\n"
		"D/b.ini:3: job: nothing to run: add command = ...\n");
}

static void
a_missing_include_is_an_error_where_it_is_named(void **state)
{
	struct room *r = *state;

	write_file(r, "main.ini", "\n[bridle]\ninclude = none.ini ~/x.ini\n" APP("web"));
	expect(r, "main.ini",
		"D/main.ini:3: include: cannot open 'D/none.ini': No such file or directory\n"
		"D/main.ini:3: include: ~ is not expanded: write the path out\n");
}

static void
a_missing_file_is_an_error(void **state)
{
	expect(*state, "none.ini",
		"D/none.ini:0: cannot open 'D/none.ini': No such file or directory\n"
		"");
}

static void
a_directory_and_a_fifo_are_not_read(void **state)
{
	struct room *r = *state;

	mkdir(scratch_path(&r->scratch, "d"), 0755);
	mkfifo(scratch_path(&r->scratch, "f"), 0644);
	write_file(r, "main.ini", "[bridle]\ninclude = d f\n" APP("web"));
	expect(r, "main.ini",
		"D/main.ini:2: include: cannot read 'D/d': Is a directory\n"
		"D/main.ini:2: include: 'D/f' is not a regular file\n");
}

static void
a_nul_byte_in_an_include_is_named_there(void **state)
{
	struct room *r = *state;
	FILE *f = fopen(scratch_path(&r->scratch, "nul.ini"), "w");

	fwrite("[bridle]\n\0\n", 1, 11, f);
	fclose(f);
	write_file(r, "main.ini", "[bridle]\ninclude = nul.ini\n" APP("web"));
	expect(r, "main.ini", "D/nul.ini:2: a NUL byte: is 'D/nul.ini' a text file?\n");
}

static void
include_loops_are_seen(void **state)
{
	struct room *r = *state;

	write_file(r, "main.ini", "[bridle]\ninclude = a.ini\n" APP("web"));
	write_file(r, "a.ini", "[bridle]\ninclude = link.ini\n");
	assert_int_equal(symlink("main.ini", scratch_path(&r->scratch, "link.ini")), 0);
	expect(r, "main.ini", "D/a.ini:2: include: 'D/link.ini' includes itself\n");
}

static void
includes_are_eight_deep_at_most(void **state)
{
	struct room *r = *state;
	char name[16], text[64];

	for (int i = 0; i < 10; i++) {
		snprintf(name, sizeof name, "%d.ini", i);
		snprintf(text, sizeof text, "[bridle]\ninclude = %d.ini\n" APP("s%d"), i + 1, i);
		write_file(r, name, text);
	}
	expect(r, "0.ini", "D/8.ini:2: include: more than 8 files deep at 'D/9.ini'\n");
}

/* Only root can be led astray by what others can write; and only root can make files of others to try it. */
static void
root_reads_only_what_is_roots(void **state)
{
	struct room *r = *state;

	if (geteuid() != 0)
		skip();
	write_file(r, "main.ini",
		"[bridle]\ninclude = w.ini\ninclude = o.ini\ninclude = l.ini\ninclude = d/x.ini\n"
		"include = ok.ini\n" APP("web"));
	write_file(r, "w.ini", APP("w"));
	chmod(scratch_path(&r->scratch, "w.ini"), 0664);
	write_file(r, "o.ini", APP("o"));
	assert_int_equal(chown(scratch_path(&r->scratch, "o.ini"), 65534, 0), 0);
	write_file(r, "target.ini", APP("l"));
	assert_int_equal(symlink("target.ini", scratch_path(&r->scratch, "l.ini")), 0);
	assert_int_equal(lchown(scratch_path(&r->scratch, "l.ini"), 65534, 65534), 0);
	mkdir(scratch_path(&r->scratch, "real"), 0755);
	write_file(r, "real/x.ini", APP("x"));
	assert_int_equal(symlink("real", scratch_path(&r->scratch, "d")), 0);
	assert_int_equal(lchown(scratch_path(&r->scratch, "d"), 65534, 65534), 0);
	assert_int_equal(symlink("./real/../real/x.ini", scratch_path(&r->scratch, "ok.ini")), 0);
	expect(r, "main.ini",
		"D/main.ini:2: include: 'D/w.ini' can be written by others than its owner: root does not read it (chmod go-w "
		"'D/w.ini')\n"
		"D/main.ini:3: include: 'D/o.ini' belongs to user 65534: root reads only its own files (chown root 'D/o.ini')\n"
		"D/main.ini:4: include: cannot open 'D/l.ini': a symbolic link on the way is not root's\n"
		"D/main.ini:5: include: cannot open 'D/d/x.ini': a symbolic link on the way is not root's\n");
}

/* A file of variables is looked at at every reload: not by a link that the service could have made. */
static void
no_digest_by_links_of_others(void **state)
{
	struct room *r = *state;
	const char *link = scratch_path(&r->scratch, "variables");

	write_file(r, "real.env", "A=1\n");
	assert_int_equal(symlink("real.env", link), 0);
	assert_true(digest_file(DIGEST_INIT, link) != DIGEST_INIT);
	if (geteuid() != 0)
		return;
	assert_int_equal(lchown(link, 4330, 4330), 0);
	assert_true(digest_file(DIGEST_INIT, link) == DIGEST_INIT);
}

static void
a_loop_of_links_ends(void **state)
{
	struct room *r = *state;

	assert_int_equal(symlink("b.ini", scratch_path(&r->scratch, "a.ini")), 0);
	assert_int_equal(symlink("a.ini", scratch_path(&r->scratch, "b.ini")), 0);
	expect(r, "a.ini", "D/a.ini:0: cannot open 'D/a.ini': Too many levels of symbolic links\n");
}

/* Copied first: the tree may belong to somebody else than the root who runs this. */
static void
the_examples_are_good(void **state)
{
	static const char *const names[] = { "bridle.ini", "quickstart.ini", "programs.ini" };
	const char *top = getenv("srcdir");
	struct room *r = *state;
	char command[700];

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		snprintf(command, sizeof command, "cp '%s/etc/%s' '%s'", top == NULL ? "." : top, names[i],
			r->scratch.path);
		assert_int_equal(system(command), 0);
		expect(r, names[i], "");
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(includes_are_relative_and_sorted, setup, teardown),
		cmocka_unit_test_setup_teardown(a_relative_file_name_gives_absolute_paths, setup, teardown),
		cmocka_unit_test_setup_teardown(an_include_is_printed_as_a_comment, setup, teardown),
		cmocka_unit_test_setup_teardown(errors_of_all_files_are_reported, setup, teardown),
		cmocka_unit_test_setup_teardown(a_missing_include_is_an_error_where_it_is_named, setup, teardown),
		cmocka_unit_test_setup_teardown(a_missing_file_is_an_error, setup, teardown),
		cmocka_unit_test_setup_teardown(a_directory_and_a_fifo_are_not_read, setup, teardown),
		cmocka_unit_test_setup_teardown(a_nul_byte_in_an_include_is_named_there, setup, teardown),
		cmocka_unit_test_setup_teardown(include_loops_are_seen, setup, teardown),
		cmocka_unit_test_setup_teardown(includes_are_eight_deep_at_most, setup, teardown),
		cmocka_unit_test_setup_teardown(root_reads_only_what_is_roots, setup, teardown),
		cmocka_unit_test_setup_teardown(no_digest_by_links_of_others, setup, teardown),
		cmocka_unit_test_setup_teardown(a_loop_of_links_ends, setup, teardown),
		cmocka_unit_test_setup_teardown(the_examples_are_good, setup, teardown),
	};

	umask(022); /* files that others can write are refused */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
