/*
 * wrappers -- what people put in front of gunicorn, and what is left of it: those whose meaning is a key are taken in
 * wrappers_keys.c and wrappers_may.c, those that make an environment in wrappers_env.c and wrappers_run.c.
 */
#include "import/wrappers.h"

#include <string.h>

#include "conf/values.h"
#include "import/hole.h"
#include "wire/execline.h"

bool
wrapper_is_assignment(const char *word)
{
	const char *equals = strchr(word, '=');

	return equals != NULL && value_is_name(word, (size_t)(equals - word));
}

/* Kept in two places: as a setting for the service, and as a variable that what follows may refer to. */
void
wrapper_assign(struct launch *l, const char *word)
{
	struct arena *arena = l->import->arena;
	const char *filled = hole_fill(arena, word, &l->draft->variables, NULL);
	const char *name = arena_copy(arena, word, strcspn(word, "="));

	if (launch_set(l, name, filled + strlen(name) + 1, KEY_environment, draft_quote(arena, filled), ""))
		wordlist_add(&l->draft->variables, filled);
}

/* ---- options of wrappers ---- */

bool
wrapper_is_among(const char *words, const char *word)
{
	size_t n = strlen(word);

	for (; *words != '\0'; words += strcspn(words, " "), words += strspn(words, " "))
		if (strcspn(words, " ") == n && strncmp(words, word, n) == 0)
			return true;
	return false;
}

uint32_t
wrapper_options(const struct wrapper *w, const char *const *at, uint32_t count)
{
	uint32_t i = 1;

	for (; i < count && at[i][0] == '-' && at[i][1] != '\0'; i++) {
		bool is_long = at[i][1] == '-';

		if (strcmp(at[i], "--") == 0)
			return i + 1;
		if (is_long ? wrapper_is_among(w->longs, at[i]) :
			      at[i][2] == '\0' && strchr(w->letters, at[i][1]) != NULL)
			i++;
	}
	return i < count ? i : count;
}

const char *
wrapper_first_value(const char *const *at, uint32_t count, char letter, const char *name)
{
	const char *next = count > 1 ? at[1] : NULL;
	size_t n = strlen(name);

	if (letter != 0 && at[0][0] == '-' && at[0][1] == letter)
		return at[0][2] != '\0' ? at[0] + 2 : next;
	if (strncmp(at[0], name, n) == 0 && (at[0][n] == '=' || at[0][n] == '\0'))
		return at[0][n] == '=' ? at[0] + n + 1 : next;
	return NULL;
}

/* The first that is given counts, in any of its four forms. */
const char *
wrapper_value(const char *const *at, uint32_t count, char letter, const char *name)
{
	const char *value = NULL;

	for (uint32_t i = 1; i < count && at[i] != NULL && value == NULL; i++)
		value = wrapper_first_value(at + i, count - i, letter, name);
	return value;
}

bool
wrapper_has(const char *const *at, uint32_t count, const char *flag)
{
	for (uint32_t i = 1; i < count; i++)
		if (strcmp(at[i], flag) == 0)
			return true;
	return false;
}

/* Where that is only the machine knows on which it will run: a hole, to be filled in. */
void
wrapper_login(struct launch *l, const char *user)
{
	const char *home = arena_printf(l->import->arena, "/%chome of %s%c", HOLE_OPEN, user, HOLE_CLOSE);

	if (launch_set(l, "", user, KEY_directory, home, "a login begins in the home directory"))
		l->draft->directory = home;
}

/* What it does is said by its row. */
static uint32_t
take_off(struct launch *l, const struct wrapper *w, const char *const *at, uint32_t count)
{
	uint32_t n = wrapper_options(w, at, count);

	launch_part(l, w->name, "", w->fate, "", w->reason);
	return n;
}

static const char as_user[] = "user and group are set before the service is executed";
static const char is_init[] = "Bridle reaps and passes on no signals that it should not";
static const char binds[] = "Bridle binds, ports below 1024 as well";
static const char unbuffered[] = "PYTHONUNBUFFERED=1 is set";

