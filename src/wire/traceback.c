#include "wire/traceback.h"

#include <string.h>

#include "base/text.h"

static const struct {
	enum place place;
	char file[40], function[40];
} places[] = {
/* clang-format off */
#define PLACE(place, file, function) { PLACE_##place, file, function },
#include "wire/places.def"
#undef PLACE
	/* clang-format on */
};

/* Open from its first head, frame or exception on. Ended when the exception has come: then only the sentence that
 * chains another block to it may follow. Over with the first line that cannot belong to it, which is the caller's
 * again. */

struct span {
	const char *at;
	size_t length;
};

static bool
begins(const struct logform *f, const char *words)
{
	size_t n = strlen(words);

	return f->length >= n && *f->message == *words && memcmp(f->message, words, n) == 0;
}

static bool
span_has(struct span s, const char *words)
{
	size_t n = strlen(words);

	return n == 0 || (s.length >= n && memmem(s.at, s.length, words, n) != NULL);
}

static void
keep(char *to, size_t size, struct span from)
{
	size_t n = from.length < size ? from.length : size - 1;

	memcpy(to, from.at, n);
	to[n] = '\0';
}

void
traceback_clear(struct traceback *t)
{
	*t = (struct traceback){ 0 };
}

static void
begin(struct traceback *t, const struct logform *f, uint64_t line)
{
	if (!t->open) {
		traceback_clear(t);
		t->open = true;
		t->line = line;
		t->indent = f->indent;
	}
}

/* What FROM has up to byte END, and FROM moved past it. */
static bool
cut(struct span *from, char end, struct span *out)
{
	const char *found = memchr(from->at, end, from->length);

	if (found == NULL)
		return false;
	*out = (struct span){ from->at, (size_t)(found - from->at) };
	from->length -= out->length + 1;
	from->at = found + 1;
	return true;
}

static bool
function_is(struct span s, const char *function)
{
	size_t n = strlen(function);

	return n == 0 || (s.length == n && memcmp(s.at, function, n) == 0);
}

/* The module of the program itself ("bin/gunicorn", in <module>) imports nothing of the application, nor does what is evaluated. */
static bool
is_launcher(struct span file)
{
	return span_has(file, "bin/") || span_has(file, "/runpy.py") || span_has(file, "__main__.py") ||
		span_has(file, "\\Scripts\\") || span_has(file, "gunicorn/") || span_has(file, "<string>");
}

/* A module that serves requests serves none while it is imported. */
static bool
is_only_loaded(unsigned place, struct span function)
{
	return places[place].place == PLACE_REQUEST && function_is(function, "<module>");
}

static uint32_t
places_of(struct span file, struct span function)
{
	uint32_t bits = 0;

	for (unsigned i = 0; i < sizeof places / sizeof places[0]; i++)
		if (span_has(file, places[i].file) && function_is(function, places[i].function) &&
			!(*places[i].file == '\0' && is_launcher(file)) && !is_only_loaded(i, function))
			bits |= 1u << places[i].place;
	return bits;
}

/* What a name is followed by is the source, where somebody has joined the lines. */
static struct span
name_in(struct span s)
{
	const char *blank = memchr(s.at, ' ', s.length);

	return (struct span){ s.at, blank != NULL ? (size_t)(blank - s.at) : s.length };
}

/* "N, in FUNCTION" and "N in FUNCTION"; a SyntaxError has no function. */
static uint32_t
read_row(struct span rest, struct span *function)
{
	uint32_t number = 0;
	const char *in;

	/* a file of so many lines has nobody; what is behind the eighth digit is no number of ours */
	while (rest.length > 0 && *rest.at >= '0' && *rest.at <= '9' && number < 100000000) {
		number = number * 10 + (uint32_t)(*rest.at - '0');
		rest.at++;
		rest.length--;
	}
	*function = (struct span){ rest.at, 0 };
	in = memmem(rest.at, rest.length, "in ", 3);
	if (in != NULL)
		*function = name_in((struct span){ in + 3, rest.length - (size_t)(in - rest.at) - 3 });
	return number;
}

/* Gunicorn's handler of the SIGABRT that ends a worker over its timeout (workers/base.py of 20.1 to the newest) stands at the
 * end of such a stack, and says nothing: what it interrupted is the frame before. Nor can anybody look into what is frozen into Python
 * (os.environ and the machinery of imports, from 3.11 on): who called it is the place to begin at. */
