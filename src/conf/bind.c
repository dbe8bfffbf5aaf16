#include "conf/bind.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/text.h"
#include "conf/values.h"

static const char host_letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";

static bool
parse_unix(struct arena *arena, const char *directory, const char *path, struct conf_bind *out, struct err *err)
{
	/* Gunicorn strips unix:// as it strips unix: (util.py parse_address) */
	if (strncmp(path, "//", 2) == 0)
		path += 2;
	if (path[0] == '@' || path[0] == '\0')
		return err_set(err, 0, "'%s' is not the path of a socket (Gunicorn has no abstract ones)", out->text);
	out->family = CONF_BIND_UNIX;
	out->path = value_path(arena, directory, path, err);
	if (out->path == NULL)
		return false;
	if (strlen(out->path) > BIND_PATH_MAX)
		return err_set(err, 0, "the socket path '%s' is longer than %d bytes", out->path, BIND_PATH_MAX);
	return true;
}

/* 0 is none: the kernel would choose one, and nobody would know which. */
static bool
parse_port(const char *text, struct conf_bind *out, struct err *err)
{
	int64_t port;

	if (!text_parse_int(text, 1, 65535, &port))
		return err_set(err, 0, "expected a port from 1 to 65535 in '%s'", out->text);
	out->port = (uint16_t)port;
	return true;
}

/* "[::1]:8000", at its bracket. An address may have a zone: [fe80::1%eth0]. */
static bool
parse_ipv6(struct arena *arena, const char *word, struct conf_bind *out, struct err *err)
{
	const char *end = strchr(word, ']');
	unsigned char address[16];
	char host[INET6_ADDRSTRLEN];
	size_t n;

	if (end == NULL || end[1] != ':')
		return err_set(err, 0, "expected [ipv6]:port, got '%s'", out->text);
	n = (size_t)(end - word) - 1;
	out->host = arena_copy(arena, word + 1, n);
	/* the zone is a name of this machine's, which inet_pton(3) does not take; getaddrinfo(3)
	 * does, when the listener is opened */
	n = strcspn(out->host, "%");
	if (n >= sizeof host)
		return err_set(err, 0, "'%s' is not an IPv6 address", out->host);
	memcpy(host, out->host, n);
	host[n] = '\0';
	if (inet_pton(AF_INET6, host, address) != 1)
		return err_set(err, 0, "'%s' is not an IPv6 address", out->host);
	return parse_port(end + 2, out, err);
}

/* A URL is what others are told; what is listened at is a part of it. */
static bool
is_url(const char *word, struct err *err)
{
	size_t scheme = strncmp(word, "http://", 7) == 0 ? 7 : strncmp(word, "https://", 8) == 0 ? 8 : 0;

	if (scheme == 0)
		return false;
	err_set(err, 0, "'%s' is a URL: write %.*s, without %.*s", word, (int)strcspn(word + scheme, "/"), word + scheme,
		(int)scheme, word);
	return true;
}

static bool
parse_tcp(struct arena *arena, const char *word, struct conf_bind *out, struct err *err)
{
	const char *colon = strrchr(word, ':');

	out->family = CONF_BIND_TCP;
	if (word[0] == '[')
		return parse_ipv6(arena, word, out, err);
	if (colon == NULL && strspn(word, "0123456789") == strlen(word)) {
		/* Gunicorn would take the number for a host; its PORT variable stands for 0.0.0.0:PORT (config.py) */
		out->host = "0.0.0.0";
		return parse_port(word, out, err);
	}
	if (word[0] == '#' || word[0] == ';')
		return err_set(err, 0, "'%s' is no address", out->text);
	if (colon == NULL)
		return err_set(err, 0, "'%s' has no port: write %s:8000, or unix:%s for a socket", out->text, word,
			word);
	out->host = arena_copy(arena, word, (size_t)(colon - word));
	/* the last colon was taken for the port's, so that ::1 would become host ":" and port 1 */
	if (strchr(out->host, ':') != NULL)
		return err_set(err, 0, "an IPv6 address needs brackets: [%s]:%s", out->host, colon + 1);
	if (strspn(out->host, host_letters) != strlen(out->host))
		return err_set(err, 0, "'%s' is neither an address nor a name", out->host);
	return parse_port(colon + 1, out, err);
}

/* A path is told by its slash, as Gunicorn does not: "/run/x.sock" without unix: is a host to it. */
bool
bind_parse(struct arena *arena, const char *directory, const char *word, struct conf_bind *out, struct err *err)
{
	*out = (struct conf_bind){ .text = word };
	/* Gunicorn unlinks the path of a unix socket that it was given so (gunicorn-facts 5.2) */
	if (strncmp(word, "fd://", 5) == 0)
		return err_set(err, 0, "'%s': name the address instead: Bridle opens it and hands the descriptor on",
			word);
	if (strncmp(word, "unix:", 5) == 0)
		return parse_unix(arena, directory, word + 5, out, err);
	if (word[0] == '/')
		return parse_unix(arena, directory, word, out, err);
	if (is_url(word, err))
		return false;
	if (strncmp(word, "tcp://", 6) == 0)
		word += 6;
	return parse_tcp(arena, word, out, err);
}
