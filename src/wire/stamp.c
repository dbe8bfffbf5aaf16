#include "wire/stamp.h"

#include <stdbool.h>
#include <string.h>

#include "wire/rest.h"

/* The first bytes choose the form (stamp_read). Each take_x() takes its part and moves on, or fails, and then no time
 * stands there. Nothing is looked up: a log has a time in every line. */

/* Days since 1970-01-01 in the civil calendar: years begin in March, so that the leap day is the last one. (153 m + 2) / 5 days
 * lie before month m of such a year; day 0 is the first of March of the year 0, 719468 days before 1970. */
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
	const char *at = r->at;

	if (r->end - at < 2 || (*at != '.' && *at != ',') || !is_digit(at[1]))
		return;
	while (at + 1 < r->end && is_digit(at[1]))
		at++;
	r->at = at + 1;
}

/* Zones that logs name. Only differences count, and a log keeps to one of them: they are passed over. */
static bool
take_zone_name(struct rest *r)
{
	static const char names[][5] = { "UTC", "GMT", "EDT", "EST", "CDT", "CST", "MDT", "MST", "PDT", "PST", "CET", "EET",
		"MSK", "BST", "IST", "JST", "CEST", "EEST" };
	enum { NAMES = sizeof names / sizeof names[0], LONG = 2 };
	size_t n = 0;

	while (n < 4 && r->at + n < r->end && r->at[n] >= 'A' && r->at[n] <= 'Z')
		n++;
	if (n < 3 || (r->at + n < r->end && r->at[n] != ' ' && r->at[n] != ']'))
		return false;
	/* four letters are mostly a level */
	for (unsigned i = n == 4 ? NAMES - LONG : 0; i < NAMES; i++)
		if (memcmp(r->at, names[i], 3) == 0 && names[i][3] == (n == 4 ? r->at[3] : '\0')) {
			r->at += n;
			return true;
		}
	return false;
}

/* "AM", "pm": HOUR is what the clock said. */
static bool
take_half(struct rest *r, int hour, int64_t *second)
{
	struct rest half = *r;
	bool after_noon = half.at < half.end && (*half.at | 0x20) == 'p';

	if (!take_one_of(&half, "APap") || !take_one_of(&half, "Mm"))
		return false;
	*r = half;
	if (after_noon && hour < 12)
		*second += 12 * 3600;
	if (!after_noon && hour == 12)
		*second -= 12 * 3600;
	return true;
}

/* "Z", "+0000", "+00:00", " +0000", " PM", " UTC". A worker may change its zone after the fork (Django does), so that an
 * offset counts. */
static void
take_zone(struct rest *r, int hour, int64_t *second)
{
	struct rest zone = *r;
	int hours, minutes;
	bool west;

	if (take_byte(&zone, 'Z')) {
		zone.ahead = 0;
		*r = zone;
		return;
	}
	take_byte(&zone, ' ');
	if (take_zone_name(&zone) || take_half(&zone, hour, second)) {
		*r = zone;
		return;
	}
	west = zone.at < zone.end && *zone.at == '-';
	if (!take_one_of(&zone, "+-") || !take_pair(&zone, &hours))
		return;
	take_byte(&zone, ':');
	if (!take_pair(&zone, &minutes))
		return;
	zone.ahead = (west ? -1 : 1) * (hours * 3600 + minutes * 60);
	*r = zone;
	*second -= zone.ahead;
}

static bool
take_clock(struct rest *r, int64_t *second)
{
	int hour, minute, sec;

	if (!take_short(r, &hour) || !take_byte(r, ':') || !take_pair(r, &minute) || !take_byte(r, ':') ||
		!take_pair(r, &sec))
		return false;
	*second += hour * 3600 + minute * 60 + sec;
	skip_fraction(r);
	take_zone(r, hour, second);
	return true;
}

