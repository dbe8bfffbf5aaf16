/*
 * keys -- prints the reference of bridle.ini(5), from the list that the parser reads.
 *
 * `make man-keys` puts it into the page, tests/unit/keys_in_man.sh compares the two: a key cannot be added, or
 * change its default, without the page.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { TITLE, OURS, PASSED };
enum { WIDTH = 79 };

struct entry {
	int what;
	const char *name, *scope, *kind, *fallback, *lowest, *highest, *reload, *flag, *since, *meaning;
};

static const struct entry entries[] = {
#define GROUP(title) { .what = TITLE, .name = title },
#define KEY(scope_, name_, kind_, fallback_, lowest_, highest_, reload_, meaning_) \
	{ OURS, #name_, #scope_, #kind_, fallback_, lowest_, highest_, #reload_, "", "", meaning_ },
#define PASS(name_, flag_, kind_, since_, meaning_) \
	{ PASSED, #name_, "gunicorn", #kind_, "", "", "", "REPLACE", flag_, since_, meaning_ },
#include "conf/keys.def"
};

/* What is written for a value of each kind; the page's VALUES explains these words. */
static const char *const placeholders[][2] = {
	{ "string", "text" },       { "words", "word ..." },     { "argv", "word ..." },
	{ "path", "path" },         { "optional", "yes | no | TEXT" },
	{ "files", "file ..." },    { "globs", "pattern ..." },
	{ "signature", "name phase pattern" },  { "assignments", "NAME=value ..." },
	{ "user", "user" },         { "group", "group" },        { "mode", "mode" },
	{ "integer", "number" },    { "duration", "duration" },  { "seconds", "duration" },
	{ "size", "size" },         { "boolean", "yes | no" },   { "binds", "address ..." },
	{ "workers", "N | auto | MIN..MAX" },
	{ "restart", "always | on-failure | never" },
	{ "logdest", "file | stdout | both | none" },
	{ "logformat", "plain | time | json" },
	{ "logfull", "drop | wait" },
	{ "starting", "at-once | on-demand" },
	{ "onunhealthy", "none | replace | restart" },
	{ "syslogto", "path | address:port" },
	{ "ontrouble", "none | recycle | replace | stop" },
	{ "probe", "tcp | PATH" },
	{ "replaceby", "surge | one-by-one | stop-first" },
	{ "reloadby", "replace | hup" },
	{ "readers", "group | all" },
	{ "loglevel", "debug | info | warning | error" },
	{ "amount", "SIZE | SHARE | infinity" }, { "tasks", "NUMBER | SHARE | infinity" }, { "quota", "SHARE | infinity" },
	{ "weight", "NUMBER | idle" },
	{ "preserve", "no | yes | restart" }, { "names", "name ..." }, { "directories", "path ..." },
	{ "credentials", "NAME:path ..." },
	{ "secrets", "NAME:value ..." },
	{ "oompolicy", "continue | restart | stop" },
	{ "level", "number" },      { "cpus", "RANGE ..." },      { "groups", "group ..." },
	{ "cpupolicy", "other | batch | idle | fifo | rr" },
	{ "ioclass", "realtime | best-effort | idle" },
	{ "bytes", "LIMIT | SOFT:HARD" },    { "count", "LIMIT | SOFT:HARD" }, { "cputime", "LIMIT | SOFT:HARD" },
	{ "rttime", "LIMIT | SOFT:HARD" },   { "nicelimit", "LIMIT | SOFT:HARD" },
	{ "profile", "none | web" },
	{ "tmpfs", "path[:option,...] ..." },
	{ "bindpaths", "[-]source[:destination[:option]] ..." },
	{ "sandboxmode", "required | best-effort" },
	{ "capabilities", "[~]capability ..." }, { "securebits", "bit ..." },
	{ "protectsystem", "yes | no | full | strict" },
	{ "protecthome", "yes | no | read-only | tmpfs" },
	{ "protectproc", "default | noaccess | invisible | ptraceable" },
	{ "procsubset", "all | pid" },
	{ "families", "[~]family ..." }, { "syscalls", "[~]call ..." },
	{ "syscallerror", "ERRNO | kill" }, { "architectures", "native" },
	{ "namespaces", "yes | no | KINDS" },
	{ "services", "name ..." }, { "commands", "command ..." }, { "onecommand", "command" },
	{ "progtype", "exec | simple | notify | oneshot" },
	{ "notifyaccess", "main | all" },
	{ "signal", "signal" },     { "statuses", "status ..." }, { "address", "address" },
	{ "text", "text" },         { "yes", "yes | no" },       { "no", "yes | no" },
	{ "many", "word ..." },     { "refused", NULL },
};

