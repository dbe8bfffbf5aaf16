#include "wire/varlink.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* What a buffer begins with, and how much a connection keeps that has nothing in it. */
enum { IN_FIRST = 1024, IN_KEPT = 4096 };

void
varlink_in_init(struct varlink_in *in, size_t max)
{
	*in = (struct varlink_in){ .max = max };
}

void
varlink_in_free(struct varlink_in *in)
{
	free(in->at);
	varlink_in_init(in, in->max);
}

/* Twice the buffer, up to one frame and its NUL: every byte is moved a constant number of times on average, however
 * slowly a frame comes in. */
static bool
grow(struct varlink_in *in)
{
	size_t size = in->size == 0 ? IN_FIRST : in->size * 2;
	char *at;

	if (size > in->max + 1)
		size = in->max + 1;
	at = realloc(in->at, size);
	if (at == NULL)
		return false;
	in->at = at;
	in->size = size;
	return true;
}

char *
varlink_in_room(struct varlink_in *in, size_t *room)
{
	if (in->first > 0) {
		memmove(in->at, in->at + in->first, in->len - in->first);
		in->len -= in->first;
		in->seen -= in->first;
		in->first = 0;
	}
	if (in->len == in->size && (in->size == in->max + 1 || !grow(in)))
		return NULL;
	*room = in->size - in->len;
	return in->at + in->len;
}

void
varlink_in_got(struct varlink_in *in, size_t n)
{
	assert(n <= in->size - in->len);
	in->len += n;
}

char *
varlink_in_next(struct varlink_in *in, size_t *length)
{
	char *end = in->seen < in->len ? memchr(in->at + in->seen, '\0', in->len - in->seen) : NULL;

	if (end != NULL) {
		char *frame = in->at + in->first;

		*length = (size_t)(end - frame);
		in->first = in->seen = (size_t)(end - in->at) + 1;
		return frame;
	}
	in->seen = in->len;
	if (in->first == in->len && in->size > IN_KEPT)
		varlink_in_free(in); /* one long request does not make a connection dear for ever */
	return NULL;
}

/* Is the text nested at most VARLINK_DEPTH deep? Jansson's own limit is its compile-time 2048, each level a few frames
 * of our stack and hundreds of bytes for one of theirs. Text that is no JSON may pass; the parser refuses it. */
static bool
depth_ok(const char *s, size_t n)
{
	unsigned depth = 0;
	bool quoted = false;

	for (size_t i = 0; i < n; i++) {
		if (quoted && s[i] == '\\')
			i++;
		else if (s[i] == '"')
			quoted = !quoted;
		else if (!quoted && (s[i] == '{' || s[i] == '[') && ++depth > VARLINK_DEPTH)
			return false;
		else if (!quoted && (s[i] == '}' || s[i] == ']') && depth > 0)
			depth--;
	}
	return true;
}

/* "varlink: WHAT: theirs". Their words reach our log and somebody's terminal: visible characters only. */
static bool
refuse(struct err *err, const char *what, const char *theirs)
{
	char buffer[160];
	struct text t;

	text_init(&t, buffer, sizeof buffer);
	text_add_visible(&t, theirs, strlen(theirs));
	return err_set(err, 0, "varlink: %s: %s", what, buffer);
}

/* The object in FRAME; NULL when there is none. */
static json_t *
load_object(const char *frame, size_t length, struct err *err)
{
	json_error_t why;
	json_t *whole;

	if (length > VARLINK_FRAME_MAX || !depth_ok(frame, length)) {
		err_set(err, 0, "varlink: too long, or nested too deep");
		return NULL;
	}
	/* duplicates: which of two counts is everybody's own choice (RFC 8259, 4), and who checks may not be who acts */
	whole = json_loadb(frame, length, JSON_REJECT_DUPLICATES, &why);
	if (whole == NULL)
		refuse(err, "not JSON", why.text);
	else if (!json_is_object(whole))
		err_set(err, 0, "varlink: not an object");
	else
		return whole;
	json_decref(whole);
	return NULL;
}

/* The flag KEY of WHOLE, false when it is not there. */
static bool
take_flag(json_t *whole, const char *key, bool *flag, struct err *err)
{
	json_t *value = json_object_get(whole, key);

	if (value != NULL && !json_is_boolean(value))
		return err_set(err, 0, "varlink: '%s' is not true or false", key);
	*flag = json_is_true(value);
	return true;
}

/* The parameters of WHOLE; where there are none, an empty object put there. Some clients write null for none. */
static bool
take_parameters(json_t *whole, json_t **parameters, struct err *err)
{
	json_t *value = json_object_get(whole, "parameters");

	if (value == NULL || json_is_null(value)) {
		value = json_object();
		if (json_object_set_new(whole, "parameters", value) != 0)
			return err_set(err, 0, "varlink: out of memory");
	}
	if (!json_is_object(value))
		return err_set(err, 0, "varlink: 'parameters' is not an object");
	*parameters = value;
	return true;
}

/* The name under KEY; NULL when it is not there. */
static bool
take_name(json_t *whole, const char *key, const char **name, struct err *err)
{
	json_t *value = json_object_get(whole, key);

	*name = json_string_value(value);
	if (value != NULL && (*name == NULL || !varlink_name_ok(*name)))
		return err_set(err, 0, "varlink: '%s' is not a name", key);
	return true;
}

