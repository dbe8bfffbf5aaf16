#include "wire/http.h"

#include <string.h>

/* A blank or the end of a line would let a setting write a second header, or a second request. */
static bool
is_word(const char *word)
{
	for (const char *p = word; *p != '\0'; p++)
		if ((unsigned char)*p <= ' ' || *p == 0x7f)
			return false;
	return word[0] != '\0';
}

bool
http_request(struct text *t, const char *target, const char *host)
{
	return is_word(target) && is_word(host) &&
		text_addf(t, "GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: bridle\r\nConnection: close\r\n\r\n", target,
			host);
}

/* RFC 9112 4: HTTP-version SP status-code, every byte of it in its place. '#' stands for a digit. */
int
http_status(const char *bytes, size_t n)
{
	static const char form[] = "HTTP/1.# ###";
	int status = 0;

	_Static_assert(sizeof form - 1 == HTTP_STATUS_LINE, "as much as is promised");
	for (size_t i = 0; i < sizeof form - 1; i++) {
		if (i == n)
			return 0;
		if (form[i] == '#' ? bytes[i] < '0' || bytes[i] > '9' : bytes[i] != form[i])
			return -1;
		if (i > 8)
			status = status * 10 + (bytes[i] - '0');
	}
	/* the classes that there are (RFC 9110 15); a 600 is no answer of HTTP */
	return status >= 100 && status <= 599 ? status : -1;
}

bool
http_status_is(int status, int wanted)
{
	return wanted == 0 ? status >= 200 && status < 400 : status == wanted;
}
