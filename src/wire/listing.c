#include "wire/listing.h"

#include "wire/peel.h"
#include "wire/stamp.h"

/* A number, which may be milliseconds since 1970 (CloudWatch); names of a job and of its step. */
enum { ROW_MOST = 13, COLUMNS_MOST = 160 };

/* Only a blank behind a number: what follows must be what logs begin with, for sentences begin with numbers, too. */
static bool
is_logged(const struct logform *f, size_t at)
{
	return byte_is(f, at, '[') || begins(f, at, "Traceback (most recent call last)") || begins(f, at, "File \"");
}

/* How much of what separates a number from its line stands at AT: "12:" and "13-" (grep -n), a tab or blanks (cat -n, nl), "12 |",
 * "12. ". 0: the number is the line's own. */
static size_t
count_separator(const struct logform *f, size_t at)
{
	size_t blanks = count_blanks(f, at);

	if (byte_is(f, at, ':') || byte_is(f, at, '\t') || byte_is(f, at, '|'))
		return 1;
	if (byte_is(f, at, '-'))
		return count_digits(f, at + 1) == 0;
	if (byte_is(f, at, '.') || byte_is(f, at, ')'))
		return byte_is(f, at + 1, ' ');
	if (blanks > 0 && byte_is(f, at + blanks, '|'))
		return blanks + 1;
	return blanks > 1 || is_logged(f, at + blanks) ? blanks : 0;
}

static bool
peel_row(struct logform *f)
{
	size_t n = count_digits(f, 0), separator;

	if (n == 0 || n > ROW_MOST)
		return false;
	separator = count_separator(f, n);
	return separator > 0 && peel(f, n + separator);
}

/* Where the name of a file that is a log ends: "error.log", "error.log.1"; 0 when there is none. */
static size_t
count_file(const struct logform *f)
{
	static const char *const kinds[] = { ".log", ".txt", ".out", ".err" };
	size_t n = count_name(f, 0), end;

	if (memchr(f->message, '.', n) == NULL) /* most lines begin with a word */
		return 0;
	for (unsigned i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		const char *kind = memmem(f->message, n, kinds[i], strlen(kinds[i]));

		if (kind == NULL)
			continue;
		end = (size_t)(kind - f->message) + strlen(kinds[i]);
		return end + (byte_is(f, end, '.') ? 1 + count_digits(f, end + 1) : 0);
	}
	return 0;
}

/* "error.log:12:", "error.log-13-" (grep -Hn), "error.log:" (grep -H). */
static bool
peel_file(struct logform *f)
{
	size_t end = count_file(f), number;
	char separator;

	if (end == 0 || !(byte_is(f, end, ':') || byte_is(f, end, '-')))
		return false;
	separator = f->message[end++];
	number = count_digits(f, end);
	if (number > 0 && byte_is(f, end + number, separator))
		end += number + 1;
	return peel(f, end);
}

/* "build (3.12)", "Run the tests" and a time, each before a tab. */
static bool
peel_columns(struct logform *f)
{
	size_t most = f->length < COLUMNS_MOST ? f->length : COLUMNS_MOST;
	const char *end = f->message + most, *job = memchr(f->message, '\t', most),
		   *step = job != NULL ? memchr(job + 1, '\t', (size_t)(end - job - 1)) : NULL;
	struct logform after;
	int64_t second;
	int32_t ahead;

	if (step == NULL)
		return false;
	after = *f;
	drop(&after, (size_t)(step + 1 - f->message));
	if (begins(&after, 0, "\xef\xbb\xbf")) /* each step is a file of its own, with a mark at its begin */
		drop(&after, 3);
	if (stamp_read(after.message, after.length, &second, &ahead) == 0)
		return false;
	*f = after;
	return true;
}

bool
listing_peel(struct logform *f)
{
	return is_digit(f->message[0]) ? peel_row(f) : peel_file(f) || peel_columns(f);
}
