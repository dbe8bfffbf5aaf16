/*
 * fuzz_environment -- the input is an environment file. Whatever it says, what comes of it are assignments to names,
 * each name once, none of them Bridle's own; and a refusal names a line.
 */
#include <string.h>

#include "conf/environment.h"
#include "conf/values.h"
#include "fuzz.h"

static void
check_assignments(const struct environment *env)
{
	for (uint32_t i = 0; i < env->words.count; i++) {
		size_t n = strcspn(env->words.at[i], "=");

		MUST(env->words.at[i][n] == '=' && value_is_name(env->words.at[i], n));
		MUST(!environment_is_reserved(env->words.at[i], n));
		for (uint32_t k = 0; k < i; k++)
			MUST(strncmp(env->words.at[i], env->words.at[k], n + 1) != 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct environment env;
	struct err err = { 0 };

	MUST(arena != NULL);
	environment_init(&env, arena, NULL);
	if (!environment_read_text(&env, "f.env", (const char *)data, size, &err))
		MUST(err.text[0] != '\0');
	check_assignments(&env);
	arena_free(arena);
	return 0;
}
