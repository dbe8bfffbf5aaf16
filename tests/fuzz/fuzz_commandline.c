/*
 * fuzz_commandline -- the input is a command line, for systemd and for a shell: words fit where they are put, and what is
 * imported of it reads as it was meant.
 */
#include <string.h>

#include "fuzz.h"
#include "imported.h"
#include "wire/shellwords.h"

static void
split(const char *line, size_t size)
{
	/* as large as the headers say, so that a sanitizer sees one byte more */
	char *word = malloc(size + 1), *item = malloc(2 * size + 3);
	const char *rest = line;
	struct err err;

	MUST(word != NULL && item != NULL);
	while (execline_next(&rest, word, &err) == WORD_TAKEN)
		MUST(rest > line && rest <= line + size);
	for (rest = line; shellwords_next(&rest, item, &err) < SHELL_BAD && *rest != '\0';)
		MUST(rest > line && rest <= line + size);
	free(word);
	free(item);
}

static void
import(const char *line)
{
	struct conf_report report;
	struct import im;

	conf_report_init(&report);
	MUST(import_init(&im, &report));
	import_add_command(&im, line);
	MUST(import_finish(&im) && ledger_count(&im.ledger, FATE_OPEN, NULL) == 0);
	if (report.errors == 0)
		must_read_back(&im);
	import_release(&im);
	conf_report_free(&report);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *line = malloc(size + 1);

	MUST(line != NULL);
	memcpy(line, data, size);
	line[size] = '\0';
	split(line, strlen(line));
	import(line);
	free(line);
	return 0;
}
