/*
 * check_addresses -- who wants an address that somebody else of the same configuration has.
 *
 * All addresses are sorted, so that only those of one port or one path are compared with each other.
 */
#include "conf/check_rules.h"

#include <stdlib.h>
#include <string.h>

struct wish {
	const struct conf_section *section;
	const struct conf_bind *bind;
};

static int
compare_wishes(const void *a, const void *b)
{
	const struct conf_bind *x = ((const struct wish *)a)->bind, *y = ((const struct wish *)b)->bind;

	/* unix sockets by path, others by port alone: whether hosts meet is no order (0.0.0.0 meets everybody) */
	if (x->family != y->family)
		return x->family < y->family ? -1 : 1;
	if (x->family == CONF_BIND_UNIX)
		return strcmp(x->path, y->path);
	return (int)x->port - (int)y->port;
}

/* Of those that want the same, the one that was written first comes first. */
static int
order_wishes(const void *a, const void *b)
{
	const struct wish *x = a, *y = b;
	int order = compare_wishes(a, b);

	if (order != 0)
		return order;
	/* sections lie in one array, in the order in which they were read */
	if (x->section != y->section)
		return x->section < y->section ? -1 : 1;
	return x->bind < y->bind ? -1 : x->bind > y->bind;
}

/* No host at all is every address of both families (os/listener_tcp). */
static bool
is_any(const char *host, bool v6)
{
	return host[0] == '\0' || strcmp(host, v6 ? "::" : "0.0.0.0") == 0;
}

/* Whether two listeners of one port would meet. IPv6 ones are IPV6_V6ONLY (os/listener), so :: leaves IPv4 alone. */
static bool
hosts_meet(const char *a, const char *b)
{
	bool a6 = strchr(a, ':') != NULL, b6 = strchr(b, ':') != NULL;

	if (a[0] == '\0' || b[0] == '\0')
		return true;
	if (a6 != b6)
		return false;
	return strcmp(a, b) == 0 || is_any(a, a6) || is_any(b, b6);
}

static void
complain(const struct conf *conf, struct conf_report *report, const struct wish *first, const struct wish *second)
{
	struct check check = { .conf = conf, .report = report, .section = second->section };
	const struct conf_setting *other = conf_setting_of(first->section, "bind");

	if (first->section == second->section)
		check_say(&check, CONF_ERROR, "bind", "'%s' and '%s' are the same address: leave one out",
			first->bind->text, second->bind->text);
	else
		check_say(&check, CONF_ERROR, "bind", "'%s' is taken by %s ('%s', %s:%u): choose another",
			second->bind->text, first->section->name, first->bind->text, conf->files[other->file],
			other->line);
}

/* The wishes from FIRST on that have its port or path: each is complained of once. */
static size_t
check_group(const struct conf *conf, struct conf_report *report, const struct wish *wishes, size_t first, size_t count)
{
	size_t end = first + 1;

	for (; end < count && compare_wishes(&wishes[first], &wishes[end]) == 0; end++) {
		for (size_t i = first; i < end; i++) {
			if (wishes[i].bind->family == CONF_BIND_UNIX ||
				hosts_meet(wishes[i].bind->host, wishes[end].bind->host)) {
				complain(conf, report, &wishes[i], &wishes[end]);
				/* one complaint a wish, about the first that has it */
				break;
			}
		}
	}
	return end;
}

/* Called twice: with NULL to count, then to fill. */
static size_t
collect(const struct conf *conf, struct wish *wishes)
{
	size_t count = 0;

	for (uint32_t i = 0; i < conf->service_count; i++) {
		const struct conf_setting *setting = conf_setting_of(&conf->services[i], "bind");
		const struct conf_binds *binds = setting == NULL ? NULL : setting->decoded;

		for (uint32_t k = 0; binds != NULL && k < binds->count; k++, count++)
			if (wishes != NULL)
				wishes[count] = (struct wish){ &conf->services[i], &binds->at[k] };
	}
	return count;
}

void
check_addresses(const struct conf *conf, struct conf_report *report)
{
	size_t count = collect(conf, NULL);
	/* and one: of none, calloc(3) may return NULL, which would look like no memory */
	struct wish *wishes = calloc(count + 1, sizeof *wishes);

	if (wishes == NULL) {
		conf_complain(report, CONF_ERROR, conf->files[0], 0, "not enough memory to compare addresses");
		return;
	}
	collect(conf, wishes);
	qsort(wishes, count, sizeof *wishes, order_wishes);
	for (size_t i = 0; i < count;)
		i = check_group(conf, report, wishes, i, count);
	free(wishes);
}
