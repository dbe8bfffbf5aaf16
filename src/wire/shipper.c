#include "wire/shipper.h"

#include <strings.h>

#include "wire/marks.h"
#include "wire/peel.h"
#include "wire/stamp.h"
#include "wire/strand.h"

/* N bytes from AT on are the name of who wrote the line. */
static void
take_source(struct logform *f, size_t at, size_t n)
{
	f->source = strand_hash(f->message + at, n);
}

/* "web_1  | ": docker compose; "web.1.x9f@node2  | ": docker service; "web stderr | ": others; "a-long-na…│ ": tilt. */
static bool
peel_container(struct logform *f, size_t name)
{
	size_t n = name, end;

	if (byte_is(f, n, '@'))
		n += 1 + count_name(f, n + 1);
	if (begins(f, n, " stderr |") || begins(f, n, " stdout |"))
		n += 7;
	if (begins(f, n, "\xe2\x80\xa6")) /* cut off */
		n += 3;
	end = n + count_blanks(f, n);
	if (f->length > end + 3 && marks_are_frame(f->message + end)) {
		take_source(f, 0, n);
		return peel(f, end + 3);
	}
	if (end == n || !byte_is(f, end, '|'))
		return false;
	take_source(f, 0, n);
	return peel(f, end + 1);
}

/* "stderr F ": the container runtime interface of Kubernetes, after its time; "F ": what some leave of it; "stderr" between
 * tabs: an exported table. */
static bool
peel_stream(struct logform *f)
{
	if (f->second >= 0 && (begins(f, 0, "F ") || begins(f, 0, "P ")))
		return peel(f, 1);
	if (!begins(f, 0, "stderr") && !begins(f, 0, "stdout"))
		return false;
	if (byte_is(f, 6, '\t'))
		return f->second >= 0 && peel(f, 7);
	return byte_is(f, 6, ' ') && (byte_is(f, 7, 'F') || byte_is(f, 7, 'P')) && byte_is(f, 8, ' ') && peel(f, 8);
}

/* "[932]:" from AT on: where it ends, or AT. Only a number is one where no time stands in front, but for Heroku's. */
static size_t
skip_identity(const struct logform *f, size_t at)
{
	size_t close = at + 1 + count_name(f, at + 1);
	bool dyno = begins(f, 0, "heroku[") || begins(f, 0, "app[");

	if (!byte_is(f, at, '[') || !byte_is(f, close, ']') || (f->second < 0 && !dyno && count_digits(f, at + 1) == 0))
		return at;
	return close + 1;
}

/* "GUNICORN: [", "app: gunicorn INFO ": Gunicorn is named. "gunicorn: error: " is what its parser of arguments prints. */
static bool
is_gunicorn(const struct logform *f, size_t at, size_t n)
{
	static const char logger[] = ": gunicorn ";

	if (begins(f, at + n, logger))
		return f->length > at + n + sizeof logger && f->message[at + n + sizeof logger - 1] <= 'Z';
	return n == 8 && strncasecmp(f->message + at, "gunicorn", n) == 0 && begins(f, at + n, ": [");
}

/* How many of the N bytes that end at END are of LETTERS. */
static size_t
count_tail(const char *end, size_t n, const char *letters)
{
	size_t i = 0;

	while (i < n && end[-1 - (ptrdiff_t)i] != '\0' && strchr(letters, end[-1 - (ptrdiff_t)i]) != NULL)
		i++;
	return i;
}

/* "web-6d4cf56db6-x7k2p", the pod of a Deployment: what Kubernetes appends has no vowels (apimachinery's rand.go). */
static bool
is_pod(const char *name, size_t n)
{
	static const char letters[] = "bcdfghjklmnpqrstvwxz2456789";
	size_t hash;

	if (n < 14 || count_tail(name + n, n, letters) != 5 || name[n - 6] != '-')
		return false;
	hash = count_tail(name + n - 6, n - 6, letters);
	return hash >= 6 && hash <= 10 && hash < n - 6 && name[n - 7 - hash] == '-';
}

/* "web/app/0123456789abcdef0123456789abcdef", the stream of a container in CloudWatch. */
static bool
is_stream(const char *name, size_t n)
{
	return n > 33 && count_tail(name + n, n, "0123456789abcdef") == 32 && name[n - 33] == '/';
}

