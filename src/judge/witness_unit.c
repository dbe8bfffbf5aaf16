#include "judge/witness_unit.h"

#include <string.h>

/* What stands behind the name. */
static const struct {
	enum signature signature;
	char after[24];
} naming[] = { { SIGNATURE_OOM_UNIT, ".service: A process of" }, { SIGNATURE_OOM_RESULT, ".service: Failed with" },
	{ SIGNATURE_OOM_SYSTEMD, ".service due to memory" }, { SIGNATURE_NOT_RUN_EXEC, ".service: Main process" },
	{ SIGNATURE_NOT_RUN_SHELL, ".service: Main process" }, { SIGNATURE_NOT_RUN_USER, ".service: Main process" },
	{ SIGNATURE_NOT_RUN_CHDIR, ".service: Main process" }, { SIGNATURE_NOT_RUN_SUPERVISOR, " (exit status" },
	{ SIGNATURE_ENDED_BOOT, ".service: Main process" }, { SIGNATURE_ENDED_APP, ".service: Main process" },
	{ SIGNATURE_ENDED_START, ".service: Main process" }, { SIGNATURE_STOP_TIMED_OUT, ".service: State" },
	{ SIGNATURE_ENDED_BOOT_SUPERVISOR, " (exit status" }, { SIGNATURE_ENDED_APP_SUPERVISOR, " (exit status" },
	{ SIGNATURE_ENDED_START_SUPERVISOR, " (exit status" }, { SIGNATURE_ENDED_START_GAVE_UP, " entered FATAL" },
	{ SIGNATURE_ENDED_BOOT_COMPOSE, " exited with code" }, { SIGNATURE_ENDED_APP_COMPOSE, " exited with code" },
	{ SIGNATURE_ENDED_START_COMPOSE, " exited with code" } };

/* Units are named as anybody likes, and "shop" may be Gunicorn's; these hardly are. */
static const char others[][16] = { "mysql", "mysqld", "mariadb", "postgres", "postgresql", "db", "redis",
	"redis-server", "memcached", "mongo", "mongod", "mongodb", "elasticsearch", "rabbitmq", "rabbitmq-server",
	"kafka", "nginx", "apache2", "httpd", "haproxy", "traefik", "caddy", "docker", "containerd", "celery" };

static bool
is_number(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_within_word(char c)
{
	return is_number(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Compose names "shop-db-1", or "shop_db_1" in its first release; an instance of a unit is "postgresql@14-main" (systemd.unit(5)). */
static size_t
without_instance(const char *name, size_t n)
{
	const char *at = memchr(name, '@', n);
	size_t short_of = n;

	if (at != NULL)
		return (size_t)(at - name);
	while (short_of > 0 && is_number(name[short_of - 1]))
		short_of--;
	return short_of < n && short_of > 0 && (name[short_of - 1] == '-' || name[short_of - 1] == '_') ? short_of - 1 :
													  n;
}

/* Does NAME end in WORD, which is a word of its own there? */
static bool
ends_in(const char *name, size_t n, const char *word)
{
	size_t k = strlen(word);

	return n >= k && memcmp(name + n - k, word, k) == 0 && (n == k || !is_within_word(name[n - k - 1]));
}

bool
witness_is_others(const struct recognised *what)
{
	const char *end = NULL;
	size_t n;

	for (unsigned i = 0; i < sizeof naming / sizeof naming[0] && end == NULL; i++)
		if (naming[i].signature == what->match.signature)
			end = memmem(what->message, what->message_length, naming[i].after, strlen(naming[i].after));
	if (end == NULL)
		return false;
	n = without_instance(what->message, (size_t)(end - what->message));
	for (unsigned i = 0; i < sizeof others / sizeof others[0]; i++)
		if (ends_in(what->message, n, others[i]))
			return true;
	return false;
}
