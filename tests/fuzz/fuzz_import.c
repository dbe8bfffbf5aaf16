/*
 * fuzz_import -- the input is a source for bridle import: a unit, a supervisord.conf or a Procfile, as its first byte says
 * by name. Whatever it says, every directive is settled, and without complaint what is printed reads as it was meant.
 */
#include "fuzz.h"
#include "import/print.h"
#include "imported.h"

static const char *const names[] = { "web.service", "web@eu.service", "web.socket", "web.service.d/x.conf",
	"supervisord.conf", "Procfile" };

static void
must_report(const struct import *im)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	MUST(out != NULL && import_print_report(out, im));
	fclose(out);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conf_report report;
	struct import im;

	if (size == 0)
		return 0;
	conf_report_init(&report);
	MUST(import_init(&im, &report));
	import_add_text(&im, names[data[0] % (sizeof names / sizeof names[0])], (const char *)data + 1, size - 1);
	MUST(import_finish(&im));
	MUST(ledger_count(&im.ledger, FATE_OPEN, NULL) == 0);
	must_report(&im);
	if (report.errors == 0 && im.drafts != NULL)
		must_read_back(&im);
	import_release(&im);
	conf_report_free(&report);
	return 0;
}
