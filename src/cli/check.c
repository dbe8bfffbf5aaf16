/*
 * check -- `bridle check` and `bridle config`: configurations, without a daemon.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/complaints.h"
#include "cli/paint.h"
#include "cli/place.h"
#include "cli/trouble.h"
#include "conf/beginning.h"
#include "conf/check.h"
#include "conf/conf.h"
#include "conf/exposure.h"
#include "conf/show.h"

static const char *
plural(uint32_t n)
{
	return n == 1 ? "" : "s";
}

/* One line at the end in any case: silence could be taken for a check that did not run. */
static void
print_verdict(const char *path, const struct conf *conf, const struct conf_report *report)
{
	if (conf == NULL || report->count > 0)
		printf("%u error%s, %u warning%s\n", report->errors, plural(report->errors), report->warnings,
			plural(report->warnings));
	else
		printf("%s: %u service%s, nothing to complain about\n", path, conf->service_count,
			plural(conf->service_count));
}

/* The next step when nobody NAMED a file, and the one that is meant then is not there. */
static void
hint_which(const char *path, bool named)
{
	struct err err;

	if (named || !beginning_is_missing(path, &err))
		return;
	fflush(stdout); /* what it is about comes first */
	fprintf(stderr, "%s\nname another file with --config FILE, or its directory with --root DIR\n", err.text);
}

static int
no_such_section(const struct conf *conf, const char *path, const char *name)
{
	struct trouble t;
	unsigned best = 3; /* more edits than that are another word */

	trouble_set(&t, CLI_NO_SERVICE, 0, "%s has no service '%s'", path, name);
	trouble_hint(&t, "bridle config prints all of them");
	for (uint32_t i = 0; i < conf->service_count; i++)
		if (text_distance(name, conf->services[i].name) < best) {
			best = text_distance(name, conf->services[i].name);
			trouble_hint(&t, "did you mean '%s'?", conf->services[i].name);
		}
	return trouble_tell(&t);
}

/* What a service is still allowed, the worst first in the list and so here. */
static void
print_exposure(const struct conf_service *s, struct paint p)
{
	unsigned score = exposure_score(s);

	for (unsigned i = 0; i < exposure_count(); i++) {
		struct exposure e = exposure_look(s, i);

		if (!e.exposed)
			continue;
		paint_wrapped(stdout, p,
			e.weight >= 5         ? COLOUR_BAD :
				e.weight >= 3 ? COLOUR_BUSY :
						COLOUR_PLAIN,
			e.words, 2);
		paint_wrapped(stdout, p, COLOUR_PLAIN, e.line, 6);
	}
	printf("%s: %u.%u of 10, %s\n", s->name, score / 10, score % 10,
		score <= 20         ? "well kept" :
			score <= 50 ? "kept from the worst" :
				      "exposed (profile = web takes most of it away in one line)");
}

/* Not checked against this machine: what settings leave open is the same everywhere. */
static int
check_security(const struct arguments *a)
{
	const char *name = a->count > 0 ? a->operands[0] : NULL;
	const struct conf_section *section;
	struct conf_report report;
	struct conf_service service;
	char path[PATH_MAX];
	struct conf *conf;
	struct trouble t;
	int status = CLI_OK;

	if (name == NULL) {
		trouble_set(&t, CLI_USAGE, 0, "which service?");
		trouble_hint(&t, "bridle check --security NAME");
		return trouble_tell(&t);
	}
	if (!place_config(path, a, &t))
		return trouble_tell(&t);
	conf_report_init(&report);
	conf = conf_read(path, &report);
	section = conf == NULL ? NULL : conf_find(conf, name);
	if (conf == NULL) {
		complaints_print(stderr, paint_for(STDERR_FILENO), &report);
		status = CLI_FAILED;
	} else if (section == NULL) {
		status = no_such_section(conf, path, name);
	} else {
		conf_decode_service(section, &service);
		print_exposure(&service, paint_for(STDOUT_FILENO));
	}
	conf_free(conf);
	conf_report_free(&report);
	return status;
}

int
check_command(const struct arguments *a)
{
	struct paint p = paint_for(STDOUT_FILENO);
	char path[PATH_MAX];
	struct conf_report report;
	struct conf *conf;
	struct trouble t;
	int status;

	if (a->given & ARGUMENT(SECURITY))
		return check_security(a);
	if (a->count > 0)
		text_copy(path, sizeof path, a->operands[0]);
	else if (!place_config(path, a, &t))
		return trouble_tell(&t);
	conf_report_init(&report);
	conf = conf_read_rest(path, &report);
	if (conf != NULL)
		conf_check(conf, &report);
	complaints_print(stdout, p, &report);
	print_verdict(path, conf, &report);
	hint_which(path, a->count > 0 || a->value[OPTION_CONFIG] != NULL);
	status = report.errors > 0 ? CLI_FAILED : CLI_OK;
	conf_free(conf);
	conf_report_free(&report);
	return status;
}

/* What it prints is a configuration itself, and may go into a file: complaints go to standard error. */
int
config_command(const struct arguments *a)
{
	const char *name = a->count > 0 ? a->operands[0] : NULL;
	bool all = (a->given & ARGUMENT(ALL)) != 0, json = (a->given & ARGUMENT(JSON)) != 0;
	char path[PATH_MAX];
	struct conf_report report;
	struct conf *conf;
	struct trouble t;
	int status = CLI_OK;

	if (!place_config(path, a, &t))
		return trouble_tell(&t);
	conf_report_init(&report);
	conf = conf_read(path, &report);
	if (conf == NULL) {
		complaints_print(stderr, paint_for(STDERR_FILENO), &report);
		hint_which(path, a->value[OPTION_CONFIG] != NULL);
		status = CLI_FAILED;
	} else if (!(json ? conf_show_json(stdout, conf, name, all) :
			    conf_show(stdout, conf, name, all ? CONF_SHOWN_DEFAULTS : 0))) {
		status = no_such_section(conf, path, name != NULL ? name : "");
	}
	conf_free(conf);
	conf_report_free(&report);
	return status;
}
