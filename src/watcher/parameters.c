#include "watcher/parameters.h"

#include "watcher/client.h"
#include "watcher/watch.h"

bool
parameters_invalid(struct client *c, const char *parameter)
{
	client_error(c, VARLINK_INVALID_PARAMETER, json_pack("{s:s}", "parameter", parameter));
	return false;
}

bool
parameters_string(struct client *c, json_t *parameters, const char *key, const char **out)
{
	json_t *value = json_object_get(parameters, key);

	/* varlink: an optional member may be absent or null */
	if (value == NULL || json_is_null(value))
		return true;
	if (!json_is_string(value))
		return parameters_invalid(c, key);
	*out = json_string_value(value);
	return true;
}

bool
parameters_bool(struct client *c, json_t *parameters, const char *key, bool *out)
{
	json_t *value = json_object_get(parameters, key);

	if (value == NULL || json_is_null(value))
		return true;
	if (!json_is_boolean(value))
		return parameters_invalid(c, key);
	*out = json_is_true(value);
	return true;
}

/* The name comes from outside, and goes back as JSON only: the command makes it visible. */
static bool
no_such_service(struct client *c, const char *name)
{
	char nearest[PAGE_NAME];
	bool near = services_nearest(&c->w->services, name, nearest);

	client_error(c, VARLINK_INTERFACE ".NoSuchService",
		json_pack("{s:s, s:s?}", "name", name, "nearest", near ? nearest : NULL));
	return false;
}

static bool
find(struct client *c, struct target *target)
{
	return (services_find(&c->w->services, target->name, &target->slot) &&
		       services_read(&c->w->services, target->slot, &target->record)) ||
		no_such_service(c, target->name);
}

bool
parameters_service(struct client *c, json_t *parameters, struct target *target)
{
	target->name = NULL;
	if (!parameters_string(c, parameters, "name", &target->name))
		return false;
	return target->name != NULL ? find(c, target) : parameters_invalid(c, "name");
}

bool
parameters_service_or_all(struct client *c, json_t *parameters, struct target *target)
{
	target->name = NULL;
	return parameters_string(c, parameters, "name", &target->name) && (target->name == NULL || find(c, target));
}