static const char *const narrower[][2] = {
#define NARROWER(key, words, why) { #key, words },
#include "conf/narrower.def"
};

static const struct {
	const char *class, *word;
} reloads[] = { { "LIVE", "live" }, { "REPLACE", "replace" }, { "DAEMON", "daemon" } };

static const char *
placeholder(const char *key, const char *kind)
{
	for (size_t i = 0; i < sizeof(narrower) / sizeof(*narrower); i++)
		if (strcmp(narrower[i][0], key) == 0)
			return narrower[i][1];
	for (size_t i = 0; i < sizeof(placeholders) / sizeof(*placeholders); i++)
		if (strcmp(placeholders[i][0], kind) == 0)
			return placeholders[i][1];
	fprintf(stderr, "keys: kind '%s' has no placeholder in man/keys.c\n", kind);
	return "";
}

static const char *
reload_word(const char *class)
{
	for (size_t i = 0; i < sizeof(reloads) / sizeof(*reloads); i++)
		if (strcmp(reloads[i].class, class) == 0)
			return reloads[i].word;
	fprintf(stderr, "keys: reload class '%s' has no word in man/keys.c\n", class);
	return "";
}

/* One word: roff takes a backslash for an escape, and a dot or quote at the start of a line for a request. */
static void
print_word(const char *word, size_t length, bool first)
{
	if (first && (*word == '.' || *word == '\''))
		fputs("\\&", stdout);
	for (size_t i = 0; i < length; i++)
		fputs(word[i] == '\\' ? "\\e" : (char[]){ word[i], '\0' }, stdout);
}

/* Running text, filled to WIDTH; a sentence begins a line, as mandoc -Tlint wants it. */
static void
print_text(const char *text)
{
	const char *start = text;
	size_t column = 0; /* where the next word would stand */

	while (*text != '\0') {
		size_t length = strcspn(text, " ");

		if (column > 0 && (column + length > WIDTH || text[-2] == '.'))
			column = 0;
		if (text != start)
			putchar(column == 0 ? '\n' : ' ');
		print_word(text, length, column == 0);
		column += length + 1;
		text += length + strspn(text + length, " ");
	}
}

/* "N | auto": alternatives, where capitals stand for something else and the rest for itself. */
static void
print_value(const char *value)
{
	if (strchr(value, '|') == NULL) {
		printf(" No = Ar %s", value);
		return;
	}
	fputs(" No =", stdout);
	while (*value != '\0') {
		size_t length = strcspn(value, " ");

		if (*value == '|')
			fputs(" |", stdout); /* a delimiter to mdoc, which leaves the font of Ar and Cm for it */
		else
			printf(" %s %.*s", isupper((unsigned char)*value) ? "Ar" : "Cm", (int)length, value);
		value += length + strspn(value + length, " ");
	}
}

/* " ; No " between the parts of a bracket: mdoc takes the semicolon for a delimiter, which ends what Fl began. */
static void
print_part(bool *begun, const char *before, const char *part, const char *after)
{
	if (*part == '\0')
		return;
	printf("%s%s%s%s", *begun ? " ; No " : "", before, part, after);
	*begun = true;
}

static void
print_bracket(const struct entry *e)
{
	char range[64] = "";
	bool begun = false;

	if (*e->lowest != '\0')
		snprintf(range, sizeof range, "%s to %s", e->lowest, e->highest);
	fputs("\n.Pq ", stdout);
	print_part(&begun, "Fl Fl ", *e->flag == '\0' ? "" : e->flag + strlen("--"), "");
	print_part(&begun, "Gunicorn ", e->since, " and later");
	print_part(&begun, "default ", e->fallback, "");
	print_part(&begun, "", range, "");
	print_part(&begun, "", reload_word(e->reload), "\n");
}

static void
print_key(const struct entry *e)
{
	const char *value = placeholder(e->name, e->kind);

	printf(".It Ic %s", e->name);
	if (value != NULL)
		print_value(value);
	else
		fputs(" No (refused)", stdout);
	putchar('\n');
	print_text(e->meaning);
	putchar('.');
	if (strcmp(e->scope, "gunicorn") == 0 && e->what == OURS)
		fputs("\nGunicorn only.", stdout);
	if (value != NULL)
		print_bracket(e);
	else
		putchar('\n');
}

int
main(void)
{
	const char *end = "";

	for (size_t i = 0; i < sizeof(entries) / sizeof(*entries); i++) {
		if (entries[i].what != TITLE) {
			print_key(&entries[i]);
			continue;
		}
		printf("%s.Ss %c%s\n.Bl -tag -width Ds\n", end, entries[i].name[0] & ~0x20, entries[i].name + 1);
		end = ".El\n";
	}
	fputs(end, stdout);
	return ferror(stdout) || fflush(stdout) != 0;
}
