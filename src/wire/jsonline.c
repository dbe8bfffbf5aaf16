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
 * others have many fathers. */
static const struct {
	const char *key;
	enum part part;
	bool shipped; /* a line as somebody wrote it, and a shipper, who says "error" of all that came from stderr */
} keys[] = {
	{ "log", PART_MESSAGE, true },
	{ "message", PART_MESSAGE, false },
	{ "msg", PART_MESSAGE, false },
	{ "MESSAGE", PART_MESSAGE, true },
	{ "Log", PART_MESSAGE, true },
	{ "line", PART_MESSAGE, true },
	{ "body", PART_MESSAGE, false },
	{ "text", PART_MESSAGE, true },
	{ "event", PART_MESSAGE, false },
	{ "textPayload", PART_MESSAGE, true },
	{ "jsonPayload", PART_INNER, false },
	{ "_source", PART_INNER, false },
	{ "content", PART_INNER, false },
	{ "time", PART_TIME, false },
	{ "timestamp", PART_TIME, false },
	{ "asctime", PART_TIME, false },
	{ "@timestamp", PART_TIME, false },
	{ "ts", PART_TIME, false },
	{ "TimeStamp", PART_TIME, false },
	{ "process", PART_PID, false },
	{ "pid", PART_PID, false },
	{ "level", PART_LEVEL, false },
	{ "levelname", PART_LEVEL, false },
	{ "severity_text", PART_LEVEL, false },
	{ "log.level", PART_LEVEL, false },
	{ "severityText", PART_LEVEL, false },
	{ "severity", PART_LEVEL, true },
	{ "error.stack_trace", PART_EXCEPTION, false },
	{ "exc_info", PART_EXCEPTION, false },
	{ "exc_text", PART_EXCEPTION, false },
	{ "traceback", PART_EXCEPTION, false },
	{ "exception", PART_EXCEPTION, false },
	{ "stack_trace", PART_EXCEPTION, false },
	{ "stacktrace", PART_EXCEPTION, false },
	{ "stack", PART_EXCEPTION, false },
	{ "exc", PART_EXCEPTION, false },
	{ "error", PART_ERROR, false },
};

static enum part
part_of(struct jsonr_key key, bool *shipped)
{
	for (unsigned i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (jsonr_key_is(key, keys[i].key)) {
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
write_parts(struct text *out, struct text parts[static PARTS], bool shipped)
{
	upper(&parts[PART_LEVEL]); /* as Gunicorn's own header has it: what follows reads one form only */
	if (parts[PART_TIME].len > 0)
		text_addf(out, "%s ", parts[PART_TIME].at);
	if (parts[PART_PID].len > 0)
		text_addf(out, "[%s] ", parts[PART_PID].at);
	if (parts[PART_LEVEL].len > 0 && !shipped)
		text_addf(out, "[%s] ", parts[PART_LEVEL].at);
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
