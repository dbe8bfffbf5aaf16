#include "wire/happening.h"

#include <string.h>

#include "wire/jsonr.h"

static const char *const kinds[HAPPENING_KIND_COUNT] = {
#define X(id, name) name,
	HAPPENING_KINDS(X)
#undef X
};

struct happening
happening_make(enum happening_kind kind, msec time)
{
	return (struct happening){ .kind = kind,
		.time = time,
		.uid = -1,
		.workers = -1,
		.bytes = -1,
		.queue = -1,
		.rate = -1 };
}

const char *
happening_kind_name(enum happening_kind kind)
{
	return kinds[kind];
}

/* ---- writing ---- */

void
happening_write_members(struct jsonw *w, const struct happening *h)
{
	jsonw_key_thousandths(w, "time", h->time);
	jsonw_key_string(w, "service", h->service);
	jsonw_key_string(w, "kind", kinds[h->kind]);
	jsonw_key_string(w, "what", h->what);
	jsonw_key_string(w, "words", h->words);
	jsonw_key_bool(w, "alarm", h->alarm);
	jsonw_known_integer(w, "uid", h->uid >= 0, h->uid);
	jsonw_known_integer(w, "pid", h->pid >= 1, h->pid);
	jsonw_known_integer(w, "generation", h->generation >= 1, h->generation);
	jsonw_known_integer(w, "workers", h->workers >= 0, h->workers);
	jsonw_known_integer(w, "memory", h->bytes >= 0, h->bytes);
	jsonw_known_integer(w, "queue", h->queue >= 0, h->queue);
	jsonw_known_thousandths(w, "rate", h->rate >= 0, h->rate);
}

void
happening_write(struct jsonw *w, const struct happening *h)
{
	jsonw_object_open(w);
	jsonw_key_integer(w, "version", HAPPENING_VERSION);
	happening_write_members(w, h);
	jsonw_object_close(w);
}

/* ---- reading ---- */

struct reading {
	struct jsonr r;
	struct happening *h;
	int64_t version;
	bool known; /* its kind is one of ours */
};

/* Into a text of SIZE bytes; one that is too long is cut before a character, not within. */
static void
read_text(struct jsonr *r, char *to, size_t size)
{
	struct text t;

	text_init(&t, to, size);
	jsonr_string(r, &t);
	if (!t.cut)
		return;
	while (t.len > 0 && (to[t.len - 1] & 0xc0) == 0x80)
		t.len--;
	t.len -= t.len > 0 && (to[t.len - 1] & 0x80) != 0;
	to[t.len] = '\0';
}

/* What is less than LEAST is as good as nothing, which is LEAST - 1. */
static void
read_number(struct jsonr *r, int64_t least, bool thousandths, int64_t *to)
{
	int64_t n;
	bool ok = thousandths ? jsonr_thousandths(r, &n) : jsonr_integer(r, &n);

	if (ok)
		*to = n >= least ? n : least - 1;
}

static void
read_kind(struct reading *d)
{
	char word[16];
	struct text t;

	text_init(&t, word, sizeof word);
	d->known = false;
	if (!jsonr_string(&d->r, &t))
		return;
	for (unsigned i = 0; i < HAPPENING_KIND_COUNT; i++) {
		if (strcmp(word, kinds[i]) == 0) {
			d->h->kind = (enum happening_kind)i;
			d->known = true;
		}
	}
}

/* False: KEY is no number of a happening, and its value was not read. */
static bool
read_if_number(struct reading *d, struct jsonr_key key)
{
	struct happening *h = d->h;
	const struct {
		const char *name;
		int64_t *to, least;
		bool thousandths;
	} numbers[] = {
		/* clang-format off */
		{ "version",    &d->version,    0, false },
		{ "time",       &h->time,       0, true },
		{ "uid",        &h->uid,        0, false },
		{ "pid",        &h->pid,        1, false },
		{ "generation", &h->generation, 1, false },
		{ "workers",    &h->workers,    0, false },
		{ "memory",     &h->bytes,      0, false },
		{ "queue",      &h->queue,      0, false },
		{ "rate",       &h->rate,       0, true },
		/* clang-format on */
	};

	for (unsigned i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		if (!jsonr_key_is(key, numbers[i].name))
			continue;
		read_number(&d->r, numbers[i].least, numbers[i].thousandths, numbers[i].to);
		return true;
	}
	return false;
}

/* The same for texts. */
static bool
read_if_text(struct reading *d, struct jsonr_key key)
{
	struct happening *h = d->h;
	const struct {
		const char *name;
		char *to;
		size_t size;
	} texts[] = {
		{ "service", h->service, sizeof h->service },
		{ "what", h->what, sizeof h->what },
		{ "words", h->words, sizeof h->words },
	};

	for (unsigned i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		if (!jsonr_key_is(key, texts[i].name))
			continue;
		read_text(&d->r, texts[i].to, texts[i].size);
		return true;
	}
	return false;
}

/* What a later version has more is passed over. */
static void
read_member(struct reading *d, struct jsonr_key key)
{
	if (read_if_number(d, key) || read_if_text(d, key))
		return;
	if (jsonr_key_is(key, "kind"))
		read_kind(d);
	else if (jsonr_key_is(key, "alarm"))
		jsonr_bool(&d->r, &d->h->alarm);
	else
		jsonr_skip(&d->r);
}

bool
happening_read(struct happening *h, const char *line, size_t n)
{
	struct reading d = { .h = h };
	struct jsonr_key key;

	*h = happening_make(HAPPENING_MOVED, 0);
	jsonr_init(&d.r, line, n);
	if (!jsonr_object_open(&d.r))
		return false;
	while (jsonr_object_next(&d.r, &key))
		read_member(&d, key);
	return jsonr_done(&d.r) && d.version == HAPPENING_VERSION && d.known && h->time > 0;
}
