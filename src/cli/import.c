/*
 * import -- `bridle import`: what was written for systemd, supervisord or a Procfile, as a configuration.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/complaints.h"
#include "cli/import_systemd.h"
#include "cli/import_verify.h"
#include "cli/paint.h"
#include "cli/trouble.h"
#include "import/import.h"
#include "import/print.h"

static bool
gave(const struct arguments *a, unsigned option)
{
	return (a->given & option) != 0;
}

/* ---- what goes in ---- */

static bool
add_sources(struct import *im, const struct arguments *a, struct trouble *t)
{
	struct err err;

	for (unsigned i = 0; i < a->count; i++)
		if (!import_systemd_file(im, a->operands[i], a->operands[i], &err))
			return trouble_set(t, CLI_FAILED, 0, "%s", err.text);
	if (gave(a, ARGUMENT(SYSTEMD)) && !import_systemd_add(im, a->value[OPTION_SYSTEMD], &err))
		return trouble_set(t, CLI_FAILED, 0, "%s", err.text);
	if (gave(a, ARGUMENT(COMMAND)))
		import_add_command(im, a->value[OPTION_COMMAND]);
	if (!import_finish(im))
		return trouble_set(t, CLI_FAILED, ENOMEM, "cannot import");
	return true;
}

static bool
check_arguments(const struct arguments *a, struct trouble *t)
{
	if (a->count == 0 && !gave(a, ARGUMENT(SYSTEMD) | ARGUMENT(COMMAND))) {
		trouble_set(t, CLI_USAGE, 0, "import needs something to import");
		return trouble_hint(t, "usage: bridle import FILE... | --systemd NAME | --command LINE");
	}
	if (gave(a, ARGUMENT(REPORT)) && strcmp(a->value[OPTION_REPORT], "json") != 0)
		return trouble_set(t, CLI_USAGE, 0, "--report knows json only");
	return true;
}

/* ---- what comes out ---- */

/* The configuration as text; free() it. NULL without memory. */
static char *
text_of(const struct import *im, const struct draft *only, size_t *length)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, length);

	if (out == NULL)
		return NULL;
	import_print(out, im, only);
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

/* One file a service. Nothing that is there already is touched: somebody may have worked on it since. */
static bool
write_draft(const struct import *im, const struct draft *d, const char *directory, struct trouble *t)
{
	const char *path = arena_printf(im->arena, "%s/%s.ini", directory, d->name);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640); /* environment holds secrets */
	size_t length, done = 0;
	char *text;

	if (fd < 0) {
		trouble_set(t, CLI_FAILED, errno, "cannot create '%s'", path);
		if (t->err.code == EEXIST)
			trouble_hint(t,
				"a service of that name was imported already: print this one without --output, and give it another");
		return false;
	}
	/* in memory first: a file that is there is whole, or is taken away below */
	text = text_of(im, d, &length);
	while (text != NULL && done < length) {
		ssize_t n = write(fd, text + done, length - done);

		if (n <= 0)
			break;
		done += (size_t)n;
	}
	/* a network file system tells of a full disk at close(2) */
	if (close(fd) != 0 || text == NULL || done < length) {
		trouble_set(t, CLI_FAILED, errno, "cannot write '%s'", path);
		unlink(path);
		free(text);
		return false;
	}
	free(text);
	printf("%s\n", path);
	return true;
}

static bool
write_drafts(const struct import *im, const char *directory, struct trouble *t)
{
	unsigned lost = ledger_count(&im->ledger, FATE_LOST, NULL);

	if (mkdir(directory, 0755) != 0 && errno != EEXIST)
		return trouble_set(t, CLI_FAILED, errno, "cannot create '%s'", directory);
	for (const struct draft *d = im->drafts; d != NULL; d = d->next)
		if (!write_draft(im, d, directory, t))
			return false;
	/* it stands below the settings, where whoever only wrote files does not look */
	if (lost > 0)
		fprintf(stderr,
			"%u directive%s not carried over: the file of each service says which, and what that changes\n",
			lost, lost == 1 ? " is" : "s are");
	return true;
}

static bool
verify(const struct import *im, struct trouble *t)
{
	struct conf_report report;
	size_t length;
	char *text = text_of(im, NULL, &length);
	bool ok;

	if (text == NULL)
		return trouble_set(t, CLI_FAILED, ENOMEM, "cannot verify");
	conf_report_init(&report);
	/* the name is for complaints alone: no file is read */
	ok = import_verify("/imported.ini", text, length, &report);
	complaints_print(stderr, paint_for(STDERR_FILENO), &report);
	if (ok)
		fputs("verified: it reads, passes bridle check, and prints back to the same\n", stderr);
	else
		trouble_set(t, CLI_FAILED, 0, "what was imported does not pass bridle check on this machine");
	conf_report_free(&report);
	free(text);
	return ok;
}

static bool
print(const struct import *im, const struct arguments *a, struct trouble *t)
{
	size_t length;
	char *text;

	if (gave(a, ARGUMENT(OUTPUT)))
		return write_drafts(im, a->value[OPTION_OUTPUT], t);
	/* the report has gone to standard output: it is all that is to be there */
	if (gave(a, ARGUMENT(REPORT)))
		return true;
	text = text_of(im, NULL, &length);
	if (text == NULL)
		return trouble_set(t, CLI_FAILED, ENOMEM, "cannot print");
	fwrite(text, 1, length, stdout);
	free(text);
	return true;
}

/* A source that is broken is not guessed at: there is no configuration then, but the accounting of what could be read. */
static bool
deliver(const struct import *im, const struct arguments *a, struct trouble *t)
{
	if (gave(a, ARGUMENT(REPORT)) && !import_print_report(stdout, im))
		return trouble_set(t, CLI_FAILED, ENOMEM, "cannot print the report");
	complaints_print(stderr, paint_for(STDERR_FILENO), im->report);
	if (im->report->errors > 0)
		return trouble_set(t, CLI_FAILED, 0, "nothing was imported: what is broken is for a person to decide");
	if (im->drafts == NULL)
		return trouble_set(t, CLI_FAILED, 0, "there is no service in it");
	return print(im, a, t) && (!gave(a, ARGUMENT(VERIFY)) || verify(im, t));
}

int
import_command(const struct arguments *a)
{
	struct conf_report report;
	struct import im;
	struct trouble t;
	bool ok;

	if (!check_arguments(a, &t))
		return trouble_tell(&t);
	conf_report_init(&report);
	if (!import_init(&im, &report)) {
		trouble_set(&t, CLI_FAILED, ENOMEM, "cannot import");
		return trouble_tell(&t);
	}
	ok = add_sources(&im, a, &t) && deliver(&im, a, &t);
	import_release(&im);
	conf_report_free(&report);
	return ok ? CLI_OK : trouble_tell(&t);
}
