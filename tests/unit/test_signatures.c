#include "unit.h"

#include <string.h>

#include "base/text.h"
#include "wire/pattern.h"
#include "wire/signatures.h"

/* What stands where a pattern has %d, %s and %*: of anything also nothing, and what looks like the bytes by which patterns are
 * found. */
static const struct filling {
	const char *number, *word, *anything;
} fillings[] = {
	{ "7", "web", " of some kind" },
	{ "4711", "a", "" },
	{ "0", "/srv/shop/bin/run.sh", "x: y z: [8] 'w'" },
	{ "123456789", "gunicorn[7]", "gunicorn: %" },
};

static void
fill(struct text *t, const char *pattern, const struct filling *with)
{
	while (*pattern != '\0') {
		size_t n = pattern_literal(pattern);

		text_addn(t, pattern, n);
		pattern += n;
		if (*pattern == '\0')
			break;
		text_add(t, pattern[1] == 'd' ? with->number : pattern[1] == 's' ? with->word : with->anything);
		pattern += 2;
	}
}

static unsigned
digits(const char *at, size_t n)
{
	unsigned found = 0;

	for (size_t i = 0; i < n; i++)
		found += at[i] >= '0' && at[i] <= '9';
	return found;
}

/* Who is named is not nameless. */
static bool
may_say(const struct signature_entry *s, const char *message, size_t n)
{
	return s->who != SIGNATURE_BY_NAMELESS || digits(message, n) <= digits(s->pattern, strlen(s->pattern));
}

/* The table from front to back, once for those that begin with anything, then for the others: what signatures_find says
 * in few steps. */
static unsigned
find_slowly(const struct logform *f)
{
	int32_t number[2];

	for (unsigned pass = 0; pass < 2; pass++)
		for (unsigned i = 0; i < SIGNATURES; i++)
			if ((signatures[i].pattern[0] == '%') == (pass == 0) &&
				pattern_is(signatures[i].pattern, f->message, f->length, number) &&
				may_say(&signatures[i], f->message, f->length))
				return i;
	return SIGNATURES;
}

static void
check_same(const struct signature_index *index, const char *message, size_t n)
{
	/* nobody's, at no level: anybody may have said it */
	struct logform f = { .message = message, .length = n, .second = -1 };
	struct signature_match match = { .signature = SIGNATURES };

	signatures_find(index, &f, false, &match);
	if (match.signature != find_slowly(&f))
		fail_msg("'%.*s' is %s", (int)n, message,
			match.signature < SIGNATURES ? signatures[match.signature].name : "found no more");
}

/* No byte by which signatures are found hides one. */
static void
each_signature_is_found(void **state)
{
	struct signature_index index;
	char words[512];
	struct text t;

	(void)state;
	signatures_index(&index);
	for (unsigned i = 0; i < SIGNATURES; i++)
		for (unsigned k = 0; k < sizeof fillings / sizeof fillings[0]; k++) {
			text_init(&t, words, sizeof words);
			fill(&t, signatures[i].pattern, &fillings[k]);
			check_same(&index, words, t.len);
			/* nearly one */
			check_same(&index, words, t.len - 1);
			check_same(&index, words + 1, t.len - 1);
			words[t.len / 2] = ':';
			check_same(&index, words, t.len);
		}
}

/* The examples do reach what they are made for: most are it, others something more special. */
static void
examples_are_signatures(void **state)
{
	struct signature_index index;
	struct signature_match match;
	char words[512];
	struct text t;

	(void)state;
	signatures_index(&index);
	for (unsigned i = 0; i < SIGNATURES; i++) {
		text_init(&t, words, sizeof words);
		fill(&t, signatures[i].pattern, &fillings[0]);
		struct logform f = { .message = words, .length = t.len, .second = -1 };
		if (!signatures_find(&index, &f, false, &match))
			fail_msg("an example of %s is none: '%s'", signatures[i].name, words);
	}
}

static const struct reading {
	const char *pattern, *message;
	bool is;
	int32_t number[2];
} readings[] = {
	{ "exited with code %d.", "exited with code 3.", true, { 3, 0 } },
	{ "exited with code %d.", "exited with code .", false, { 0, 0 } },
	{ "%s (%d) of %d", "shop (4711) of 1234567890", false, { 4711, 123456789 } },
	{ "%s (%d) of %d", "shop (4711) of 123456789", true, { 4711, 123456789 } },
	{ "%s: gone", "my shop: gone", false, { 0, 0 } },
	{ "%*: gone", "my shop: gone", true, { 0, 0 } },
	{ "%*gone", "gone and gone", true, { 0, 0 } },
	{ "%*gone%*", "begone", true, { 0, 0 } },
	{ "%*gone%*", "began", false, { 0, 0 } },
	{ "gone", "gone ", false, { 0, 0 } },
};

static void
a_pattern_covers_all(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sizeof readings / sizeof readings[0]; i++) {
		const struct reading *r = &readings[i];
		int32_t number[2] = { 0, 0 };

		if (pattern_is(r->pattern, r->message, strlen(r->message), number) != r->is)
			fail_msg("'%s' and '%s'", r->pattern, r->message);
		assert_memory_equal(number, r->number, sizeof number);
		if (r->is)
			assert_true(pattern_ends(r->pattern, r->message, strlen(r->message)));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_signature_is_found),
		cmocka_unit_test(examples_are_signatures),
		cmocka_unit_test(a_pattern_covers_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
