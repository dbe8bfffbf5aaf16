/*
 * inih tells headings, comments and names from each other. What its packages differ in (how long a line may be,
 * whether values continue on the next line, comments behind values; all are options of its build) and what it
 * does not tell (line numbers, sections without settings, that a line was cut) is settled before a line gets to
 * it, by the reader that it pulls lines from: inih only ever sees whole, joined, acceptable lines, and the value
 * of a setting is taken from the reader's line, not from inih's copy.
 */
#include "conf/conf.h"

#include <errno.h>
#include <glob.h>
#include <ini.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "conf/build.h"
#include "conf/lines.h"
#include "conf/source.h"
#include "conf/values.h"

enum { INCLUDE_DEPTH_MAX = 8 };

static const char blanks[] = " \t";

/* A file being read, and the one that includes it. */
struct file {
	struct file *parent;
	struct build *build;
	uint16_t number;
	dev_t device;
	ino_t inode;
	const char *directory;
	struct lines lines;
	bool wants_name; /* the last line ought to be "name = value": inih is to call us for it */
	/* the includes, to be read when the file has ended */
	struct conf_setting *includes;
	uint32_t include_count, include_capacity;
};

/* As long as it is being read, a file is its number. */
static struct build_place
place_of(const struct file *f, uint32_t line)
{
	return (struct build_place){ f->number, line };
}

/* ---- headings ---- */

static void
take_heading(struct file *f)
{
	const char *close = strchr(f->lines.text, ']');
	struct build_place place = lines_place(&f->lines);
	char words[128];

	if (close == NULL || close[1] != '\0')
		build_complain(f->build, place,
			close == NULL ? "the heading has no ]" :
					"nothing may follow the ] of a heading (comments have lines of their own)");
	/* read on all the same: the keys below it belong to that section, not to the one above */
	if (close == NULL)
		close = f->lines.text + strlen(f->lines.text);
	snprintf(words, sizeof words, "%.*s", (int)(close - f->lines.text - 1), f->lines.text + 1);
	build_section(f->build, place, words);
}

/* ---- what inih calls ---- */

/* inih calls us once for each "name = value"; where it did not, there was none. */
static void
settle_last(struct file *f)
{
	char seen[64];
	struct text t;

	if (!f->wants_name)
		return;
	f->wants_name = false;
	text_init(&t, seen, sizeof seen);
	text_add_visible(&t, f->lines.text, strnlen(f->lines.text, 40));
	build_complain(f->build, lines_place(&f->lines), "expected name = value or [section], got '%s'", seen);
}

/* An ini_reader: like fgets(3), but of joined lines. A line is cut where inih's buffer ends (200 bytes in an inih
 * built without options): its name is well within it, and its value is not taken from there. It has its newline all the same:
 * since r59 inih takes what it gets next for the rest of a line without one, and throws it away (ini.c, `abyss`). */
static char *
read_line(char *buffer, int size, void *context)
{
	struct file *f = context;

	settle_last(f);
	if (!lines_next(&f->lines))
		return NULL;
	if (f->lines.text[0] == '[')
		take_heading(f);
	else
		f->wants_name = true;
	snprintf(buffer, (size_t)size, "%.*s\n", size - 2, f->lines.text);
	return buffer;
}

/* Kept until the file has ended: what it includes may be a file of many services, and one section is built at a time. */
static void
note_include(struct file *f, const struct conf_setting *setting)
{
	uint32_t capacity = f->include_capacity == 0 ? 8 : f->include_capacity * 2;
	struct conf_setting *more;

	if (f->include_count == f->include_capacity) {
		more = reallocarray(f->includes, capacity, sizeof *more);
		if (more == NULL) {
			f->build->failed = true;
			return;
		}
		f->includes = more;
		f->include_capacity = capacity;
	}
	f->includes[f->include_count++] = *setting;
}

/* An ini_handler. inih's section is cut at 49 bytes and its value at its buffer, so only the name is taken. */
static int
take_setting(void *context, const char *section, const char *name, const char *value)
{
	struct file *f = context;
	const struct conf_setting *setting;
	const char *written = strpbrk(f->lines.text, "=:");

	(void)section;
	(void)value;
	if (name[0] == '\0' || written == NULL)
		return 1;
	f->wants_name = false;
	written += 1 + strspn(written + 1, blanks);
	setting = build_setting(f->build, lines_place(&f->lines), name, written);
	if (setting != NULL && key_id(setting->key) == KEY_include && setting->value[0] != '\0')
		note_include(f, setting);
	return 1;
}

/* ---- files ---- */

static void read_file(struct build *b, struct file *parent, uint32_t line, const char *path);

/* The directory of PATH, absolute, in the arena. */
static const char *
directory_of(struct build *b, const char *path)
{
	const char *slash = strrchr(path, '/');
	char here[PATH_MAX] = "/";

	if (slash == path)
		return "/";
	if (path[0] != '/' && getcwd(here, sizeof here) == NULL)
		return "/";
	if (slash == NULL)
		return arena_copy_string(b->arena, here);
	if (path[0] == '/')
		return arena_copy(b->arena, path, (size_t)(slash - path));
	while (strncmp(path, "./", 2) == 0 && path + 1 < slash)
		path += 2;
	return arena_printf(b->arena, "%s/%.*s", strcmp(here, "/") == 0 ? "" : here, (int)(slash - path), path);
}

/* By device and inode: links and "./" are other names of one file. What has neither (a pipe) ends by itself. */
static bool
is_being_read(const struct file *f, const struct source *source)
{
	for (; f != NULL; f = f->parent)
		if (f->inode == source->inode && f->device == source->device && source->inode != 0)
			return true;
	return false;
}

