/*
 * signal -- `bridle signal NAME SIGNAL`. Which signals may be sent, bridled decides.
 */
#include "cli/commands.h"
#include "cli/tell.h"

int
signal_command(const struct arguments *a)
{
	return tell_outcome(a, "Signal", json_pack("{s:s, s:s}", "name", a->operands[0], "signal", a->operands[1]));
}
