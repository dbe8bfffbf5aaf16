#include "watcher/lastline.h"

#include <string.h>

#include "base/text.h"

enum {
	LOOKS = 16,  /* lines from the end: those of Gunicorn's that follow a worker's last words are few */
	MOST = 1024, /* bytes of a line that are looked at */
};

enum sort { WORDS, GUNICORNS, MASTER_BEGINS };

/* An access line is one of Gunicorn's, too. JSON is passed over: in it Gunicorn's lines are not told from others without
 * unfolding it. */
static bool
is_answer(const struct logform *f)
{
	return memmem(f->message, f->length, " HTTP/1.", 8) != NULL || f->message[0] == '{';
}

static enum sort
sort_of(const struct recogniser *r, const struct logform *f)
{
	struct signature_match match;

	if (f->length == 0 || is_answer(f))
		return GUNICORNS;
	if (signatures_find(&r->index, f, r->strict, &match))
		return match.signature == SIGNATURE_STARTING || match.signature == SIGNATURE_STARTING_RELEASE ?
			MASTER_BEGINS :
			GUNICORNS;
	/* "Using worker: sync" and the like; an application may log its errors by Gunicorn's logger */
	return f->header == HEADER_PID && f->level <= LEVEL_INFO ? GUNICORNS : WORDS;
}

static void
keep(struct lastline *l, const char *line, size_t n, msec now)
{
	struct text t;

	text_init(&t, l->text, sizeof l->text);
	text_add_visible(&t, line, n);
	l->at = l->text[0] != '\0' ? now : 0;
}

void
lastline_read(struct lastline *l, const struct recogniser *r, bool begun, const char *bytes, size_t n, msec now)
{
	const char *newline;

	for (unsigned i = 0; i < LOOKS && n > 0; i++) {
		size_t end = bytes[n - 1] == '\n' ? n - 1 : n, at;
		struct logform f;

		newline = memrchr(bytes, '\n', end);
		at = newline != NULL ? (size_t)(newline - bytes) + 1 : 0;
		if (at == 0 && begun) /* the end of a line only: whose words they are stood at its beginning */
			return;
		logform_read(&f, bytes + at, end - at < MOST ? end - at : MOST);
		switch (sort_of(r, &f)) {
		case GUNICORNS: break;
		case MASTER_BEGINS: l->at = 0; return; /* what was said before is not about this one */
		case WORDS: keep(l, bytes + at, end - at, now); return;
		}
		n = at;
	}
}

const char *
lastline_since(const struct lastline *l, msec since)
{
	return l->at != 0 && l->at >= since ? l->text : NULL;
}
