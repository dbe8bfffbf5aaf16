/*
 * manner.c -- the choice in one place. A service whose size is not known was never looked at for long enough; it is
 * replaced as it was asked for, since refusing would keep old code alive for want of a number.
 */
#include "core/manner.h"

enum manner
manner_choose(enum manner wish, uint32_t workers, int64_t size, int64_t room, enum manner_reason *reason)
{
	*reason = MANNER_AS_SET;
	if (wish != MANNER_BESIDE) /* what was set on purpose is done */
		return wish;
	if (size < 0)
		*reason = MANNER_SIZE_UNKNOWN;
	else if (room < 0)
		*reason = MANNER_ROOM_UNKNOWN;
	else if (size > room)
		*reason = workers > 1 ? MANNER_NO_ROOM : MANNER_ONE_WORKER;
	return *reason == MANNER_NO_ROOM ? MANNER_SINGLY : MANNER_BESIDE;
}

const char *
manner_reason_words(enum manner_reason reason)
{
	static const char *const words[] = {
#define X(name, text) [MANNER_##name] = text,
		MANNER_REASONS(X)
#undef X
	};

	return (unsigned)reason < MANNER_REASON_COUNT ? words[reason] : "";
}