/* A pod and its container (stern), a group and its stream (awslogs), or a stream behind a time (aws logs tail). */
static bool
peel_pair(struct logform *f, size_t first)
{
	size_t second = count_name(f, first + 1);

	if (is_stream(f->message, first)) {
		take_source(f, 0, first);
		return peel(f, first);
	}
	if (second == 0 || !byte_is(f, first + 1 + second, ' '))
		return false;
	if (!is_pod(f->message, first) && !is_stream(f->message + first + 1, second))
		return false;
	take_source(f, 0, first + 1 + second);
	return peel(f, first + 1 + second);
}

/* "heroku/web.1 ", "app/api ": what Heroku calls a process, as log services write it. */
static bool
peel_dyno(struct logform *f, size_t at)
{
	size_t n = at + count_name(f, at);

	if (!(begins(f, at, "heroku/") || begins(f, at, "app/")) || !byte_is(f, n, ' '))
		return false;
	take_source(f, at, n - at);
	return peel(f, n);
}

/* A host, which is NAME bytes; behind a time of syslog also "<host>", which people write in its place. */
static size_t
count_host(const struct logform *f, size_t name)
{
	size_t n;

	if (!f->dated || !byte_is(f, 0, '<'))
		return name;
	n = count_name(f, 1);
	return byte_is(f, n + 1, '>') ? n + 2 : name;
}

static bool
is_of_program(char c)
{
	return c == '@' || c == '(' || c == ')' || c == '\\' || c == '+';
}

/* Names of programs have more bytes than those of hosts: "gunicorn@shop", "(gunicorn)", "a\x2db" (systemd). */
static size_t
count_program(const struct logform *f, size_t from)
{
	size_t n = from;

	while (n < f->length && n - from < NAME_MOST &&
		(is_name(f->message[n]) || is_of_program(f->message[n])))
		n++;
	return n - from;
}

/* "gunicorn[932]: ", "app[web.1]: ", "kernel: ", "GUNICORN: ", with or without a host's name in front. */
static bool
peel_program(struct logform *f, size_t name)
{
	size_t host = count_host(f, name), at = 0, n, close;

	if (f->header != HEADER_NONE || host == 0)
		return false; /* only in front of Gunicorn's header */
	if (byte_is(f, host, ' '))
		at = host + 1;
	if (f->dated && peel_dyno(f, at))
		return true;
	n = count_program(f, at);
	if (!byte_is(f, at + n, '[') && !byte_is(f, at + n, ':')) /* nearly every sentence */
		return false;
	close = skip_identity(f, at + n);
	/* "Handling signal: " and "ValueError: " look like programs, too */
	if (close == at + n && !begins(f, at, "kernel:") && !is_gunicorn(f, at, n) &&
		(at == 0 || !f->dated || f->named || f->second < 0))
		return false;
	if (n == 0 || !byte_is(f, close, ':') || !byte_is(f, close + 1, ' '))
		return false;
	/* whom the kernel names is part of what it says */
	if (begins(f, close + 1, " segfault at "))
		return false;
	f->named = f->dated;
	/* processes have numbers, and may write one traceback in turn; dynos have names, and do not */
	take_source(f, at, count_digits(f, at + n + 1) > 0 ? n : close - at);
	return peel(f, close + 1);
}

/* "[APP/PROC/WEB/0] ", "[pod/web-1/web] ", "[MainThread] ", "{glogging.py:123} ", "{{cli.py:123}} " (Airflow 1), "[api]  | ", and
 * Apache's "[proxy:error] " and "[pid 123:tid 456] ": where it comes from. */
static bool
peel_source(struct logform *f)
{
	char close = byte_is(f, 0, '{') ? '}' : ']';
	size_t twice = begins(f, 0, "{{") ? 1 : 0;
	size_t from = begins(f, 1, "pid ") ? 5 : 1 + twice, n = from + count_name(f, from);

	if (n < 3)
		return false;
	if (byte_is(f, n, ':') && f->second >= 0)
		n += begins(f, n, ":tid ") ? 5 + count_digits(f, n + 5) : 1 + count_name(f, n + 1);
	else if (byte_is(f, n, ':'))
		n += 1 + count_digits(f, n + 1);
	n += twice;
	if (!byte_is(f, n, close) || !byte_is(f, n - twice, close) || !byte_is(f, n + 1, ' '))
		return false;
	/* one of several instances; threads and modules of one process have no slash */
	if (memchr(f->message + from, '/', n - from) != NULL)
		take_source(f, from, n - from);
	return peel(f, n + 1);
}

