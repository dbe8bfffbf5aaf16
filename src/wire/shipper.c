#include "wire/shipper.h"

#include "wire/peel.h"
#include "wire/stamp.h"

/* "web_1  | ": docker compose; "web stderr | ": others. */
static bool
peel_container(struct logform *f)
{
	size_t n = count_name(f, 0), blanks;

	if (begins(f, n, " stderr |") || begins(f, n, " stdout |"))
		n += 7;
	blanks = count_blanks(f, n);
	return n > 0 && blanks > 0 && byte_is(f, n + blanks, '|') && peel(f, n + blanks + 1);
}

/* "stderr F ": the container runtime interface of Kubernetes, after its time. */
static bool
peel_stream(struct logform *f)
{
	if (!begins(f, 0, "stderr ") && !begins(f, 0, "stdout "))
		return false;
	return (byte_is(f, 7, 'F') || byte_is(f, 7, 'P')) && byte_is(f, 8, ' ') && peel(f, 8);
}

/* "gunicorn[932]: ", "app[web.1]: ", "kernel: ", with or without a host's name in front. */
static bool
peel_program(struct logform *f)
{
	size_t host = count_name(f, 0), at = 0, n, close;

	if (f->header != HEADER_NONE || host == 0)
		return false; /* only in front of Gunicorn's header */
	if (f->second >= 0 && byte_is(f, host, ' '))
		at = host + 1;
	n = count_name(f, at);
	close = at + n;
	if (n == 0)
		return false;
	if (byte_is(f, close, '[') && (f->second >= 0 || count_digits(f, close + 1) > 0)) {
		close += 1 + count_name(f, close + 1);
		if (!byte_is(f, close, ']'))
			return false;
		close++;
	} else if (!begins(f, at, "kernel:") && (at == 0 || !f->dated)) {
		return false; /* "Handling signal: " and "ValueError: " look like programs, too */
	}
	return byte_is(f, close, ':') && byte_is(f, close + 1, ' ') && peel(f, close + 1);
}

/* "[APP/PROC/WEB/0] ", "[pod/web-1/web] ", "[MainThread] ", "{glogging.py:123} ": where it comes from. */
static bool
peel_source(struct logform *f)
{
	char close = byte_is(f, 0, '{') ? '}' : ']';
	size_t n = count_name(f, 1);

	if (n < 2)
		return false;
	if (byte_is(f, 1 + n, ':'))
		n += 1 + count_digits(f, n + 2);
	return byte_is(f, 1 + n, close) && byte_is(f, n + 2, ' ') && peel(f, n + 2);
}

/* "app[5683d92] lhr [info]": a machine, its region, and a level that says nothing. */
static bool
peel_machine(struct logform *f)
{
	size_t name = count_name(f, 0), id = count_name(f, name + 1), at = name + id + 3, region = count_name(f, at),
	       level;

	if (f->second < 0 || name == 0 || id == 0 || region == 0 || !byte_is(f, name, '[') ||
		!byte_is(f, at - 2, ']') || !byte_is(f, at - 1, ' ') || !byte_is(f, at + region, ' ') ||
		!byte_is(f, at + region + 1, '['))
		return false;
	at += region + 2;
	level = count_name(f, at);
	return level > 0 && byte_is(f, at + level, ']') && peel(f, at + level + 1);
}

/* "31398#31398: *9404 ": nginx behind its time and level. */
static bool
peel_proxy(struct logform *f)
{
	size_t n = count_digits(f, 0), end, number;

	if (n == 0 || !byte_is(f, n, '#'))
		return false;
	end = n + 1 + count_digits(f, n + 1);
	if (!begins(f, end, ": "))
		return false;
	f->proxy = true;
	number = byte_is(f, end + 2, '*') ? count_digits(f, end + 3) : 0;
	return peel(f, number > 0 ? end + 3 + number : end + 1);
}

/* "<134>": a priority; "<134>1 TIME HOST APP PROCESS MESSAGE-ID - ": RFC 5424, in which some leave the last part out. */
static bool
peel_priority(struct logform *f)
{
	size_t n = count_digits(f, 1), word;

	if (!byte_is(f, 0, '<') || n == 0 || n > 3 || !byte_is(f, 1 + n, '>'))
		return false;
	if (!begins(f, 2 + n, "1 "))
		return peel(f, 2 + n);
	peel(f, 3 + n);
	n = stamp_read(f->message, f->length, &f->second);
	if (n == 0)
		return true;
	f->stamps++;
	peel(f, n);
	for (unsigned i = 0; i < 5; i++) {
		word = count_name(f, 0);
		if (word == 0 || !byte_is(f, word, ' '))
			return true;
		peel(f, word);
	}
	return true;
}

bool
shipper_peel(struct logform *f)
{
	switch (f->message[0]) {
	case '<': return peel_priority(f);
	case '[':
	case '{': return peel_source(f);
	case '>': /* quoted in a thread */ return byte_is(f, 1, ' ') && peel(f, 1);
	default: return peel_stream(f) || peel_program(f) || peel_machine(f) || peel_proxy(f) || peel_container(f);
	}
}