/* clang-format off */
#define take(how) wrapper_take_##how
static const struct wrapper wrappers[] = {
	{ "env",        "uC",    "--unset --chdir", take(env), FATE_IMPLIED, "a bare name is looked for in PATH" },
	{ "exec",       "a",     "", take(exec),      FATE_IMPLIED, "no shell is in between" },
	{ "nohup",      "",      "", take_off,        FATE_IMPLIED, "there is no terminal to hang up" },
	{ "setsid",     "",      "", take_off,        FATE_IMPLIED, "each service is a session of its own" },
	{ "nice",       "n",     "--adjustment", take(nice), FATE_KEPT, "" },
	{ "ionice",     "cnp",   "--class --classdata", take(ionice), FATE_KEPT, "" },
	{ "taskset",    "",      "", take(taskset),   FATE_KEPT,    "" },
	{ "chrt",       "TPD",   "", take(chrt),      FATE_KEPT,    "" },
	{ "prlimit",    "",      "", take(prlimit),   FATE_KEPT,    "" },
	{ "setpriv",    "",      "", take(setpriv),   FATE_KEPT,    "" },
	{ "chpst",      "uUbenlLmdopfct", "", take(chpst), FATE_KEPT, "" },
	{ "authbind",   "",      "", take_off,        FATE_IMPLIED, binds },
	{ "aa-exec",    "pn",    "--profile --namespace", take_off, FATE_LOST, "the service is not confined by that profile, unless it is attached to its program" },
	{ "systemd-cat", "tp",   "--identifier --priority", take_off, FATE_IMPLIED, "output goes to a log of the service's own (bridle logs NAME)" },
	{ "stdbuf",     "ioe",   "", take_off,        FATE_IMPLIED, unbuffered },
	{ "unbuffer",   "",      "", take_off,        FATE_IMPLIED, unbuffered },
	{ "tini",       "ep",    "", take_off,        FATE_IMPLIED, is_init },
	{ "dumb-init",  "r",     "--rewrite", take_off, FATE_IMPLIED, is_init },
	{ "catatonit",  "",      "", take_off,        FATE_IMPLIED, is_init },
	{ "sudo",       "ugCpTRD", "--user --group --chdir --host --prompt", take(sudo), FATE_IMPLIED, as_user },
	{ "runuser",    "ugG",   "--user --group --supp-group", take(sudo), FATE_IMPLIED, as_user },
	{ "gosu",       "",      "", take(gosu),      FATE_IMPLIED, as_user },
	{ "su-exec",    "",      "", take(gosu),      FATE_IMPLIED, as_user },
	{ "setuidgid",  "",      "", take(gosu),      FATE_IMPLIED, as_user },
	{ "s6-setuidgid", "",    "", take(gosu),      FATE_IMPLIED, as_user },
	{ "wait-for-it.sh", "hpt", "--host --port --timeout", take(wait), FATE_KEPT, "" },
	{ "wait-for-it", "hpt",  "--host --port --timeout", take(wait), FATE_KEPT, "" },
	{ "wait-for",   "t",     "--timeout", take(wait), FATE_KEPT, "" },
	{ "poetry",     "CP",    "--directory --project", take(keep_run), FATE_KEPT, "" },
	{ "pipenv",     "",      "--python --pypi-mirror", take(keep_run),  FATE_KEPT,    "" },
	{ "rye",        "p",     "--pyproject", take(keep_run), FATE_KEPT, "" },
	{ "mise",       "C",     "--cd", take(keep_to_dashes), FATE_KEPT, "" },
	{ "chamber",    "",      "", take(keep_to_dashes), FATE_KEPT, "" },
	{ "direnv",     "",      "", take(keep_directory), FATE_KEPT, "" },
	{ "envdir",     "",      "", take(keep_directory), FATE_KEPT, "" },
	{ "s6-envdir",  "",      "", take(keep_directory), FATE_KEPT, "" },
	{ "with-contenv", "",    "", take(keep),      FATE_KEPT,    "" },
	{ "newrelic-admin", "",  "", take(keep),      FATE_KEPT,    "" },
	{ "newrelic.admin", "",  "", take(keep),      FATE_KEPT,    "" }, /* python -m */
	{ "ddtrace-run", "",     "", take(keep),      FATE_KEPT,    "" },
	{ "elastic-apm-run", "", "", take(keep),      FATE_KEPT,    "" },
	{ "opentelemetry-instrument", "", "", take(keep_valued), FATE_KEPT, "" },
	{ "uv",         "",      "", take(uv),        FATE_KEPT,    "" },
	{ "conda",      "npe",   "--name --prefix --cwd", take(conda), FATE_KEPT, "" },
	{ "mamba",      "npe",   "--name --prefix --cwd", take(conda), FATE_KEPT, "" },
	{ "micromamba", "npre",  "--name --prefix --root-prefix --cwd", take(conda), FATE_KEPT, "" },
	{ "pdm",        "p",     "--project --venv", take(pdm), FATE_KEPT, "" },
	{ "pixi",       "e",     "--environment --manifest-path", take(pixi), FATE_KEPT, "" },
	{ "hatch",      "e",     "--env", take(hatch), FATE_KEPT,    "" },
	{ "doppler",    "pct",   "--project --config --token --fallback", take(secrets), FATE_LOST, "doppler secrets download --no-file --format env" },
	{ "infisical",  "",      "--env --path --projectId --token", take(secrets), FATE_LOST, "infisical export --format dotenv" },
	{ "op",         "",      "--env-file --account", take(secrets), FATE_LOST, "op inject" },
	{ "dotenv",     "fqe",   "--file", take(dotenv), FATE_KEPT,  "" },
	{ "honcho",     "edf",   "--env --app-root --procfile", take(honcho), FATE_KEPT, "" },
	{ "foreman",    "edf",   "--env --root --procfile", take(honcho), FATE_KEPT, "" },
};
#undef take
/* clang-format on */

