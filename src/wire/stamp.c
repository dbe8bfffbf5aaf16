#include "wire/stamp.h"

#include <stdbool.h>
#include <string.h>

/* What is left to read. */
struct rest {
	const char *at, *end;
};

static bool
take_number(struct rest *r, unsigned digits, int *out)
{
	int value = 0;

	if ((size_t)(r->end - r->at) < digits)
		return false;
	for (unsigned i = 0; i < digits; i++) {
		if (r->at[i] < '0' || r->at[i] > '9')
			return false;
		value = value * 10 + (r->at[i] - '0');
	}
	r->at += digits;
	*out = value;
	return true;
}

static bool
take_one_of(struct rest *r, const char *bytes)
{
	if (r->at >= r->end || *r->at == '\0' || strchr(bytes, *r->at) == NULL)
		return false;
	r->at++;
	return true;
}

/* Days since 1970-01-01 in the civil calendar: years begin in March, so that the leap day is the last one. */
static int64_t
days(int year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t m = (month + 9) % 12;

	return 365 * y + y / 4 - y / 100 + y / 400 + (m * 306 + 5) / 10 + day - 1 - 719468;
}

/* ".206501", ",123". */
static void
skip_fraction(struct rest *r)
{
	struct rest before = *r;
	int digit;

	if (!take_one_of(r, ".,"))
		return;
	if (!take_number(r, 1, &digit))
		*r = before;
	while (take_number(r, 1, &digit))
		;
}

/* "Z", "+0000", "+00:00", " +0000", " PM". A worker may change its zone after the fork (Django does), so that it counts. */
static void
take_zone(struct rest *r, int64_t *second)
{
	struct rest zone = *r;
	int hours, minutes;
	bool west;

	if (take_one_of(&zone, "Z")) {
		*r = zone;
		return;
	}
	take_one_of(&zone, " ");
	if (zone.end - zone.at >= 4 && (memcmp(zone.at, "UTC ", 4) == 0 || memcmp(zone.at, "GMT ", 4) == 0)) {
		r->at = zone.at + 3;
		return;
	}
	west = zone.at < zone.end && *zone.at == '-';
	if (take_one_of(&zone, "AP") && take_one_of(&zone, "M")) {
		*r = zone;
		return;
	}
	if (!take_one_of(&zone, "+-") || !take_number(&zone, 2, &hours))
		return;
	take_one_of(&zone, ":");
	if (!take_number(&zone, 2, &minutes))
		return;
	*r = zone;
	*second += (west ? 1 : -1) * (hours * 3600 + minutes * 60);
}

static bool
take_clock(struct rest *r, int64_t *second)
{
	int hour, minute, sec;

	if (!take_number(r, 2, &hour) || !take_one_of(r, ":") || !take_number(r, 2, &minute) || !take_one_of(r, ":") ||
		!take_number(r, 2, &sec))
		return false;
	*second += hour * 3600 + minute * 60 + sec;
	skip_fraction(r);
	take_zone(r, second);
	return true;
}

static bool
take_date(struct rest *r, int64_t *second)
{
	int year, month, day;

	if (!take_number(r, 4, &year) || !take_one_of(r, "-/") || !take_number(r, 2, &month) || !take_one_of(r, "-/") ||
		!take_number(r, 2, &day) || !take_one_of(r, "T "))
		return false;
	*second = days(year, month, day) * 86400;
	return true;
}

static bool
month_of(const char *name, int *month)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (int m = 0; m < 12; m++)
		if (memcmp(name, months + 3 * m, 3) == 0) {
			*month = m + 1;
			return true;
		}
	return false;
}

/* "20/Nov/2026 ", "20/Nov/2026:": as web servers write it. */
static bool
take_web_date(struct rest *r, int64_t *second)
{
	int year, month, day;

	if (!take_number(r, 2, &day) || !take_one_of(r, "/") || r->end - r->at < 9 || !month_of(r->at, &month))
		return false;
	r->at += 3;
	if (!take_one_of(r, "/") || !take_number(r, 4, &year) || !take_one_of(r, ": "))
		return false;
	*second = days(year, month, day) * 86400;
	return true;
}

/* "Nov 20 ", "Nov  2 ": RFC 3164, which pads the day with a blank; others do not pad. */
static bool
take_month(struct rest *r, int64_t *second)
{
	int month, day, unit;

	if (r->end - r->at < 7 || r->at[3] != ' ' || !month_of(r->at, &month))
		return false;
	r->at += 4;
	take_one_of(r, " ");
	if (!take_number(r, 1, &day))
		return false;
	if (take_number(r, 1, &unit))
		day = 10 * day + unit;
	if (!take_one_of(r, " "))
		return false;
	*second = days(1970, month, day) * 86400;
	return true;
}

size_t
stamp_read(const char *bytes, size_t n, int64_t *second)
{
	struct rest r = { bytes, bytes + n };
	int64_t found = 0;
	bool ok;

	if (n < 8)
		return 0;
	/* one look at what cannot be a time, for most lines are not ours and begin with an address or a word */
	if (bytes[4] == '-' || bytes[4] == '/')
		ok = take_date(&r, &found) && take_clock(&r, &found);
	else if (bytes[2] == '/')
		ok = take_web_date(&r, &found) && take_clock(&r, &found);
	else if (bytes[3] == ' ')
		ok = take_month(&r, &found) && take_clock(&r, &found);
	else
		ok = bytes[2] == ':' && take_clock(&r, &found);
	if (!ok)
		return 0;
	*second = found;
	return (size_t)(r.at - bytes);
}
