/*
 * fuzz_neighbours -- the input is what lies beside a service's code, and is looked into by `bridle check`: Gunicorn's own
 * configuration file (gunicorn.conf.py), and the pyvenv.cfg of the virtual environment. Whatever they say, the check comes to its
 * end, and says it in lines that a terminal can be shown.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "conf/check.h"
#include "fuzz.h"

static char home[64], venv[80];
static struct conf *conf;

static void
remove_home(void)
{
	char path[128];

	conf_free(conf);
	conf = NULL;
	for (unsigned i = 0; i < 2; i++) {
		snprintf(path, sizeof path, "%s/%s", home, i == 0 ? "gunicorn.conf.py" : "venv/pyvenv.cfg");
		unlink(path);
	}
	rmdir(venv);
	rmdir(home);
}

static void
make_home(void)
{
	struct conf_report report;
	char words[512];
	struct text t;

	snprintf(home, sizeof home, "/tmp/fuzz-neighbours-XXXXXX");
	MUST(mkdtemp(home) != NULL);
	snprintf(venv, sizeof venv, "%s/venv", home);
	MUST(mkdir(venv, 0700) == 0 && atexit(remove_home) == 0);
	text_init(&t, words, sizeof words);
	text_addf(&t, "[gunicorn:web]\napp = a:b\ndirectory = %s\nvirtualenv = %s\nbind = unix:%s/s\nworkers = 2\n",
		home, venv, home);
	conf_report_init(&report);
	conf = conf_read_text("/fuzz/f.ini", words, t.len, &report);
	MUST(conf != NULL);
	conf_report_free(&report);
}

static void
put(const char *name, const uint8_t *data, size_t size)
{
	char path[128];
	int fd;

	snprintf(path, sizeof path, "%s/%s", home, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	MUST(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	close(fd);
}

static bool
is_fit_for_a_terminal(const char *words)
{
	for (; *words != '\0'; words++)
		if ((unsigned char)*words < ' ' || *words == 0x7f)
			return false;
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conf_report report;

	if (conf == NULL)
		make_home();
	put("gunicorn.conf.py", data, size);
	put("venv/pyvenv.cfg", data, size);
	conf_report_init(&report);
	conf_check(conf, &report);
	for (uint32_t i = 0; i < report.count; i++)
		MUST(report.at[i].text[0] != '\0' && is_fit_for_a_terminal(report.at[i].text));
	conf_report_free(&report);
	return 0;
}
