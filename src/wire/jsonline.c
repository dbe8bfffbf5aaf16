#include "wire/jsonline.h"

#include "wire/jsonr.h"

/* clang-format off */
enum part { PART_TIME, PART_PID, PART_LEVEL, PART_MESSAGE, PART_EXCEPTION, PARTS };
/* clang-format on */

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
	{ "event", PART_MESSAGE, false },
	{ "textPayload", PART_MESSAGE, true },
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
	{ "severity", PART_LEVEL, false },
	{ "exc_info", PART_EXCEPTION, false },
	{ "exc_text", PART_EXCEPTION, false },
	{ "traceback", PART_EXCEPTION, false },
	{ "exception", PART_EXCEPTION, false },
	{ "stack_trace", PART_EXCEPTION, false },
	{ "stacktrace", PART_EXCEPTION, false },
	{ "stack", PART_EXCEPTION, false },
	{ "exc", PART_EXCEPTION, false },
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

/* What is read of an object goes to OUT. DEEPER: a message that is an object again is read in its place: a container's log
 * holds lines of an application that writes JSON itself. */
static bool
read_object(struct text *out, const char *line, size_t length, bool deeper)
{
	char small[3][48], message[4096], exception[4096];
	struct text parts[PARTS];
	struct jsonr r;
	struct jsonr_key key;
	bool shipped = false;

	for (unsigned i = 0; i < 3; i++)
		text_init(&parts[i], small[i], sizeof small[i]);
	text_init(&parts[PART_MESSAGE], message, sizeof message);
	text_init(&parts[PART_EXCEPTION], exception, sizeof exception);
	jsonr_init(&r, line, length);
	if (!jsonr_object_open(&r))
		return false;
	while (jsonr_object_next(&r, &key)) {
		enum part part = part_of(key, &shipped);

		if (part == PARTS || parts[part].len > 0) /* the first of several that mean the same */
			jsonr_skip(&r);
		else
			take_scalar(&r, &parts[part]);
	}
	if (parts[PART_MESSAGE].len == 0)
		return false;
	if (deeper && message[0] == '{' && read_object(out, message, parts[PART_MESSAGE].len, false))
		return true;
	upper(&parts[PART_LEVEL]); /* as Gunicorn's own header has it: what follows reads one form only */
	if (parts[PART_TIME].len > 0)
		text_addf(out, "%s ", small[PART_TIME]);
	if (parts[PART_PID].len > 0)
		text_addf(out, "[%s] ", small[PART_PID]);
	if (parts[PART_LEVEL].len > 0 && !shipped)
		text_addf(out, "[%s] ", small[PART_LEVEL]);
	text_addn(out, message, parts[PART_MESSAGE].len);
	if (parts[PART_EXCEPTION].len > 0) {
		text_add(out, "\n");
		text_addn(out, exception, parts[PART_EXCEPTION].len);
	}
	return true;
}

bool
jsonline_read(struct text *out, const char *line, size_t length)
{
	return read_object(out, line, length, true);
}
