#include "wire/jsonline.h"

#include <string.h>

#include "wire/jsonr.h"

/* clang-format off */
enum part { PART_TIME, PART_PID, PART_LEVEL, PART_MESSAGE, PART_EXCEPTION, PART_INNER, PART_ERROR, PARTS };
/* clang-format on */

/* A container's log holds lines of an application that writes JSON itself, and a cloud's record holds that. */
enum { DEEPEST = 2 };

/* Whose they are: `log` Docker's, `levelname`, `asctime`, `process`, `exc_info` and `exc_text` those of Python's
 * LogRecord, `event` structlog's, `MESSAGE` the journal's, `textPayload` Google Cloud's, `@timestamp` Logstash's, `body` OpenTelemetry's,
 * `text` loguru's, `severity_text` and `log.level` those of OpenTelemetry and Elastic; the
 * others have many fathers. By length, so that a key is compared with few. */
#define KEY(key, part, shipped) { key, sizeof key - 1, part, shipped }
static const struct {
	char key[18];
	unsigned char length;
	enum part part;
	bool shipped; /* a line as somebody wrote it, and a shipper, who says "error" of all that came from stderr */
} keys[] = {
	KEY("ts", PART_TIME, false),
	KEY("log", PART_MESSAGE, true),
	KEY("msg", PART_MESSAGE, false),
	KEY("Log", PART_MESSAGE, true),
	KEY("pid", PART_PID, false),
	KEY("exc", PART_EXCEPTION, false),
	KEY("line", PART_MESSAGE, true),
	KEY("body", PART_MESSAGE, false),
	KEY("text", PART_MESSAGE, true),
	KEY("time", PART_TIME, false),
	KEY("event", PART_MESSAGE, false),
	KEY("level", PART_LEVEL, false),
	KEY("stack", PART_EXCEPTION, false),
	KEY("error", PART_ERROR, false),
	KEY("message", PART_MESSAGE, false),
	KEY("MESSAGE", PART_MESSAGE, true),
	KEY("_source", PART_INNER, false),
	KEY("content", PART_INNER, false),
	KEY("asctime", PART_TIME, false),
	KEY("process", PART_PID, false),
	KEY("severity", PART_LEVEL, true),
	KEY("exc_info", PART_EXCEPTION, false),
	KEY("exc_text", PART_EXCEPTION, false),
	KEY("timestamp", PART_TIME, false),
	KEY("TimeStamp", PART_TIME, false),
	KEY("levelname", PART_LEVEL, false),
	KEY("log.level", PART_LEVEL, false),
	KEY("traceback", PART_EXCEPTION, false),
	KEY("exception", PART_EXCEPTION, false),
	KEY("@timestamp", PART_TIME, false),
	KEY("stacktrace", PART_EXCEPTION, false),
	KEY("textPayload", PART_MESSAGE, true),
	KEY("jsonPayload", PART_INNER, false),
	KEY("stack_trace", PART_EXCEPTION, false),
	KEY("severityText", PART_LEVEL, false),
	KEY("severity_text", PART_LEVEL, false),
	KEY("error.stack_trace", PART_EXCEPTION, false),
};
#undef KEY

static enum part
part_of(struct jsonr_key key, bool *shipped)
{
	for (unsigned i = 0; i < sizeof keys / sizeof keys[0] && keys[i].length <= key.length; i++)
		if (keys[i].length == key.length && keys[i].key[0] == *key.at && memcmp(keys[i].key, key.at, key.length) == 0) {
			*shipped = *shipped || keys[i].shipped;
			return keys[i].part;
		}
	return PARTS;
}

/* A number may stand as a string, and a level as a number nobody can read. */
static void
take_scalar(struct jsonr *r, struct text *t)
{
	struct jsonr before = *r;
	int64_t number;

	if (!jsonr_string(r, t)) {
		*r = before;
		if (jsonr_integer(r, &number))
			text_addf(t, "%lld", (long long)number);
	}
}

static void
upper(struct text *t)
{
	for (size_t i = 0; i < t->len; i++)
		if (t->at[i] >= 'a' && t->at[i] <= 'z')
			t->at[i] = (char)(t->at[i] - 'a' + 'A');
}

