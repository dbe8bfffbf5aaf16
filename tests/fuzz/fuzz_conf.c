/*
 * fuzz_conf -- the input is a configuration file. Whatever it says, either there is a complaint, or it decodes, and
 * what is printed of it reads back to the same.
 */
#include <string.h>

#include "conf/diff.h"
#include "conf/show.h"
#include "conf/statsd.h"
#include "fuzz.h"

static struct conf *
read_bytes(const char *bytes, size_t size)
{
	struct conf_report report;
	struct conf *conf;

	conf_report_init(&report);
	conf = conf_read_text("/fuzz/f.ini", bytes, size, &report);
	MUST((conf == NULL) == (report.errors > 0));
	MUST(report.count <= report.errors + report.warnings);
	for (uint32_t i = 0; i < report.count; i++)
		MUST(report.at[i].text[0] != '\0');
	conf_report_free(&report);
	return conf;
}

static void
differs(void *context, const char *line)
{
	(void)context;
	fprintf(stderr, "read back, it differs: %s\n", line);
	abort();
}

static void
decode_all(struct conf *conf)
{
	struct conf_bridle bridle;

	conf_decode_bridle(conf, &bridle);
	MUST(bridle.run_dir[0] == '\0' || bridle.run_dir[0] == '/');
	for (uint32_t i = 0; i < conf->service_count; i++) {
		const struct conf_section *section = &conf->services[i];
		struct conf_service s;
		char host[64];
		uint16_t port;

		conf_decode_service(section, &s);
		MUST(conf_find(conf, section->name) == section);
		MUST(s.directory[0] == '\0' || s.directory[0] == '/');
		MUST(s.command.at[s.command.count] == NULL && s.environment.at[s.environment.count] == NULL);
		if (conf_statsd_wanted(section, host, sizeof host, &port))
			MUST(port > 0 && strlen(host) < sizeof host);
		MUST(s.stop_timeout > 0 && s.log_full != CONF_LOG_FULL_UNSET);
		MUST(s.workers.is_auto || (s.workers.min >= 1 && s.workers.min <= s.workers.max));
		for (uint32_t k = 0; k < s.bind.count; k++)
			MUST((s.bind.at[k].family == CONF_BIND_UNIX) == (s.bind.at[k].path != NULL));
	}
}

/* And what would be started is the same, as the next bridled will see it. */
static void
compare_fingerprints(const struct conf *conf, const struct conf *again)
{
	for (uint32_t i = 0; i < conf->service_count; i++)
		MUST(conf_fingerprint(&conf->services[i]) ==
			conf_fingerprint(conf_find(again, conf->services[i].name)));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conf *conf = read_bytes((const char *)data, size), *again;
	char *text = NULL;
	size_t length;
	FILE *out;

	if (conf == NULL)
		return 0;
	decode_all(conf);
	out = open_memstream(&text, &length);
	MUST(out != NULL && conf_show(out, conf, NULL, size % 2 == 0));
	fclose(out);
	again = read_bytes(text, length);
	MUST(again != NULL);
	conf_diff(conf, again, differs, NULL);
	compare_fingerprints(conf, again);
	conf_free(again);
	conf_free(conf);
	free(text);
	return 0;
}