static bool
is_worth_keeping(const struct traceback_error *e, struct span file, uint32_t bits)
{
	static const char frozen[] = "<frozen ";

	if (e->file[0] == '\0')
		return true;
	return bits != PLACE_BIT(ABORT) && !(file.length >= sizeof frozen - 1 && memcmp(file.at, frozen, sizeof frozen - 1) == 0);
}

static void
keep_frame(struct traceback_error *e, struct span file, uint32_t row, uint32_t bits)
{
	e->places |= bits;
	e->kind = EXCEPTION_NONE; /* that of take_raise: it was not the last row */
	e->name[0] = e->message[0] = '\0';
	if (!is_worth_keeping(e, file, bits))
		return;
	e->row = row;
	keep(e->file, sizeof e->file, file);
}

/* The place of a SyntaxError in what Gunicorn evaluates itself: a frame without function, right behind one of its own. An application
 * that evaluates something while it is loaded has frames in between. */
static bool
is_expression(const struct traceback_error *before, struct span file, struct span function)
{
	return function.length == 0 && span_has(file, "<string>") && strstr(before->file, "gunicorn/util.py") != NULL;
}

/* What a pager has cut off at the edge of the screen ends in ">". */
static bool
is_cut_off(struct span rest)
{
	return rest.length > 0 && rest.at[rest.length - 1] == '>';
}

/* `File "PATH", line N, in FUNCTION`; faulthandler leaves out the second comma. A terminal may have torn it within PATH: then only
 * what is left of that stands in the next line. */
static bool
take_frame(struct traceback *t, const struct logform *f, uint64_t line)
{
	static const char before[] = "File \"", after[] = ", line ";
	struct span rest = { f->message, f->length }, file, function = { f->message, 0 };
	uint32_t row = 0, bits;

	if (begins(f, before)) {
		rest.at += sizeof before - 1;
		rest.length -= sizeof before - 1;
	} else if (!t->torn) {
		return false;
	}
	t->torn = begins(f, before) && memchr(rest.at, '"', rest.length) == NULL;
	if (!cut(&rest, '"', &file))
		return false;
	if (rest.length >= sizeof after && memcmp(rest.at, after, sizeof after - 1) == 0) {
		rest.at += sizeof after - 1;
		rest.length -= sizeof after - 1;
		row = read_row(rest, &function);
	} else if (!is_cut_off(rest)) {
		return false;
	}
	begin(t, f, line);
	bits = places_of(file, function);
	if (is_expression(&t->last, file, function))
		bits |= PLACE_BIT(EXPRESSION);
	keep_frame(&t->last, file, row, bits);
	t->places |= t->last.places;
	t->frames++;
	return true;
}

static void
end_block(struct traceback *t, const struct exception_line *e, const struct logform *f, uint64_t line)
{
	t->last.kind = e->kind;
	t->last.line = line;
	keep(t->last.name, sizeof t->last.name, (struct span){ f->message, e->name });
	keep(t->last.message, sizeof t->last.message, (struct span){ f->message + e->message, f->length - e->message });
	if (t->blocks++ == 0)
		t->root = t->last;
	t->ended = true;
}

/* The frames that come belong to another exception; how many blocks and frames there were, and the root, stay. */
static void
next_block(struct traceback *t)
{
	memset(&t->last, 0, sizeof t->last);
	t->ended = false;
}

/* The sentence that chains two blocks. */
static bool
is_link(const struct logform *f)
{
	return begins(f, "During handling of the above exception") ||
		begins(f, "The above exception was the direct cause");
}

static bool
is_head(const struct logform *f)
{
	static const char head[] = "Traceback (most recent call last)";

	/* in brackets: what Gunicorn prints of a worker class that cannot be loaded */
	return begins(f, head) ||
		(begins(f, "[") && f->length > sizeof head && memcmp(f->message + 1, head, sizeof head - 1) == 0);
}

/* Behind a stack whose head is cut off, a class of somebody's module: Python writes both names, and classes have a capital letter
 * (PEP 8). Without a dot it may be what logging prints behind the call stack of a line that it could not write
 * (Handler.handleError): "Message: …"; in small letters a file that somebody speaks of: "shop.yaml: not found". */
static bool
is_behind_headless(const struct traceback *t, const struct logform *f)
{
	const char *colon, *dot;

	if (f->indent >= t->indent)
		return false;
	colon = memchr(f->message, ':', f->length);
	if (colon == NULL)
		return false;
	dot = memrchr(f->message, '.', (size_t)(colon - f->message));
	return dot != NULL && dot[1] >= 'A' && dot[1] <= 'Z';
}

