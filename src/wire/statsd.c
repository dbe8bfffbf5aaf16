#include "wire/statsd.h"

#include <string.h>

enum { DIGITS = 12 /* of a number at most: far from overflowing */, THOUSAND = 1000 };

/* clang-format off */
static const struct form {
	const char *key;  /* which the metric's own key ends with */
	const char *type; /* that it is of */
	enum statsd_kind kind;
	int detail;
} forms[] = {
	{ "gunicorn.requests",         "c",  STATSD_REQUESTS, 0 },
	{ "gunicorn.request.duration", "ms", STATSD_DURATION, 0 },
	{ "gunicorn.workers",          "g",  STATSD_WORKERS,  0 },
	{ "gunicorn.log.critical",     "c",  STATSD_LOG,      STATSD_CRITICAL },
	{ "gunicorn.log.error",        "c",  STATSD_LOG,      STATSD_ERROR },
	{ "gunicorn.log.warning",      "c",  STATSD_LOG,      STATSD_WARNING },
	{ "gunicorn.log.exception",    "c",  STATSD_LOG,      STATSD_EXCEPTION },
};
/* clang-format on */
static const char status_key[] = "gunicorn.request.status.";

/* Tags and prefixes are encoded as ASCII by Gunicorn, and one without would not arrive at all. */
static bool
is_printable(const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (bytes[i] < ' ' || bytes[i] > '~')
			return false;
	return true;
}

/* Do the N bytes of KEY end with TAIL, after a dot or alone? */
static bool
ends_with(const char *key, size_t n, const char *tail)
{
	size_t t = strlen(tail);

	return n >= t && memcmp(key + n - t, tail, t) == 0 && (n == t || key[n - t - 1] == '.');
}

/* The number at *AT, in thousandths; what is finer is cut off. *AT is moved behind it. */
static bool
take_number(const char **at, const char *end, int64_t *thousandths)
{
	const char *p = *at;
	int64_t n = 0, scale = THOUSAND / 10;
	unsigned digits = 0;

	for (; p < end && *p >= '0' && *p <= '9'; p++, digits++) {
		if (digits == DIGITS)
			return false;
		n = n * 10 + (*p - '0');
	}
	if (digits == 0)
		return false;
	n *= THOUSAND;
	if (p < end && *p == '.')
		for (p++; p < end && *p >= '0' && *p <= '9'; p++, scale /= 10)
			n += (*p - '0') * scale;
	*at = p;
	*thousandths = n;
	return true;
}

/* "|TYPE", and nothing or another part behind it. */
static bool
is_type(const char *at, const char *end, const char *type)
{
	size_t n = strlen(type);

	return (size_t)(end - at) > n && at[0] == '|' && memcmp(at + 1, type, n) == 0 &&
		(at + 1 + n == end || at[1 + n] == '|');
}

/* "gunicorn.request.status.404" */
static bool
is_status(const char *key, size_t n, int *status)
{
	const char *code;

	if (n < 4 || !ends_with(key, n - 3, status_key))
		return false;
	code = key + n - 3;
	if (code[0] < '1' || code[0] > '9' || code[1] < '0' || code[1] > '9' || code[2] < '0' || code[2] > '9')
		return false;
	*status = (code[0] - '0') * 100 + (code[1] - '0') * 10 + code[2] - '0';
	return true;
}

/* The user's own prefix may stand in front, dots in it too: only the end of a key is Gunicorn's. */
static const struct form *
form_of(const char *key, size_t n)
{
	for (unsigned i = 0; i < sizeof forms / sizeof forms[0]; i++)
		if (ends_with(key, n, forms[i].key))
			return &forms[i];
	return NULL;
}

/* A key that is known, with a value that cannot be its: nobody's. */
static bool
read_metric(struct statsd_metric *m)
{
	const char *end = m->own + m->own_length, *colon = memchr(m->own, ':', m->own_length);
	const struct form *form;
	const char *at;
	bool status;
	size_t n;

	m->kind = STATSD_OTHER;
	m->value = 0;
	if (colon == NULL || colon == m->own)
		return false;
	n = (size_t)(colon - m->own);
	at = colon + 1;
	form = form_of(m->own, n);
	status = is_status(m->own, n, &m->detail);
	/* whatever else it is: it is sent on (metrics.c), and not counted */
	if (form == NULL && !status)
		return true;
	if (!take_number(&at, end, &m->value) || !is_type(at, end, status ? "c" : form->type))
		return false;
	m->kind = status ? STATSD_STATUS : form->kind;
	if (!status)
		m->detail = form->detail;
	if (m->kind != STATSD_DURATION)
		m->value /= THOUSAND;
	return true;
}

bool
statsd_read(struct statsd_metric *m, const char *bytes, size_t n)
{
	/* no service's name is longer */
	const char *slash = memchr(bytes, '/', n < STATSD_NAME + 1 ? n : STATSD_NAME + 1);

	if (n > STATSD_SIZE || slash == NULL || slash == bytes || !is_printable(bytes, n))
		return false;
	m->name = bytes;
	m->name_length = (size_t)(slash - bytes);
	m->own = slash + 1;
	m->own_length = n - m->name_length - 1;
	if (m->own_length > 0 && m->own[0] == '.') { /* no prefix of the user's: what Gunicorn put behind ours */
		m->own++;
		m->own_length--;
	}
	return m->own_length > 0 && read_metric(m);
}
