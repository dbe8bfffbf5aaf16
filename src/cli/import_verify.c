#include "cli/import_verify.h"

#include <stdio.h>
#include <stdlib.h>

#include "conf/check.h"
#include "conf/diff.h"
#include "conf/show.h"

struct finding {
	struct conf_report *report;
	const char *name;
};

static void
differs(void *context, const char *line)
{
	struct finding *finding = context;

	conf_complain(finding->report, CONF_ERROR, finding->name, 0, "printed back, it differs: %s", line);
}

/* CONF printed, read again, and compared. */
static void
go_round(const char *name, const struct conf *conf, struct conf_report *report)
{
	struct finding finding = { report, name };
	struct conf *again = NULL;
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);
	bool shown = out != NULL && conf_show(out, conf, NULL, CONF_SHOWN_SECRETS);

	if (out != NULL && fclose(out) == 0 && shown)
		again = conf_read_text(name, text, length, report);
	if (again == NULL)
		conf_complain(report, CONF_ERROR, name, 0, "printed back, it cannot be read");
	else
		conf_diff(conf, again, differs, &finding);
	conf_free(again);
	free(text);
}

/* Printing back comes before the checks: that is our own doing, and must hold on every machine. */
bool
import_verify(const char *name, const char *text, size_t length, struct conf_report *report)
{
	struct conf *conf = conf_read_text(name, text, length, report);

	if (conf == NULL)
		return false;
	go_round(name, conf, report);
	conf_check(conf, report);
	conf_free(conf);
	return report->errors == 0;
}