static bool
take_date(struct rest *r, int64_t *second)
{
	int century, year, month, day;

	if (!take_pair(r, &century) || !take_pair(r, &year) || !take_one_of(r, "-/") || !take_pair(r, &month) ||
		!take_one_of(r, "-/") || !take_pair(r, &day) || !take_one_of(r, "T "))
		return false;
	*second = days(century * 100 + year, month, day) * 86400;
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

/* Four digits; or two, behind a slash (rich). */
static bool
take_year_number(struct rest *r, char before, int *year)
{
	if (take_number(r, 4, year))
		return true;
	if (before != '/' || !take_number(r, 2, year))
		return false;
	*year += 2000;
	return true;
}

/* Day and month are there; "/2026:", "/26 ", " 2026 ", ", 2026, ", ", 2026 @ ", or only a blank stand before the clock. */
static bool
take_year(struct rest *r, int month, int day, int64_t *second)
{
	struct rest with = *r;
	int year = 1970;

	take_one_of(&with, ",");
	if (take_one_of(&with, " /-.") && take_year_number(&with, with.at[-1], &year))
		*r = with;
	else
		year = 1970;
	take_one_of(r, ",");
	if (!take_one_of(r, ": "))
		return false;
	if (r->end - r->at > 2 && memcmp(r->at, "@ ", 2) == 0)
		r->at += 2;
	*second = days(year, month, day) * 86400;
	return true;
}

/* "20/Nov/2026:", "20 Nov 2026 ", "11/20/2026, ", "20.11.2026 ": the day or the month first, which nobody can tell where
 * both are small; it is the same for all lines of a log. */
static bool
take_day_first(struct rest *r, int64_t *second)
{
	int month, day;

	if (!take_short(r, &day) || !take_one_of(r, "/ -."))
		return false;
	if (r->end - r->at >= 9 && month_of(r->at, &month)) {
		r->at += 3;
		return take_year(r, month, day, second);
	}
	if (!take_short(r, &month) || r->at >= r->end || *r->at == ' ')
		return false;
	return take_year(r, month > 12 ? day : month, month > 12 ? month : day, second);
}

/* "M\xc3\xa4r ": four bytes. "INFO " has as many. */
static bool
is_foreign_month(const char *at)
{
	return at[4] == ' ' && (at[1] & 0x80) != 0;
}

/* "Nov ". The journal writes months in the words of its locale: "Okt ", "Mär ". Those that are not known are taken for one, for
 * a day of another month is hardly ever needed. */
static bool
take_month(struct rest *r, int *month)
{
	size_t n = r->at[3] == ' ' ? 3 : 4;

	for (size_t i = 0; i < n; i++)
		if ((r->at[i] & 0x80) == 0 && (r->at[i] | 0x20) < 'a')
			return false;
	if (n == 4 && !is_foreign_month(r->at))
		return false;
	if (n == 4 || !month_of(r->at, month))
		*month = 1;
	r->at += n + 1;
	return true;
}

/* "11\xe6\x9c\x88 20 15:24:58": the journal in Chinese and Japanese, where months have numbers. */
static bool
take_numbered_month(struct rest *r, int64_t *second)
{
	static const char month_sign[] = "\xe6\x9c\x88";
	int month, day;

	if (!take_short(r, &month) || r->end - r->at < 8 || memcmp(r->at, month_sign, 3) != 0)
		return false;
	r->at += 3;
	return take_one_of(r, " ") && (take_one_of(r, " "), take_short(r, &day)) && take_year(r, month, day, second);
}

/* "\xd0\xb8\xd1\x8e\xd0\xbb 20 15:24:58": a month in an alphabet of which no letter is known here. Taken for one, as others
 * are. */
static bool
take_foreign_month(struct rest *r, int64_t *second)
{
	enum { MONTH_MOST = 24 };
	int day;
	size_t n = 0;

	while (n < MONTH_MOST && r->at + n < r->end && (r->at[n] & 0x80) != 0)
		n++;
	r->at += n;
	return n > 0 && take_one_of(r, " ") && (take_one_of(r, " "), take_short(r, &day)) &&
		take_year(r, 1, day, second);
}

/* "Nov 20 ", "Nov  2 ": RFC 3164, which pads the day with a blank; others do not pad, or put a year behind it. */
static bool
take_month_first(struct rest *r, int64_t *second)
{
	int month, day;

	if (!take_month(r, &month))
		return false;
	take_one_of(r, " ");
	return take_short(r, &day) && take_year(r, month, day, second);
}

/* Does "2026-11-20" begin at AT? */
static bool
is_date(const struct rest *r, size_t at)
{
	return (size_t)(r->end - r->at) > at + 10 && r->at[at + 4] == '-' && r->at[at + 7] == '-';
}

/* "Fri, ", "Fri ". */
static void
skip_weekday(struct rest *r)
{
	static const char names[] = "SunMonTueWedThuFriSat";

	if (r->at[3] != ',' && r->at[4] <= '9' && !is_date(r, 4)) /* "Nov 20" */
		return;
	for (unsigned i = 0; i < sizeof names - 1; i += 3)
		if (memcmp(r->at, names + i, 3) == 0 && (r->at[3] == ' ' || (r->at[3] == ',' && r->at[4] == ' '))) {
			r->at += r->at[3] == ',' ? 5 : 4;
			return;
		}
}

static bool
take_words(struct rest *r, int64_t *second)
{
	skip_weekday(r);
	if (r->end - r->at < 7)
		return false;
	if (is_date(r, 0)) /* journalctl -o short-full */
		return take_date(r, second);
	return *r->at > '9' ? take_month_first(r, second) : take_day_first(r, second);
}

/* "Fri Nov 20 15:24:58 2026": ctime(3), and Apache. A log that shows only its own year loses nothing by it. */
static bool
skip_late_year(struct rest *r)
{
	struct rest year = *r;
	int number;

	if (take_one_of(&year, " ") && take_number(&year, 4, &number) && number > 1900 &&
		(year.at == year.end || *year.at == ']' || *year.at == ' '))
		*r = year;
	return true;
}

/* "1795188349.1234567 ": time.time(), of this century's first third. */
static bool
take_epoch(struct rest *r, int64_t *second)
{
	int seconds;

	if (*r->at != '1' || !take_number(r, 10, &seconds) || r->at == r->end || *r->at != '.')
		return false;
	*second = seconds;
	skip_fraction(r);
	return r->at < r->end && *r->at == ' ';
}

size_t
stamp_read(const char *bytes, size_t n, int64_t *second, int32_t *ahead)
{
	struct rest r = { bytes, bytes + n, STAMP_UNSAID };
	int64_t found = 0;
	bool ok;

	if (n < 8) /* "15:24:58"; what follows looks at six bytes */
		return 0;
	/* one look at what cannot be a time, for most lines are not ours and begin with an address or a word */
	if ((bytes[0] & 0x80) != 0)
		ok = take_foreign_month(&r, &found) && take_clock(&r, &found);
	else if (bytes[0] > '9')
		ok = (bytes[3] == ' ' || bytes[3] == ',' || is_foreign_month(bytes)) && take_words(&r, &found) &&
			take_clock(&r, &found) && skip_late_year(&r);
	else if (bytes[1] == '\xe6' || bytes[2] == '\xe6')
		ok = take_numbered_month(&r, &found) && take_clock(&r, &found);
	else if (bytes[1] < '0' || bytes[2] < '0') /* one or two digits, and a blank, slash, dash or dot; no address */
		ok = (bytes[2] != '.' || bytes[5] == '.') && take_day_first(&r, &found) && take_clock(&r, &found);
	else if (bytes[4] == '-' || bytes[4] == '/')
		ok = take_date(&r, &found) && take_clock(&r, &found);
	else if (bytes[2] == ':' || bytes[1] == ':')
		ok = take_clock(&r, &found);
	else
		ok = take_epoch(&r, &found);
	if (!ok)
		return 0;
	*second = found;
	*ahead = r.ahead;
	return (size_t)(r.at - bytes);
}
