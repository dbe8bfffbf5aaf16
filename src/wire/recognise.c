#include "wire/recognise.h"

#include <string.h>

#include "wire/address.h"
#include "wire/colour.h"
#include "wire/flatline.h"
#include "wire/jsonline.h"

/* A line loses its colours and its prefixes (logform), and becomes several where it is JSON or was flattened. Each of
 * these is then an access line, a piece of a traceback, or a signature, and is asked in this order: most are the first,
 * and a piece of a traceback can look like anything. */

void
recogniser_init(struct recogniser *r, recognise_sink *sink, void *context)
{
	memset(r, 0, offsetof(struct recogniser, line)); /* what was never touched costs no memory */
	r->sink = sink;
	r->context = context;
	r->second = -1;
	zones_init(&r->zones);
	signatures_index(&r->index);
}

void
recogniser_know(struct recogniser *r, const struct signature_own *own, unsigned count)
{
	signatures_index_own(&r->index, own, count);
}

static void
tell_traceback(struct recogniser *r)
{
	const struct traceback *t = &r->traceback;
	struct recognised what = {
		.kind = RECOGNISED_TRACEBACK,
		/* the line of the exception itself, where it came: that is what people look for */
		.line = t->last.line > 0 ? t->last.line : t->line,
		.second = r->second,
		.speaker = r->traceback_speaker,
		.traceback = t,
		.text = r->error_text,
		.length = r->error_length,
	};

	if (t->blocks > 0 || t->frames > 0)
		r->sink(r->context, &what);
	traceback_clear(&r->traceback);
	r->error_length = 0;
}

/* Lines without header are taken for the process of the last line that had one. */
static void
take_traceback(struct recogniser *r, const struct logform *f, const char *text, size_t length)
{
	unsigned before = r->traceback.blocks;
	bool was_open = r->traceback.open;

	if (traceback_take(&r->traceback, f, r->lines) == TRACEBACK_OVER) {
		tell_traceback(r);
		before = 0;
		was_open = false;
		/* the line that ends one may begin the next: asked again, now that none is open */
		traceback_take(&r->traceback, f, r->lines);
	}
	if (r->traceback.open)
		strand_keep(&r->strand, f, !was_open);
	if (r->traceback.open && (!was_open || r->traceback.blocks > before)) {
		r->error_length = length < sizeof r->error_text ? length : sizeof r->error_text;
		memcpy(r->error_text, text, r->error_length);
	}
}

static bool
is_complaint(const struct logform *f)
{
	return f->header == HEADER_PID && f->strange == 0 && (f->level == LEVEL_ERROR || f->level == LEVEL_CRITICAL);
}

static void
take_signature(struct recogniser *r, const struct logform *f, const char *text, size_t length)
{
	struct recognised what = { .kind = RECOGNISED_LINE,
		.line = r->lines,
		.second = r->second,
		.speaker = f->pid,
		.text = text,
		.length = length,
		.message = f->message,
		.message_length = f->length };

	/* strict: who writes Gunicorn's header is believed, others are not any more */
	if (!signatures_find(&r->index, f, r->strict, &what.match)) {
		what.kind = RECOGNISED_COMPLAINT;
		if (is_complaint(f))
			r->sink(r->context, &what);
		return;
	}
	if (f->header == HEADER_PID && f->strange == 0 && signatures[what.match.signature].who <= SIGNATURE_BY_ANY)
		r->strict = true;
	r->sink(r->context, &what);
}

static void
take_own(struct recogniser *r, const struct logform *f, const char *text, size_t length)
{
	struct recognised what = { .kind = RECOGNISED_OWN,
		.line = r->lines,
		.second = r->second,
		.speaker = f->pid,
		.own = signatures_find_own(&r->index, f),
		.text = text,
		.length = length };

	if (what.own != NULL)
		r->sink(r->context, &what);
}

/* `ADDRESS - USER [TIME] "REQUEST" STATUS BYTES`, as Gunicorn and nginx write it. */
static bool
take_answer(struct recogniser *r, const char *message, size_t n, const char *text, size_t length)
{
	const char *end = message + n, *quote = memchr(message, '"', n), *status;
	struct recognised what = { .kind = RECOGNISED_ANSWER,
		.line = r->lines,
		.second = r->second,
		.text = text,
		.length = length };

	if (quote == NULL)
		return false;
	status = memchr(quote + 1, '"', (size_t)(end - quote - 1));
	/* the quote behind the request, a blank, three digits */
	if (status == NULL || end - status < 5 || status[1] != ' ' || status[2] < '1' || status[2] > '5')
		return false;
	for (int i = 2; i < 5; i++) {
		if (status[i] < '0' || status[i] > '9')
			return false;
		what.match.detail = what.match.detail * 10 + (status[i] - '0');
	}
	r->sink(r->context, &what);
	return true;
}