/* "[\xe2\x9d\x8c] ": a level as a sign, whatever it means. */
static bool
peel_sign(struct logform *f)
{
	size_t n = 1;

	while (n < f->length && n < 16 && ((f->message[n] & 0x80) != 0 || f->message[n] == ' '))
		n++;
	return n > 3 && byte_is(f, n, ']') && byte_is(f, n + 1, ' ') && peel(f, n + 1);
}

/* "app[5683d92] lhr [info]": a machine, its region, and a level that says nothing. */
static bool
peel_machine(struct logform *f, size_t name)
{
	size_t id = count_name(f, name + 1), at = name + id + 3, region = count_name(f, at),
	       level;

	if (f->second < 0 || id == 0 || region == 0 || !byte_is(f, name, '[') ||
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
	n = stamp_read(f->message, f->length, &f->second, &f->ahead);
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

/* "\"…\"", and what follows: the string, if nothing but another pair can follow. */
static void
unquote_value(struct logform *f)
{
	size_t end = 1;

	if (!byte_is(f, 0, '"'))
		return;
	while (end < f->length && f->message[end] != '"')
		end += f->message[end] == '\\' ? 2 : 1;
	if (end + 1 != f->length && !byte_is(f, end + 1, ' '))
		return;
	f->length = end;
	drop(f, 1);
}

/* `level=ERROR ts=… msg="…"`: logfmt. What it says is behind the key of the message; others may follow it. */
static bool
peel_pairs(struct logform *f)
{
	static const char *const first[] = { "level=", "time=", "ts=", "timestamp=", "severity=", "lvl=" },
				 *const said[] = { " message=", " msg=", " event=" };
	bool is_pair = false;

	for (unsigned i = 0; i < sizeof first / sizeof first[0]; i++)
		is_pair = is_pair || begins(f, 0, first[i]);
	for (unsigned i = 0; is_pair && i < sizeof said / sizeof said[0]; i++) {
		const char *found = memmem(f->message, f->length, said[i], strlen(said[i]));

		if (found == NULL)
			continue;
		drop(f, (size_t)(found - f->message) + strlen(said[i]));
		unquote_value(f);
		return true;
	}
	return false;
}

/* "textPayload: '…'": a record as `gcloud logging read` prints it. */
static bool
peel_yaml(struct logform *f)
{
	static const char key[] = "textPayload: ";

	if (!begins(f, 0, key))
		return false;
	drop(f, sizeof key - 1);
	if (f->length > 1 && f->message[0] == '\'' && f->message[f->length - 1] == '\'') {
		drop(f, 1);
		f->length--;
	}
	return true;
}

/* "+0000] ": what is left of Gunicorn's time where a shipper took the rest of it for its own. */
static bool
peel_zone(struct logform *f)
{
	return count_digits(f, 1) == 4 && byte_is(f, 5, ']') && peel(f, 6);
}

/* What begins with a name is told by the byte behind it, and most lines by that they are nothing of all this. */
static bool
peel_named(struct logform *f)
{
	size_t name = count_name(f, 0);

	if (name == 0) /* "<host> " */
		return peel_program(f, 0);
	if (name == f->length)
		return false;
	switch (f->message[name]) {
	case ' ': return peel_program(f, name) || peel_container(f, name) || peel_pair(f, name);
	case '[': return peel_program(f, name) || peel_machine(f, name);
	case '@': return peel_program(f, name) || peel_container(f, name);
	case '\t':
	case '\xe2': return peel_container(f, name);
	default: return peel_program(f, name);
	}
}

bool
shipper_peel(struct logform *f)
{
	switch (f->message[0]) {
	case '+': return peel_zone(f);
	case '<':
		if (peel_priority(f))
			return true;
		break;
	case '[':
	case '{': return peel_source(f) || peel_sign(f);
	case '-':
		if (peel_zone(f))
			return true;
		return marks_peel(f);
	case '>':
	case '|':
	case '^':
	case '*':
	case '=':
	case '`':
	case '\xe2': return marks_peel(f);
	case 'r': /* git push, of which a hosting platform is the other end */
		if (begins(f, 0, "remote: "))
			return peel(f, 7);
		break;
	case 't':
		if (peel_yaml(f))
			return true;
		/* fall through */
	case 'l':
	case 's':
		if (peel_pairs(f))
			return true;
		break;
	default: break;
	}
	return peel_stream(f) || peel_proxy(f) || peel_named(f);
}
