#include "wire/zones.h"

#include "wire/stamp.h"

enum { DAY = 86400, YEAR = 366 * DAY };

void
zones_init(struct zones *z)
{
	*z = (struct zones){ .second = -1 };
}

static int64_t
nearer(int64_t to, int64_t one, int64_t other)
{
	int64_t first = one > to ? one - to : to - one, second = other > to ? other - to : to - other;

	return second < first ? other : one;
}

/* The first one decides which clock it is: that of those before, which people read beside it. */
static int64_t
with_offset(struct zones *z, int64_t second, int32_t ahead)
{
	if (!z->said && z->second >= YEAR && nearer(z->second, second, second + ahead) != second)
		z->shift = ahead;
	z->said = true;
	z->ahead = ahead;
	return second + z->shift;
}

/* A time of day alone, which may have left the day by its offset, on the day that puts it nearest to TO: midnight may lie between. */
static int64_t
on_a_day_near(int64_t to, int64_t clock)
{
	int64_t same = to - to % DAY + clock;

	return nearer(to, nearer(to, same, same - DAY), same + DAY);
}

static int64_t
without_offset(const struct zones *z, int64_t second)
{
	int64_t utc = second + z->shift, local = utc - z->ahead;

	if (second < DAY && z->second >= YEAR) {
		utc = on_a_day_near(z->second, utc);
		local = on_a_day_near(z->second, local);
	}
	return z->said && z->second >= 0 ? nearer(z->second, utc, local) : utc;
}

int64_t
zones_second(struct zones *z, int64_t second, int32_t ahead)
{
	z->second = ahead == STAMP_UNSAID ? without_offset(z, second) : with_offset(z, second, ahead);
	return z->second;
}
