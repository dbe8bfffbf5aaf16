#include "core/flapping.h"

bool
flapping_died(struct flapping *f, msec now)
{
	/* a ring of the latest times: the place to write next is that of the oldest */
	msec last = f->at[(f->next + FLAPPING_TIMES - 1) % FLAPPING_TIMES], oldest;

	if (last != 0 && now - last < FLAPPING_TOGETHER) /* one cause, several victims: counted once */
		return false;
	if (last != 0 && now - last >= FLAPPING_CALM)
		f->told = false;
	f->at[f->next] = now;
	f->next = (uint8_t)((f->next + 1) % FLAPPING_TIMES);
	oldest = f->at[f->next];
	if (f->told || oldest == 0 || now - oldest > FLAPPING_SPAN)
		return false;
	f->told = true;
	return true;
}
