#include "cli/cells.h"

/* Two numbers of 64 bits, their signs, and what stands between them. */
enum { CELL = 48 };

static void
unknown(struct table *t)
{
	table_cell(t, COLOUR_FAINT, "-");
}

void
cells_add_duration(struct text *t, msec d)
{
	text_add_duration(t, d - d % 1000);
}

/* Decimal digits by hand: a status of 100 services has 600 numbers, and printf(3) would be half of its table. */
static void
add_integer(struct text *t, int64_t n)
{
	char digits[24], *p = digits + sizeof digits;
	uint64_t rest = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;

	do
		*--p = (char)('0' + rest % 10);
	while ((rest /= 10) > 0);
	if (n < 0)
		*--p = '-';
	text_addn(t, p, (size_t)(digits + sizeof digits - p));
}

static void
put(struct table *t, enum colour colour, struct cell_number n, void (*add)(struct text *words, int64_t value))
{
	char buffer[CELL];
	struct text words;

	if (!n.known) {
		unknown(t);
		return;
	}
	text_init(&words, buffer, sizeof buffer);
	add(&words, n.value);
	table_cell(t, colour, buffer);
}

void
cells_integer(struct table *t, enum colour colour, struct cell_number n)
{
	put(t, colour, n, add_integer);
}

void
cells_duration(struct table *t, struct cell_number n)
{
	put(t, COLOUR_PLAIN, n, cells_add_duration);
}

static void
add_size(struct text *t, int64_t n)
{
	text_add_size(t, (uint64_t)n);
}

void
cells_size(struct table *t, struct cell_number n)
{
	n.known = n.known && n.value >= 0;
	put(t, COLOUR_PLAIN, n, add_size);
}

/* How many are wanted is ours to say; how many have booted must be seen, and heartbeats of other users' workers may not
 * be. */
void
cells_workers(struct table *t, struct cell_number booted, struct cell_number wanted)
{
	char buffer[CELL];
	struct text words;

	if (!wanted.known) {
		unknown(t);
		return;
	}
	text_init(&words, buffer, sizeof buffer);
	if (booted.known)
		add_integer(&words, booted.value);
	else
		text_add(&words, "?");
	text_add(&words, "/");
	add_integer(&words, wanted.value);
	table_cell(t, booted.known && booted.value < wanted.value ? COLOUR_BUSY : COLOUR_PLAIN, buffer);
}