const char *
wrapper_shell_line(const char *const *at, uint32_t count)
{
	static const char *const shells[] = { "sh", "bash", "dash", "ash", "zsh", "ksh" };
	const char *base = launch_base(at[0]);
	bool is_shell = false;

	for (size_t i = 0; i < sizeof shells / sizeof shells[0]; i++)
		is_shell = is_shell || strcmp(base, shells[i]) == 0;
	for (uint32_t i = 1; is_shell && i + 1 < count && at[i][0] == '-'; i++)
		/* letters may be put together: -lc, -ec */
		if (at[i][1] != '-' && strchr(at[i], 'c') != NULL)
			return at[i + 1];
	return NULL;
}

/* su [-] USER -c LINE, and runuser with the same; NULL when it is not that */
static const char *
take_su(struct launch *l, const char *const *at, uint32_t count)
{
	static const char valued[] = "-s --shell -g --group -G --supp-group -w --whitelist-environment";
	const char *line = NULL, *user = "root";
	bool login = false;

	for (uint32_t i = 1; i < count; i++) {
		if ((strcmp(at[i], "-c") == 0 || strcmp(at[i], "--command") == 0) && i + 1 < count)
			line = at[++i];
		else if (wrapper_is_among(valued, at[i]))
			i++;
		else if (wrapper_is_among("- -l --login", at[i]))
			login = true;
		else if (at[i][0] != '-')
			user = at[i];
	}
	if (line != NULL)
		launch_set(l, launch_base(at[0]), user, KEY_user, user, "");
	if (line != NULL && login)
		wrapper_login(l, user);
	return line;
}

static bool
is_su(const char *base)
{
	return strcmp(base, "su") == 0 || strcmp(base, "runuser") == 0;
}

static const struct wrapper *
find(const char *name)
{
	for (size_t i = 0; i < sizeof wrappers / sizeof wrappers[0]; i++)
		if (strcmp(wrappers[i].name, name) == 0)
			return &wrappers[i];
	return NULL;
}

bool
wrapper_is_known(const char *const *at, uint32_t count)
{
	const char *base = launch_base(at[0]);

	return find(base) != NULL || is_su(base) || wrapper_shell_line(at, count) != NULL;
}

/* "python -m pipenv run" is what "pipenv run" is; where the wrapper stays, its Python does. */
static uint32_t
take_module(struct launch *l, const char *const *at, uint32_t count)
{
	const struct wrapper *w = count > 3 && strcmp(at[1], "-m") == 0 ? find(at[2]) : NULL;
	uint32_t n;

	if (w == NULL)
		return 0;
	if (w->take == wrapper_take_keep || w->take == wrapper_take_keep_run || w->take == wrapper_take_keep_valued) {
		wordlist_add(&l->command, at[0]);
		wordlist_add(&l->command, at[1]);
	}
	n = w->take(l, w, at + 2, count - 2);
	return n > 0 ? n + 2 : 0;
}

uint32_t
wrapper_take(struct launch *l, const char *const *at, uint32_t count, const char **shell)
{
	const char *base = launch_base(at[0]);
	const struct wrapper *w = find(base);
	bool is_env = strcmp(base, "env") == 0;

	*shell = is_su(base) ? take_su(l, at, count) :
		is_env       ? wrapper_split_line(l, at, count) :
			       wrapper_shell_line(at, count);
	if (*shell != NULL) {
		launch_part(l, base, is_env ? "-S" : "-c", FATE_IMPLIED, "",
			is_env ? "its words are split here" : "no shell is needed for it");
		return 0;
	}
	if (w != NULL)
		return w->take(l, w, at, count);
	return launch_is_python(base) ? take_module(l, at, count) : 0;
}
