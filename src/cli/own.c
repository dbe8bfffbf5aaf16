#include "cli/own.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/complaints.h"
#include "cli/place.h"
#include "judge/phase.h"

static bool
take(struct own *own, const struct conf_words *words, struct trouble *t)
{
	if (words->count / 3 > SIGNATURES_OWN)
		return trouble_set(t, CLI_FAILED, 0, "%u signatures are too many: at most %d", words->count / 3,
			SIGNATURES_OWN);
	for (uint32_t i = 0; i + 2 < words->count; i += 3) /* name, phase, pattern: conf has counted them */
		own->at[own->count++] = (struct signature_own){ .name = words->at[i],
			.phase = phase_of(words->at[i + 1]),
			.pattern = words->at[i + 2] };
	return true;
}

bool
own_read(struct own *own, const struct arguments *a, struct trouble *t)
{
	struct conf_bridle bridle;
	struct conf_report report;
	char path[PATH_MAX];
	bool ok;

	memset(own, 0, sizeof *own);
	if (!place_config(path, a, t))
		return false;
	/* who reads a log of elsewhere may have no Bridle here: no signatures of one's own is no error */
	if (a->value[OPTION_CONFIG] == NULL && access(path, R_OK) != 0)
		return true;
	conf_report_init(&report);
	own->conf = conf_read(path, &report);
	ok = own->conf != NULL || complaints_tell(path, "your own signatures are", &report, t);
	conf_report_free(&report);
	if (!ok)
		return false;
	conf_decode_bridle(own->conf, &bridle);
	return take(own, &bridle.signature, t);
}
