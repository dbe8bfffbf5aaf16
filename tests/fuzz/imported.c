#include "imported.h"

#include <string.h>

#include "fuzz.h"
#include "import/print.h"

static bool
is_read(const struct conf_section *section, const struct draft_setting *s)
{
	for (uint32_t i = 0; i < section->count; i++)
		if (section->settings[i].key == &conf_keys[s->key] && strcmp(section->settings[i].value, s->value) == 0)
			return true;
	return false;
}

static void
must_have(const struct conf *conf, const struct draft *d)
{
	const struct conf_section *section = conf_find(conf, d->name);

	MUST(section != NULL && section->kind == d->kind);
	for (const struct draft_setting *s = d->first; s != NULL; s = s->next)
		MUST(s->is_off || is_read(section, s));
}

void
must_read_back(const struct import *im)
{
	struct conf_report report;
	struct conf *conf;
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	MUST(out != NULL);
	import_print(out, im, NULL);
	fclose(out);
	conf_report_init(&report);
	conf = conf_read_text("/fuzz/imported.ini", text, length, &report);
	for (uint32_t i = 0; conf == NULL && i < report.count; i++)
		fprintf(stderr, "%u: %s\n%s", (unsigned)report.at[i].line, report.at[i].text, text);
	MUST(conf != NULL);
	for (const struct draft *d = im->drafts; d != NULL; d = d->next)
		must_have(conf, d);
	conf_free(conf);
	conf_report_free(&report);
	free(text);
}
