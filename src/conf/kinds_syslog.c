/*
 * kinds_syslog -- how `syslog_to` is read: a socket of this machine, or an address that needs no looking up.
 */
#include <string.h>
#include <sys/un.h>

#include "base/hostport.h"
#include "conf/kinds.h"

static bool
parse_syslogto(const struct value_place *place, const char *text, void *out, struct err *err)
{
	struct sockaddr_storage address;
	socklen_t length;

	if (text[0] == '/' && strlen(text) >= sizeof(struct sockaddr_un){ 0 }.sun_path)
		return err_set(err, 0, "a socket's path has at most %zu bytes",
			sizeof(struct sockaddr_un){ 0 }.sun_path - 1);
	if (text[0] != '\0' && text[0] != '/' && !hostport_parse(text, &address, &length))
		return err_set(err, 0,
			"'%s' is neither a path such as /dev/log nor ADDRESS:PORT of numbers, such as 127.0.0.1:514",
			text);
	return kind_string(place, text, out, err);
}

KIND(syslogto, parse_syslogto, STRING("a path such as /dev/log, or ADDRESS:PORT of numbers"))