static bool
may_be_answer(const struct logform *f)
{
	char c = f->message[0];

	/* an IPv6 address may begin with a letter */
	return (c >= '0' && c <= '9') || (f->header == HEADER_NONE && (c == '-' || c == ':' || c == '"')) ||
		address_is_client(f->message, f->length);
}

static void
take_message(struct recogniser *r, const struct logform *f, const char *text, size_t length)
{
	/* those with fewer times go by another clock: a shipper's and Gunicorn's need not agree */
	if (f->second >= 0 && f->stamps >= r->stamps) {
		r->second = zones_second(&r->zones, f->second, f->ahead);
		r->stamps = f->stamps;
	}
	if (f->length > 0 && may_be_answer(f) && take_answer(r, f->message, f->length, text, length))
		return;
	if (!r->traceback.open || !strand_is_apart(&r->strand, f)) {
		take_traceback(r, f, text, length);
		if (f->pid > 0)
			r->traceback_speaker = f->pid;
	}
	/* beside the table, not before it: a signature of the user's hides nothing that is known */
	if (f->length > 0 && r->index.own != NULL)
		take_own(r, f, text, length);
	/* no line of ours begins with a digit, but "3 workers"; and many of others do */
	if (f->length > 0 && (f->message[0] < '0' || f->message[0] > '9' || f->header == HEADER_PID))
		take_signature(r, f, text, length);
}

static bool take_flat(struct recogniser *r, const struct logform *f, const char *row, const char *text, size_t length);

/* Lines that one line stands for. FOLDED: each of them may stand for several in its turn. */
static void
take_plain(struct recogniser *r, const struct text *plain, bool folded, const char *text, size_t length)
{
	const char *at, *end = plain->at + plain->len, *newline;
	struct logform f;

	for (at = plain->at; at < end; at = newline + 1) {
		newline = memchr(at, '\n', (size_t)(end - at));
		if (newline == NULL)
			newline = end;
		logform_read(&f, at, (size_t)(newline - at));
		if (!folded || !take_flat(r, &f, at, text, length))
			take_message(r, &f, text, length);
	}
}

/* Is F a message with a traceback behind it in the same line? Such messages begin with a capital letter, and are long. */
static bool
is_flat(const struct logform *f)
{
	static const char head[] = "Traceback (most recent call last):";
	const char *found;

	if (f->length < 100 || f->message[0] < 'A' || f->message[0] > 'Z' || memchr(f->message, 'T', f->length) == NULL)
		return false;
	found = memmem(f->message, f->length, head, sizeof head - 1);
	return found != NULL && found + sizeof head + 16 < f->message + f->length;
}

/* ROW is where the line of F begins: TEXT, or a line that this stands for. */
static bool
take_flat(struct recogniser *r, const struct logform *f, const char *row, const char *text, size_t length)
{
	struct text plain;

	if (!is_flat(f))
		return false;
	text_init(&plain, r->unfolded, sizeof r->unfolded);
	flatline_read(&plain, row, (size_t)(f->message + f->length - row), r->copied);
	take_plain(r, &plain, false, text, length);
	return true;
}

/* A JSON line may hold a whole traceback, and that its newlines written out once more. False when it is not one that we know. */
static bool
take_json(struct recogniser *r, const struct logform *outer, const char *text, size_t length)
{
	struct text plain;

	text_init(&plain, r->plain, sizeof r->plain);
	if (!jsonline_read(&plain, outer->message, outer->length, r->traceback.open && !r->traceback.ended))
		return false;
	take_plain(r, &plain, true, text, length);
	return true;
}

static char
shape_of(char c)
{
	return c >= '0' && c <= '9' ? '0' : c;
}

/* A prefix that nobody knows stands before Gunicorn's header, and before lines without one as well: those that have the
 * same, but for its digits, are read from behind it. */