static bool
check_call_keys(json_t *whole, struct err *err)
{
	static const char *const known[] = { "method", "parameters", "more", "oneway", "upgrade" };
	const char *key;
	json_t *value;

	json_object_foreach(whole, key, value) {
		bool found = false;

		for (unsigned i = 0; i < sizeof known / sizeof known[0]; i++)
			found = found || strcmp(key, known[i]) == 0;
		if (!found)
			return refuse(err, "unknown key in a call", key);
	}
	return true;
}

static bool
read_call(struct varlink_call *call, struct err *err)
{
	bool upgrade = false; /* gcc 12 does not see at -O2 that take_flag sets it whenever it returns true */

	if (!check_call_keys(call->whole, err) || !take_name(call->whole, "method", &call->method, err) ||
		!take_flag(call->whole, "more", &call->more, err) ||
		!take_flag(call->whole, "oneway", &call->oneway, err) ||
		!take_flag(call->whole, "upgrade", &upgrade, err) ||
		!take_parameters(call->whole, &call->parameters, err))
		return false;
	if (call->method == NULL)
		return err_set(err, 0, "varlink: a call without method");
	if (upgrade)
		return err_set(err, 0, "varlink: '%s' cannot be upgraded to another protocol", call->method);
	if (call->more && call->oneway)
		return err_set(err, 0, "varlink: more than one answer and none are both asked for");
	return true;
}

bool
varlink_call_parse(struct varlink_call *call, const char *frame, size_t length, struct err *err)
{
	*call = (struct varlink_call){ .whole = load_object(frame, length, err) };
	if (call->whole == NULL)
		return false;
	if (read_call(call, err))
		return true;
	varlink_call_free(call);
	return false;
}

void
varlink_call_free(struct varlink_call *call)
{
	json_decref(call->whole);
	*call = (struct varlink_call){ 0 };
}

bool
varlink_reply_parse(struct varlink_reply *reply, const char *frame, size_t length, struct err *err)
{
	*reply = (struct varlink_reply){ .whole = load_object(frame, length, err) };
	if (reply->whole == NULL)
		return false;
	if (take_name(reply->whole, "error", &reply->error, err) &&
		take_flag(reply->whole, "continues", &reply->continues, err) &&
		take_parameters(reply->whole, &reply->parameters, err))
		return true;
	varlink_reply_free(reply);
	return false;
}

void
varlink_reply_free(struct varlink_reply *reply)
{
	json_decref(reply->whole);
	*reply = (struct varlink_reply){ 0 };
}

/* WHOLE as a frame; takes the reference. NULL: out of memory, here or (OK false) before. */
static char *
dump(json_t *whole, bool ok, size_t *length)
{
	char *frame =
		ok ? json_dumps(whole, JSON_COMPACT | JSON_REAL_PRECISION(13) /* times to the millisecond */) : NULL;

	json_decref(whole);
	if (frame != NULL)
		*length = strlen(frame) + 1;
	return frame;
}

/* An envelope: { NAME_KEY: name, "parameters": parameters, FLAG_KEY: true }, what is NULL or false left out. */
static char *
format(const char *name_key, const char *name, json_t *parameters, const char *flag_key, bool flag, size_t *length)
{
	json_t *whole = json_object();
	bool ok = whole != NULL;

	if (name != NULL)
		ok = ok && json_object_set_new(whole, name_key, json_string(name)) == 0;
	if (parameters != NULL)
		ok = ok && json_object_set(whole, "parameters", parameters) == 0;
	if (flag)
		ok = ok && json_object_set_new(whole, flag_key, json_true()) == 0;
	return dump(whole, ok, length);
}

char *
varlink_call_format(const char *method, json_t *parameters, bool more, size_t *length)
{
	return format("method", method, parameters, "more", more, length);
}

char *
varlink_reply_format(const char *error, json_t *parameters, bool continues, size_t *length)
{
	return format("error", error, parameters, "continues", continues, length);
}

void
varlink_reply_open(struct jsonw *w)
{
	jsonw_init(w, VARLINK_FRAME_MAX);
	jsonw_object_open(w);
	jsonw_key(w, "parameters");
	jsonw_object_open(w);
}

char *
varlink_reply_take(struct jsonw *w, size_t *length)
{
	jsonw_object_close(w);
	jsonw_object_close(w);
	return jsonw_take(w, length);
}

/* ASCII alone: isalpha(3) would ask the locale. */
static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_alnum(char c)
{
	return is_letter(c) || (c >= '0' && c <= '9');
}

/* The end of the interface's part at S: letters and digits, hyphens only between them. NULL: there is none. */
static const char *
skip_part(const char *s)
{
	const char *p = s;

	while (is_alnum(*p) || (*p == '-' && p > s))
		p++;
	return p > s && p[-1] != '-' ? p : NULL;
}

/* Two parts or more of an interface, then a member with a capital (varlink.org, interface definition). */
bool
varlink_name_ok(const char *name)
{
	const char *last = strrchr(name, '.');
	unsigned parts = 0;
	const char *p;

	if (last == NULL || !is_letter(name[0]))
		return false;
	for (p = name; p <= last; p++) {
		p = skip_part(p);
		if (p == NULL || *p != '.')
			return false;
		parts++;
	}
	if (parts < 2 || *p < 'A' || *p > 'Z')
		return false;
	while (is_alnum(*p))
		p++;
	return *p == '\0';
}