/* An object as it is written, or what a string says. */
static void
take_inner(struct jsonr *r, struct text *inner)
{
	const char *from;

	while (r->at < r->end && *r->at == ' ')
		r->at++;
	from = r->at;
	if (from < r->end && *from == '{') {
		jsonr_skip(r);
		text_addn(inner, from, (size_t)(r->at - from));
	} else {
		take_scalar(r, inner);
	}
}

/* Elastic's `"error": {"type": …, "stack_trace": …}`: the stack, or nothing. */
static void
take_error(struct jsonr *r, struct text *exception)
{
	struct jsonr inner = *r;
	struct jsonr_key key;

	jsonr_skip(r);
	if (!jsonr_object_open(&inner))
		return;
	while (jsonr_object_next(&inner, &key)) {
		if (exception->len == 0 && jsonr_key_is(key, "stack_trace"))
			take_scalar(&inner, exception);
		else
			jsonr_skip(&inner);
	}
}

/* A line of a stack, or its head: no logger writes these as messages of their own, so the level is a shipper's. */
static bool
is_piece(const char *message)
{
	return message[0] == ' ' || strncmp(message, "Traceback (most recent", 22) == 0;
}

static void
add_part(struct text *out, const char *before, const struct text *part, const char *behind)
{
	if (part->len == 0)
		return;
	text_add(out, before);
	text_add(out, part->at); /* up to a NUL, if one was written: nothing in a header has one */
	text_add(out, behind);
}

static void
write_parts(struct text *out, struct text parts[static PARTS], bool shipped)
{
	upper(&parts[PART_LEVEL]); /* as Gunicorn's own header has it: what follows reads one form only */
	add_part(out, "", &parts[PART_TIME], " ");
	add_part(out, "[", &parts[PART_PID], "] ");
	if (!shipped)
		add_part(out, "[", &parts[PART_LEVEL], "] ");
	text_addn(out, parts[PART_MESSAGE].at, parts[PART_MESSAGE].len);
	if (parts[PART_EXCEPTION].len > 0) {
		text_add(out, "\n");
		text_addn(out, parts[PART_EXCEPTION].at, parts[PART_EXCEPTION].len);
	}
}

/* What is read of an object goes to OUT. DEPTH: how many of them it stands in. A message that is an object again is read in
 * its place. */
static bool
read_object(struct text *out, const char *line, size_t length, bool shipped, unsigned depth)
{
	char small[3][48], message[4096], exception[4096], inner[4096];
	struct text parts[PARTS], *said = &parts[PART_MESSAGE];
	struct jsonr r;
	struct jsonr_key key;

	for (unsigned i = 0; i < 3; i++)
		text_init(&parts[i], small[i], sizeof small[i]);
	text_init(said, message, sizeof message);
	text_init(&parts[PART_EXCEPTION], exception, sizeof exception);
	text_init(&parts[PART_INNER], inner, sizeof inner);
	jsonr_init(&r, line, length);
	if (!jsonr_object_open(&r))
		return false;
	while (jsonr_object_next(&r, &key)) {
		enum part part = part_of(key, &shipped);

		if (part == PARTS ||
			(part != PART_ERROR && parts[part].len > 0)) /* the first of several that mean the same */
			jsonr_skip(&r);
		else if (part == PART_INNER)
			take_inner(&r, &parts[part]);
		else if (part == PART_ERROR)
			take_error(&r, &parts[PART_EXCEPTION]);
		else
			take_scalar(&r, &parts[part]);
	}
	if (said->len == 0)
		*said = parts[PART_INNER];
	if (said->len == 0)
		return false;
	if (said->at[0] == '{' && depth < DEEPEST && read_object(out, said->at, said->len, false, depth + 1))
		return true;
	write_parts(out, parts, shipped || is_piece(said->at));
	return true;
}

/* A line that was quoted with its escapes, as a list of lines has it. */
static bool
read_string(struct text *out, const char *line, size_t length)
{
	struct jsonr r;

	jsonr_init(&r, line, length);
	return jsonr_string(&r, out) && jsonr_done(&r);
}

bool
jsonline_read(struct text *out, const char *line, size_t length, bool piece)
{
	if (length > 1 && line[0] == '"' && line[length - 1] == '"')
		return read_string(out, line, length);
	return read_object(out, line, length, piece, 0);
}
