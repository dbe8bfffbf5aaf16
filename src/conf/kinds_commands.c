/*
 * kinds_commands -- how a value is read of the kinds that say what is run, how it is told to end and what its end means, and
 * which other services it has to do with.
 */
#include "conf/kinds.h"

#include <string.h>

#include "base/text.h"
#include "conf/hook.h"
#include "conf/keys.h"
#include "conf/signal.h"
#include "conf/words.h"

/* Names as headings have them; whether there is such a service is known when everything was read (relations.c). */
static bool
parse_services(const struct value_place *place, const char *text, void *out, struct err *err)
{
	const struct conf_words *words = out;

	if (!words_split(place->arena, text, true, out, err))
		return false;
	for (uint32_t i = 0; i < words->count; i++)
		if (strspn(words->at[i], CONF_NAME_LETTERS) != strlen(words->at[i]) || words->at[i][0] == '\0')
			return err_set(err, 0,
				"expected the names of services, without gunicorn: or program:, got '%s'",
				words->at[i]);
	return true;
}

static bool
parse_commands(const struct value_place *place, const char *text, void *out, struct err *err)
{
	struct conf_words *commands = out;

	if (!hook_split(place->arena, text, commands, err))
		return false;
	if (commands->count > 1 && !key_places[key_id(place->key)].kind->joined)
		return err_set(err, 0, "one command only");
	return true;
}

static bool
parse_signal(const struct value_place *place, const char *text, void *out, struct err *err)
{
	(void)place;
	(void)err;
	*(int *)out = signal_by_name(text);
	return *(int *)out > 0;
}

/* A number is a status here: of a signal, its name has to be written. */
static bool
parse_statuses(const struct value_place *place, const char *text, void *out, struct err *err)
{
	const struct conf_words *words = out;
	int64_t status;

	if (!words_split(place->arena, text, true, out, err))
		return false;
	for (uint32_t i = 0; i < words->count; i++)
		if (!text_parse_int(words->at[i], 0, 255, &status) && signal_by_name(words->at[i]) == 0)
			return err_set(err, 0, "expected exit statuses from 0 to 255 and signals, got '%s'",
				words->at[i]);
	return true;
}

/* clang-format off */
KIND(services, parse_services, WORDS("names of services"), .joined = true)
KIND(commands, parse_commands, WORDS("a command"), .joined = true, .commands = true)
KIND(onecommand, parse_commands, WORDS("a command"), .commands = true)
KIND(statuses, parse_statuses, WORDS("exit statuses and signals"), .joined = true)
KIND(progtype, kind_choice, INT("exec, simple, notify or oneshot"), CHOICES("exec", "simple", "notify", "oneshot"))
KIND(notifyaccess, kind_choice, INT("main or all"), CHOICES("main", "all"))
KIND(signal, parse_signal, INT("a signal such as TERM or SIGQUIT"))
/* clang-format on */
