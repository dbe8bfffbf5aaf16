#include "cli/scale.h"

#include "base/text.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/tell.h"
#include "cli/trouble.h"
#include "cli/within.h"

bool
scale_parse(const char *words, int *workers, bool *by)
{
	int64_t n;

	*by = *words == '+' || *words == '-';
	/* the digits alone, so that "+-1" is nothing */
	if (words[*by] < '0' || words[*by] > '9' || !text_parse_int(words + *by, 1, SCALE_MAX, &n))
		return false;
	*workers = *words == '-' ? -(int)n : (int)n;
	return true;
}

int
scale_command(const struct arguments *a)
{
	const char *command = (a->given & ARGUMENT(NO_WAIT)) == 0 ? within(a, a->operands[0]) : NULL;
	struct trouble t;
	int workers;
	bool by;

	if (!scale_parse(a->operands[1], &workers, &by)) {
		trouble_set(&t, CLI_USAGE, 0, "expected a number of workers such as 4, +1 or -1, got '%s'",
			a->operands[1]);
		trouble_hint(&t, "from 1 to %d; bridle stop %s ends them all", SCALE_MAX, a->operands[0]);
		return trouble_tell(&t);
	}
	if (command != NULL)
		within_tell(a->operands[0], command);
	return tell_outcome(a, "Scale",
		json_pack("{s:s, s:i, s:b, s:b}", "name", a->operands[0], "workers", workers, "by", (int)by, "no_wait",
			command != NULL || (a->given & ARGUMENT(NO_WAIT)) != 0));
}