/* The exception, where one is expected: the name of any class where the stack is indented deeper than it (then only an
 * exception can stand there), a name like one otherwise. */
static bool
take_exception(struct traceback *t, const struct logform *f, uint64_t line)
{
	struct exception_line e;
	bool sure;

	if (f->header != HEADER_NONE)
		return false;
	sure = t->open && t->frames > 0 && (t->headed ? f->indent <= t->indent : is_behind_headless(t, f));
	if (!exception_read(&e, f->message, f->length, sure))
		return false;
	begin(t, f, line);
	end_block(t, &e, f, line);
	return true;
}

/* After the exception of a block: only an empty line, or the sentence that chains another one to it. */
static bool
goes_on(struct traceback *t, const struct logform *f)
{
	if (f->header != HEADER_NONE)
		return false;
	if (is_link(f))
		next_block(t);
	return f->length == 0 || !t->ended;
}

/* Where a stack is cut off behind a call, its line says what would have come. */
static void
take_source(struct traceback *t, const struct logform *f)
{
	static const struct {
		const char *call;
		enum place place;
	} calls[] = {
		{ "self.tmp = WorkerTmp(", PLACE_WORKER_TMP },
		{ "worker = self.worker_class(", PLACE_WORKER_CLASS }, /* a string: load_class() does not look */
		{ "self.load_wsgi()", PLACE_BOOT },
		{ "self.wsgi = self.app.wsgi()", PLACE_BOOT },
		{ "self.halt(reason=inst.reason", PLACE_BOOT }, /* a HaltServer, which only boots raise */
		{ "respiter = self.wsgi(environ", PLACE_REQUEST },
	};

	if (memmem(f->message, f->length, "os.fork()", 9) != NULL)
		t->places |= PLACE_BIT(FORK);
	for (unsigned i = 0; i < sizeof calls / sizeof calls[0]; i++)
		if (begins(f, calls[i].call))
			t->places |= 1u << calls[i].place;
}

/* `raise NAME("WORDS`, or with f"WORDS: what is in a variable is not known. */
static bool
read_raise(const struct logform *f, struct span *name, struct span *words)
{
	static const char before[] = "raise ";
	const char *end = f->message + f->length;

	if (!begins(f, before))
		return false;
	*words = (struct span){ f->message + sizeof before - 1, f->length - (sizeof before - 1) };
	if (!cut(words, '(', name))
		return false;
	if (words->length > 0 && *words->at == 'f')
		words->at++;
	if (words->at == end || (*words->at != '"' && *words->at != '\''))
		return false;
	words->at++;
	words->length = (size_t)(end - words->at);
	return true;
}

/* Where a stack is cut off behind the row that raises, that row has the exception, whose own line takes its place if it comes. */
static void
take_raise(struct traceback_error *e, const struct logform *f)
{
	char line[sizeof e->name + sizeof e->message];
	struct span name, words;
	struct exception_line as;
	struct text t;

	if (!read_raise(f, &name, &words) || name.length >= sizeof e->name)
		return;
	text_init(&t, line, sizeof line);
	text_addn(&t, name.at, name.length);
	text_add(&t, ": ");
	text_addn(&t, words.at, words.length);
	if (exception_read(&as, line, t.len, false) && as.name == name.length) {
		e->kind = as.kind;
		keep(e->name, sizeof e->name, name);
		keep(e->message, sizeof e->message, words);
	}
}

/* A head cut off from its end: lines that are nobody's belong to it for so long. */
enum { LINES_MOST = 400 };

enum traceback_step
traceback_take(struct traceback *t, const struct logform *f, uint64_t line)
{
	if (t->open && t->ended)
		return goes_on(t, f) ? TRACEBACK_TAKEN : TRACEBACK_OVER;
	if (f->header != HEADER_NONE && (t->open || !is_head(f)))
		return t->open ? TRACEBACK_OVER : TRACEBACK_FOREIGN;
	if (is_head(f)) { /* also as the message of a logger: uvicorn's */
		begin(t, f, line);
		t->headed = true;
		t->indent = f->indent;
		return TRACEBACK_TAKEN;
	}
	if (take_frame(t, f, line) || take_exception(t, f, line))
		return TRACEBACK_TAKEN;
	if (!t->open)
		return TRACEBACK_FOREIGN;
	take_source(t, f);
	take_raise(&t->last, f);
	return line < t->line + LINES_MOST ? TRACEBACK_TAKEN : TRACEBACK_OVER;
}