static void
learn_prefix(struct recogniser *r, const char *line, size_t n)
{
	r->prefix_length = n < sizeof r->prefix ? n : 0;
	for (size_t i = 0; i < r->prefix_length; i++)
		r->prefix[i] = shape_of(line[i]);
}

static bool
has_prefix(const struct recogniser *r, const char *line, size_t length)
{
	size_t n = 0;

	if (r->prefix_length == 0 || length < r->prefix_length)
		return false;
	while (n < r->prefix_length && shape_of(line[n]) == r->prefix[n])
		n++;
	return n == r->prefix_length;
}

/* What Windows writes in front of a file's first line. */
static size_t
mark_length(const char *line, size_t length)
{
	return length >= 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

/* A string is one only as a whole: many lines begin with a request in quotes. */
static bool
may_be_json(const struct logform *f)
{
	return f->message[0] == '{' || (f->message[0] == '"' && f->message[f->length - 1] == '"');
}

static void
take_row(struct recogniser *r, const char *line, size_t length)
{
	struct logform f;

	logform_read(&f, line, length);
	if (f.strange > 0 && f.header != HEADER_NONE)
		learn_prefix(r, line, f.strange);
	else if (f.header == HEADER_NONE && has_prefix(r, line, length))
		logform_read(&f, line + r->prefix_length, length - r->prefix_length);
	if (f.length > 0 &&
		((may_be_json(&f) && take_json(r, &f, line, length)) ||
			take_flat(r, &f, line, line, length)))
		return;
	take_message(r, &f, line, length);
}

/* The row of a screen that begins within LINE, which its time tells from words that only stand far to the right. */
static const char *
next_row(const char *line, size_t length)
{
	const char *end = line + length, *at = line;
	struct logform f;

	while ((at = flatline_next(at, (size_t)(end - at))) != NULL) {
		logform_read(&f, at, (size_t)(end - at));
		if (f.second >= 0)
			return at;
	}
	return NULL;
}

static void
take_line(struct recogniser *r, const char *line, size_t length)
{
	size_t mark = r->lines++ == 0 ? mark_length(line, length) : 0;
	bool rows = r->copied && !r->strict;
	const char *next;

	line += mark;
	length -= mark;
	if (length > RECOGNISER_LINE) /* what is behind that recognises nothing */
		length = RECOGNISER_LINE;
	/* not peeled, for there is nothing in front */
	if (address_is_client(line, length) && take_answer(r, line, length, line, length))
		return;
	if (colour_is_in(line, length)) {
		length = colour_strip(r->line, line, length); /* nothing is held there but, perhaps, this line */
		line = r->line;
	}
	for (; rows && (next = next_row(line, length)) != NULL; line = next) {
		take_row(r, line, (size_t)(next - line));
		length -= (size_t)(next - line);
	}
	take_row(r, line, length);
}

/* What belongs to a line that began in an earlier call, up to its newline. */
static size_t
feed_held(struct recogniser *r, const char *bytes, size_t n)
{
	const char *newline = memchr(bytes, '\n', n);
	size_t part = newline != NULL ? (size_t)(newline - bytes) : n;
	size_t room = sizeof r->line - r->held, kept = part < room ? part : room;

	memcpy(r->line + r->held, bytes, kept);
	r->held += kept;
	if (newline == NULL) {
		r->begun = true;
		return n;
	}
	take_line(r, r->line, r->held);
	r->held = 0;
	r->begun = false;
	return part + 1;
}

void
recogniser_feed(struct recogniser *r, const char *bytes, size_t n)
{
	const char *at = bytes, *end = bytes + n, *newline;

	if (n > 0 && r->begun)
		at += feed_held(r, bytes, n);
	while (at < end && (newline = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		take_line(r, at, (size_t)(newline - at));
		at = newline + 1;
	}
	if (at < end)
		feed_held(r, at, (size_t)(end - at));
}

bool
recogniser_rests(const struct recogniser *r)
{
	return !r->begun && r->held == 0 && !r->traceback.open && r->prefix_length == 0;
}

void
recogniser_flush(struct recogniser *r)
{
	if (r->traceback.open)
		tell_traceback(r);
}

void
recogniser_end(struct recogniser *r)
{
	if (r->begun)
		take_line(r, r->line, r->held);
	r->held = 0;
	r->begun = false;
	if (r->traceback.open)
		tell_traceback(r);
}
