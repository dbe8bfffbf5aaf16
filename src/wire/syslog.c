#include "wire/syslog.h"

#include <string.h>
#include <time.h>

#include "base/text.h"

/* daemon (3) and its severities (RFC 5424, 6.2.1). The enterprise number is the one that is set aside for examples (RFC
 * 5612): we have none. */
enum { DAEMON = 3 << 3, WARNING = 4, INFORMATIONAL = 6, HOST = 255, MSGID = 32, VALUE = 100 };

static void
add_time(struct text *t, msec at)
{
	time_t seconds = (time_t)(at / 1000);
	struct tm tm;
	char words[40];

	/* UTC, which RFC 5424 6.2.3 writes as Z: receivers need not know our zone */
	gmtime_r(&seconds, &tm);
	strftime(words, sizeof words, "%Y-%m-%dT%H:%M:%S", &tm);
	text_addf(t, "%s.%03dZ ", words, (int)(at % 1000));
}

/* A name of the header: "-" stands for none. */
static void
add_name(struct text *t, const char *name, size_t most)
{
	if (name[0] == '\0') /* RFC 5424 6: NILVALUE */
		text_add(t, "-");
	for (size_t i = 0; i < most && name[i] != '\0'; i++)
		text_addn(t, name[i] > ' ' && name[i] < 0x7f ? &name[i] : "_", 1);
	text_add(t, " ");
}

static void
add_text(struct text *t, const char *name, const char *value)
{
	char visible[VALUE];
	struct text v;

	text_init(&v, visible, sizeof visible);
	text_add_visible(&v, value, strlen(value));
	text_addf(t, " %s=\"", name);
	for (const char *p = visible; *p != '\0'; p++) {
		/* RFC 5424, 6.3.3: these would end the value, or what it stands in */
		if (strchr("\"\\]", *p) != NULL)
			text_add(t, "\\");
		text_addn(t, p, 1);
	}
	text_add(t, "\"");
}

static void
add_number(struct text *t, const char *name, unsigned long value)
{
	text_addf(t, " %s=\"%lu\"", name, value);
}

size_t
syslog_format(const struct syslog_message *m, char bytes[static SYSLOG_MAX])
{
	struct text t;

	text_init(&t, bytes, SYSLOG_MAX);
	text_addf(&t, "<%d>1 ", DAEMON | (m->alarm ? WARNING : INFORMATIONAL));
	add_time(&t, m->at);
	add_name(&t, m->host, HOST);
	text_addf(&t, "bridle %d ", (int)m->pid);
	add_name(&t, m->class, MSGID);
	text_add(&t, "[incident@32473");
	add_text(&t, "service", m->service);
	add_number(&t, "number", m->number);
	add_text(&t, "class", m->class);
	add_text(&t, "phase", m->phase);
	add_number(&t, "confidence", m->confidence);
	add_text(&t, "alarm", m->alarm ? "yes" : "no");
	add_number(&t, "times", m->times);
	add_number(&t, "died", m->died);
	text_add(&t, "] \xef\xbb\xbf"); /* what follows is UTF-8 (6.4) */
	text_add_visible(&t, m->words, strlen(m->words));
	return t.len;
}