/* For glob(3): a directory that is not there matches nothing; one that cannot be read may hide what is meant. */
static int
is_unreadable(const char *path, int error)
{
	(void)path;
	return error != ENOENT && error != ENOTDIR;
}

static void
include_pattern(struct build *b, struct file *f, uint32_t line, const char *word)
{
	struct err err = { 0 };
	const char *pattern = value_path(b->arena, f->directory, word, &err);
	glob_t found = { 0 };
	int status;

	if (pattern == NULL) {
		build_complain(b, place_of(f, line), "include: %s", err.text);
		return;
	}
	if (strpbrk(word, "*?[") == NULL) {
		read_file(b, f, line, pattern);
		return;
	}
	status = glob(pattern, 0, is_unreadable, &found); /* sorted, so that the order is the same everywhere */
	if (status != 0 && status != GLOB_NOMATCH)
		build_complain(b, place_of(f, line), "include: cannot look for '%s': %s", pattern,
			status == GLOB_NOSPACE ? "not enough memory" : strerror(errno));
	for (size_t i = 0; status == 0 && i < found.gl_pathc; i++)
		read_file(b, f, line, found.gl_pathv[i]);
	globfree(&found);
}

static void
read_includes(struct file *f)
{
	for (uint32_t i = 0; i < f->include_count; i++) {
		const struct conf_words *words = f->includes[i].decoded;

		for (uint32_t k = 0; k < words->count; k++)
			include_pattern(f->build, f, f->includes[i].line, words->at[k]);
	}
}

/* Everything of one file, whose bytes are SOURCE's. */
static void
read_source(struct file *f, const char *name, const struct source *source)
{
	struct build *b = f->build;

	f->directory = directory_of(b, name);
	f->number = build_file(b, name, f->directory);
	f->device = source->device;
	f->inode = source->inode;
	if (!lines_init(&f->lines, b, f->number, source)) {
		b->failed = true;
		return;
	}
	/* -2: no memory for its line, in an inih that takes it from the heap */
	if (ini_parse_stream(read_line, f, take_setting, f) == -2)
		b->failed = true;
	settle_last(f);
	build_file_end(b);
	lines_release(&f->lines);
}

static unsigned
depth_of(const struct file *f)
{
	unsigned depth = 0;

	for (; f != NULL; f = f->parent)
		depth++;
	return depth;
}

/* Why the file cannot be read is said where it was asked for. */
static void
complain_unread(struct build *b, const struct file *parent, uint32_t line, const char *path, unsigned bad_line,
	const char *why)
{
	if (parent == NULL || bad_line != 0)
		conf_complain(b->report, CONF_ERROR, path, bad_line, "%s", why);
	else
		build_complain(b, place_of(parent, line), "include: %s", why);
}

static void
read_file(struct build *b, struct file *parent, uint32_t line, const char *path)
{
	struct file f = { .parent = parent, .build = b };
	struct source source;
	struct err err;

	if (parent != NULL && depth_of(parent) > INCLUDE_DEPTH_MAX) {
		build_complain(b, place_of(parent, line), "include: more than %d files deep at '%s'", INCLUDE_DEPTH_MAX,
			path);
		return;
	}
	/* `files` has room for so many */
	if (parent != NULL && b->file_count == BUILD_FILES_MAX) {
		build_complain(b, place_of(parent, line), "include: more than %d files", BUILD_FILES_MAX);
		return;
	}
	if (!source_load(&source, path, (uid_t)-1, &err)) {
		complain_unread(b, parent, line, path, source.bad_line, err.text);
		return;
	}
	if (is_being_read(parent, &source))
		build_complain(b, place_of(parent, line), "include: '%s' includes itself", path);
	else
		read_source(&f, path, &source);
	source_release(&source);
	read_includes(&f);
	free(f.includes);
}

/* What was half built goes with build_release, whatever happened. */
static struct conf *
read_all(const char *path, bool anyhow, struct conf_report *report)
{
	struct build b;
	struct conf *conf = NULL;

	if (build_init(&b, report)) {
		read_file(&b, NULL, 0, path);
		conf = build_finish(&b, anyhow);
	} else {
		conf_complain(report, CONF_ERROR, path, 0, "not enough memory to read it");
	}
	build_release(&b);
	return conf;
}

struct conf *
conf_read(const char *path, struct conf_report *report)
{
	return read_all(path, false, report);
}

struct conf *
conf_read_rest(const char *path, struct conf_report *report)
{
	return read_all(path, true, report);
}

struct conf *
conf_read_text(const char *name, const char *bytes, size_t length, struct conf_report *report)
{
	struct build b;
	struct file f = { .build = &b };
	struct source source;
	struct conf *conf = NULL;
	struct err err;

	if (!source_copy(&source, name, bytes, length, &err)) {
		conf_complain(report, CONF_ERROR, name, source.bad_line, "%s", err.text);
		return NULL;
	}
	if (build_init(&b, report)) {
		read_source(&f, name, &source);
		if (f.include_count > 0)
			build_complain(&b, place_of(&f, f.includes[0].line),
				"include: there is no file to include from");
		conf = build_finish(&b, false);
	} else {
		conf_complain(report, CONF_ERROR, name, 0, "not enough memory to read it");
	}
	free(f.includes);
	source_release(&source);
	build_release(&b);
	return conf;
}

void
conf_free(struct conf *conf)
{
	if (conf != NULL)
		arena_free(conf->arena);
}
