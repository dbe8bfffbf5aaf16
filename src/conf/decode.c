/*
 * decode.c -- a flat struct out of settings. Values were read when their lines were: what is done here takes no memory and
 * cannot fail, so that a service can be decoded wherever it is needed, on the stack.
 */
#include "conf/conf.h"

#include <string.h>

#include "conf/keys.h"
#include "conf/values.h"

enum { STOP_MARGIN = 10000 /* ms: what Gunicorn takes beyond graceful_timeout, see the stop ladder in core/stop.h */ };

const struct conf_section *
conf_find(const struct conf *conf, const char *name)
{
	/* a reload asks this for each of thousands of services (conf_diff_service): by_name is sorted (build.c) */
	uint32_t low = 0, high = conf->service_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		const struct conf_section *section = &conf->services[conf->by_name[middle]];
		int order = strcmp(name, section->name);

		if (order == 0)
			return section;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

/* From the end: of a list, the last one has what all of them say (settings.h). */
const struct conf_setting *
conf_setting_of(const struct conf_section *section, const char *key)
{
	for (uint32_t i = section->count; i > 0; i--)
		if (strcmp(section->settings[i - 1].key->name, key) == 0)
			return &section->settings[i - 1];
	return NULL;
}

struct conf_workers
conf_workers_resolve(struct conf_workers workers, unsigned cpus)
{
	/* as Gunicorn's documentation advises (design.rst, "How Many Workers?"), up to what `workers` may be */
	uint32_t n = cpus > 511 ? 1024 : 2 * cpus + 1;

	if (workers.is_auto)
		workers = (struct conf_workers){ .min = n, .max = n, .is_auto = true };
	return workers;
}

/* Fill the fields of OUT that keys of a scope FITTING have: defaults, and over them what SECTION says. */
static void
decode(const struct conf_section *section, bool (*fitting)(enum conf_scope), void *out)
{
	for (unsigned i = 0; i < conf_key_count; i++)
		if (key_places[i].offset != KEY_NO_FIELD && fitting(conf_keys[i].scope))
			value_default(&conf_keys[i], (char *)out + key_places[i].offset);
	for (uint32_t i = 0; i < section->count; i++) {
		const struct key_place *place = &key_places[key_id(section->settings[i].key)];

		/* of a repeated key the last one comes last, and has it all */
		if (place->offset != KEY_NO_FIELD)
			memcpy((char *)out + place->offset, section->settings[i].decoded, value_size(place->kind));
	}
}

static bool
is_bridle(enum conf_scope scope)
{
	return scope == CONF_SCOPE_bridle;
}

static bool
is_service(enum conf_scope scope)
{
	return scope != CONF_SCOPE_bridle;
}

void
conf_decode_bridle(const struct conf *conf, struct conf_bridle *out)
{
	*out = (struct conf_bridle){ 0 };
	decode(&conf->bridle, is_bridle, out);
}

void
conf_decode_service(const struct conf_section *section, struct conf_service *out)
{
	bool is_gunicorn = section->kind == CONF_GUNICORN;

	*out = (struct conf_service){ .kind = section->kind, .name = section->name };
	decode(section, is_service, out);
	if (out->stop_timeout < 0)
		out->stop_timeout = STOP_MARGIN + (is_gunicorn ? out->graceful_timeout : 0);
	/* what runs to its end is not started again for it, and may take as long as it needs (systemd.service(5),
	 * Type=oneshot) */
	if (out->type == CONF_TYPE_ONESHOT && conf_setting_of(section, "restart") == NULL)
		out->restart = CONF_RESTART_NEVER;
	if (out->type == CONF_TYPE_ONESHOT && conf_setting_of(section, "start_timeout") == NULL)
		out->start_timeout = MSEC_NEVER;
	/* Gunicorn must never wait for its log (gunicorn-facts 4.3); other programs take EAGAIN badly */
	if (out->log_full == CONF_LOG_FULL_UNSET)
		out->log_full = is_gunicorn ? CONF_LOG_DROP : CONF_LOG_WAIT;
}
