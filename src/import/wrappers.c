/*
 * wrappers -- what people put in front of gunicorn, and what is left of it.
 */
#include "import/launch.h"

#include <string.h>
#include <strings.h>

#include "conf/values.h"
#include "import/hole.h"
#include "wire/execline.h"

/* How a wrapper is taken off. Returns how many words it is, with its own options; 0 when it cannot be. */
struct wrapper;
typedef uint32_t (*taker)(struct launch *l, const struct wrapper *w, const char *const *at, uint32_t count);

struct wrapper {
	const char *name;
	const char *with_value; /* letters of its options that take a value */
	taker take;
	enum fate fate;
	const char *reason;
};

bool
wrapper_is_assignment(const char *word)
{
	const char *equals = strchr(word, '=');

	return equals != NULL && value_is_name(word, (size_t)(equals - word));
}

void
wrapper_assign(struct launch *l, const char *word)
{
	struct arena *arena = l->import->arena;
	const char *filled = hole_fill(arena, word, &l->draft->variables, NULL);
	const char *name = arena_copy(arena, word, strcspn(word, "="));

	if (launch_set(l, name, filled + strlen(name) + 1, KEY_environment, draft_quote(arena, filled), ""))
		wordlist_add(&l->draft->variables, filled);
}

void
wrapper_activate(struct launch *l, const char *path)
{
	struct arena *arena = l->import->arena;
	const char *filled = hole_fill(arena, path, &l->draft->variables, NULL);
	const char *bin = strstr(filled, "/bin/activate");

	if (bin == NULL)
		launch_part(l, "source", path, FATE_LOST, "",
			"not the bin/activate of a virtual environment: set virtualenv");
	else
		launch_set(l, "source", path, KEY_virtualenv,
			draft_path(l->draft, arena_copy(arena, filled, (size_t)(bin - filled))), "");
}

/* ---- takers ---- */

/* Behind the options: each word that begins with a minus, with its value where its letter has one; "--" ends them. */
static uint32_t
skip_options(const struct wrapper *w, const char *const *at, uint32_t count)
{
	uint32_t i = 1;

	for (; i < count && at[i][0] == '-' && at[i][1] != '\0'; i++) {
		if (strcmp(at[i], "--") == 0)
			return i + 1;
		if (at[i][1] != '-' && at[i][2] == '\0' && strchr(w->with_value, at[i][1]) != NULL)
			i++;
	}
	return i < count ? i : count;
}

/* What it does is said by its row. */
static uint32_t
take_off(struct launch *l, const struct wrapper *w, const char *const *at, uint32_t count)
{
	uint32_t n = skip_options(w, at, count);

	(void)l;
	launch_part(l, w->name, "", w->fate, "", w->reason);
	return n;
}

static uint32_t
take_env(struct launch *l, const struct wrapper *w, const char *const *at, uint32_t count)
{
	uint32_t n = skip_options(w, at, count);

	for (uint32_t i = 1; i < n; i++)
		if (strcmp(at[i], "-i") == 0 || strcmp(at[i], "-") == 0)
			launch_set(l, "env", at[i], KEY_clear_environment, "yes", "");
		else if (strcmp(at[i], "-u") == 0)
			launch_set(l, "env -u", i + 1 < n ? at[i + 1] : "", KEY_unset_environment,
				i + 1 < n ? at[i + 1] : "", "");
		else if (strcmp(at[i], "-C") == 0 && i + 1 < n)
			launch_set(l, "-C", at[i + 1], KEY_directory, draft_path(l->draft, at[i + 1]), "");
	launch_part(l, "env", "", FATE_IMPLIED, "", w->reason);
	for (; n < count && wrapper_is_assignment(at[n]); n++)
		wrapper_assign(l, at[n]);
	return n;
}

/* Options that say who, and what they say: "-u www-data", "--user=www-data", "-uwww-data". */
static const char *
option_value(const char *const *at, uint32_t count, char letter, const char *name)
{
	for (uint32_t i = 1; i < count; i++) {
		size_t n = strlen(name);

		if (at[i][0] == '-' && at[i][1] == letter)
			return at[i][2] != '\0' ? at[i] + 2 : i + 1 < count ? at[i + 1] : NULL;
		if (strncmp(at[i], name, n) == 0 && at[i][n] == '=')
			return at[i] + n + 1;
	}
	return NULL;
}

static uint32_t
take_sudo(struct launch *l, const struct wrapper *w, const char *const *at, uint32_t count)
{
	uint32_t n = skip_options(w, at, count);
	const char *user = option_value(at, n, 'u', "--user"), *group = option_value(at, n, 'g', "--group");

	launch_part(l, w->name, "", FATE_IMPLIED, "", w->reason);
	if (user != NULL)
		launch_set(l, "-u", user, KEY_user, user, "");
	else if (strcmp(w->name, "sudo") == 0)
		launch_set(l, w->name, "", KEY_user, "root", "sudo makes it root");
	if (group != NULL)
		launch_set(l, "-g", group, KEY_group, group, "");
	while (n < count && wrapper_is_assignment(at[n]))
		wrapper_assign(l, at[n++]);
	return n;
}

/* nice [-n N | -N | --adjustment=N]; without a number, 10 */
static uint32_t
take_nice(struct launch *l, const struct wrapper *w, const char *const *at, uint32_t count)
{
	uint32_t n = skip_options(w, at, count);
	const char *value = option_value(at, n, 'n', "--adjustment");

	if (n > 1 && value == NULL && strspn(at[1] + 1, "0123456789") > 0)
		value = at[1] + 1;
	launch_set(l, w->name, value != NULL ? value : "", KEY_nice, value != NULL ? value : "10", "");
	return n;
}

/* ionice -c CLASS -n LEVEL: classes by number (ioprio_set(2)) or name */
static uint32_t
take_ionice(struct launch *l, const struct wrapper *w, const char *const *at, uint32_t count)
{
	static const char *const classes[] = { "none", "realtime", "best-effort", "idle" };
	uint32_t n = skip_options(w, at, count);
	const char *class = option_value(at, n, 'c', "--class"), *level = option_value(at, n, 'n', "--classdata");

	for (unsigned i = 1; class != NULL && i < sizeof classes / sizeof classes[0]; i++)
		if (class[0] == (char)('0' + i) || strcasecmp(class, classes[i]) == 0)
			launch_set(l, w->name, class, KEY_io_scheduling_class, classes[i], "");
	if (level != NULL)
		launch_set(l, w->name, level, KEY_io_scheduling_priority, level, "");
	return n;
}

/* taskset -c LIST; a mask is not read */
static uint32_t
take_taskset(struct launch *l, const struct wrapper *w, const char *const *at, uint32_t count)
{
	uint32_t n = skip_options(w, at, count);
	const char *list = option_value(at, n, 'c', "--cpu-list");

	if (list == NULL)
		return 0;
	launch_set(l, w->name, list, KEY_cpu_affinity, list, "");
	return n;
}

/* gosu USER[:GROUP] command */
static uint32_t
take_gosu(struct launch *l, const struct wrapper *w, const char *const *at, uint32_t count)
{
	uint32_t n = skip_options(w, at, count);
	struct arena *arena = l->import->arena;
	size_t length;

	if (n >= count)
		return 0;
	length = strcspn(at[n], ":");
	launch_part(l, w->name, "", FATE_IMPLIED, "", w->reason);
	launch_set(l, w->name, at[n], KEY_user, arena_copy(arena, at[n], length), "");
	if (at[n][length] == ':')
		launch_set(l, w->name, at[n], KEY_group, at[n] + length + 1, "");
	return n + 1;
}

/* poetry run command: kept, for it makes way by exec */
static uint32_t
keep_run(struct launch *l, const struct wrapper *w, const char *const *at, uint32_t count)
{
	uint32_t n = skip_options(w, at, count);

	if (n >= count || strcmp(at[n], "run") != 0)
		return 0;
	n += skip_options(w, at + n, count - n);
	for (uint32_t i = 0; i < n; i++)
		wordlist_add(&l->command, i == 0 && strchr(at[i], '/') != NULL ? draft_path(l->draft, at[i]) : at[i]);
	return n;
}

static uint32_t
keep(struct launch *l, const struct wrapper *w, const char *const *at, uint32_t count)
{
	uint32_t n = skip_options(w, at, count);

	if (strcmp(w->name, "newrelic-admin") == 0 && n < count)
		n++; /* run-program */
	for (uint32_t i = 0; i < n && i < count; i++)
		wordlist_add(&l->command, at[i]);
	return n;
}

/* conda run -p PREFIX command. It stays the parent of what it runs (conda/cli/main_run.py), as uv does. Where an environment
 * that is named (-n) lies, conda knows. */
static uint32_t
take_conda(struct launch *l, const struct wrapper *w, const char *const *at, uint32_t count)
{
	uint32_t n = skip_options(w, at, count), behind;
	const char *prefix, *name;

	if (n >= count || strcmp(at[n], "run") != 0)
		return 0;
	behind = skip_options(w, at + n, count - n);
	prefix = option_value(at + n, behind, 'p', "--prefix");
	name = option_value(at + n, behind, 'n', "--name");
	if (prefix == NULL && name == NULL)
		return 0;
	if (prefix == NULL)
		prefix = arena_printf(l->import->arena, "/%cprefix of conda's %s%c", HOLE_OPEN, name, HOLE_CLOSE);
	launch_set(l, w->name, "run", KEY_virtualenv, prefix,
		"conda run stays the parent of Gunicorn, which could not take its listeners over then: its environment "
		"is used "
		"without it, and what activating it runs (etc/conda/activate.d) is not");
	return n + behind;
}

static const char deploy[] = "it stays the parent of Gunicorn, which could not take its listeners over then: the "
			     "environment that it keeps is used "
			     "without it; bring it up to date when you deploy";

/* pdm run: its environment is .venv, as uv's. */
static uint32_t
take_venv(struct launch *l, const struct wrapper *w, const char *const *at, uint32_t count)
{
	uint32_t n = skip_options(w, at, count);

	if (n >= count || strcmp(at[n], "run") != 0)
		return 0;
	n += skip_options(w, at + n, count - n);
	launch_set(l, w->name, "run", KEY_virtualenv, draft_path(l->draft, ".venv"), deploy);
	return n;
}

/* uv stays the parent of what it runs (crates/uv/src/commands/project/run.rs waits for its child), so that the pid that
 * LISTEN_PID names would not be Gunicorn's: its environment is named instead. */
static uint32_t
take_uv(struct launch *l, const struct wrapper *w, const char *const *at, uint32_t count)
{
	static const char *const valued[] = { "--project", "--directory", "--with", "--extra", "--group", "--env-file",
		"--python", "--package", "--with-requirements", "--index-url", "--only-group", "--no-group" };
	uint32_t n = skip_options(w, at, count);
	const char *venv = draft_path(l->draft, ".venv");

	if (n >= count || strcmp(at[n], "run") != 0)
		return 0;
	for (n++; n < count && at[n][0] == '-'; n++) {
		bool has_value = false;

		if (strcmp(at[n], "--") == 0) {
			n++;
			break;
		}
		for (size_t i = 0; i < sizeof valued / sizeof valued[0]; i++)
			has_value = has_value || strcmp(at[n], valued[i]) == 0;
		if (n + 1 < count && (strcmp(at[n], "--project") == 0 || strcmp(at[n], "--directory") == 0))
			venv = draft_path(l->draft, arena_printf(l->import->arena, "%s/.venv", at[n + 1]));
		else
			launch_part(l, at[n], has_value && n + 1 < count ? at[n + 1] : "", FATE_LOST, "",
				"uv is not run: do this when "
				"you deploy (uv sync)");
		n += has_value || strcmp(at[n], "-p") == 0;
	}
	n = n < count ? n : count;
	launch_set(l, w->name, "run", KEY_virtualenv, venv,
		"uv run stays the parent of Gunicorn, which could not take its listeners over then: the environment "
		"that it keeps "
		"is used without it; bring it up to date when you deploy (uv sync)");
	return n;
}

static const char as_user[] = "user and group are set before the service is executed";
static const char is_init[] = "Bridle reaps and passes on no signals that it should not";

/* clang-format off */
static const struct wrapper wrappers[] = {
	{ "env",        "uC",    take_env,  FATE_IMPLIED, "a bare name is looked for in PATH" },
	{ "exec",       "a",     take_off,  FATE_IMPLIED, "no shell is in between" },
	{ "nohup",      "",      take_off,  FATE_IMPLIED, "there is no terminal to hang up" },
	{ "setsid",     "",      take_off,  FATE_IMPLIED, "each service is a session of its own" },
	{ "nice",       "n",     take_nice, FATE_KEPT,    "" },
	{ "ionice",     "cnp",   take_ionice, FATE_KEPT,  "" },
	{ "taskset",    "c",     take_taskset, FATE_KEPT, "" },
	{ "authbind",   "",      take_off,  FATE_IMPLIED, "Bridle binds, ports below 1024 as well" },
	{ "stdbuf",     "ioe",   take_off,  FATE_IMPLIED, "PYTHONUNBUFFERED=1 is set" },
	{ "unbuffer",   "",      take_off,  FATE_IMPLIED, "PYTHONUNBUFFERED=1 is set" },
	{ "tini",       "ep",    take_off,  FATE_IMPLIED, is_init },
	{ "dumb-init",  "r",     take_off,  FATE_IMPLIED, is_init },
	{ "sudo",       "ugCpTRD", take_sudo, FATE_IMPLIED, as_user },
	{ "runuser",    "ugG",   take_sudo, FATE_IMPLIED, as_user },
	{ "gosu",       "",      take_gosu, FATE_IMPLIED, as_user },
	{ "su-exec",    "",      take_gosu, FATE_IMPLIED, as_user },
	{ "setuidgid",  "",      take_gosu, FATE_IMPLIED, as_user },
	{ "s6-setuidgid", "",    take_gosu, FATE_IMPLIED, as_user },
	{ "poetry",     "CP",    keep_run,  FATE_KEPT,    "" },
	{ "pipenv",     "",      keep_run,  FATE_KEPT,    "" },
	{ "newrelic-admin", "",  keep,      FATE_KEPT,    "" },
	{ "ddtrace-run", "",     keep,      FATE_KEPT,    "" },
	{ "opentelemetry-instrument", "", keep, FATE_KEPT, "" },
	{ "uv",         "",      take_uv,   FATE_KEPT,    "" },
	{ "conda",      "npe",   take_conda, FATE_KEPT,   "" },
	{ "mamba",      "npe",   take_conda, FATE_KEPT,   "" },
	{ "micromamba", "npre",  take_conda, FATE_KEPT,   "" },
	{ "pdm",        "p",     take_venv, FATE_KEPT,    "" },
	{ "rye",        "p",     keep_run,  FATE_KEPT,    "" },
};
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
		if (at[i][1] != '-' && strchr(at[i], 'c') != NULL)
			return at[i + 1];
	return NULL;
}

/* su [-] USER -c LINE; NULL when it is not that */
static const char *
take_su(struct launch *l, const char *const *at, uint32_t count)
{
	const char *line = NULL, *user = "root";

	for (uint32_t i = 1; i < count; i++) {
		if (strcmp(at[i], "-c") == 0 && i + 1 < count)
			line = at[++i];
		else if (strcmp(at[i], "-s") == 0 || strcmp(at[i], "-g") == 0)
			i++;
		else if (at[i][0] != '-')
			user = at[i];
	}
	if (line != NULL)
		launch_set(l, "su", user, KEY_user, user, "");
	return line;
}

uint32_t
wrapper_take(struct launch *l, const char *const *at, uint32_t count, const char **shell)
{
	const char *base = launch_base(at[0]);

	*shell = strcmp(base, "su") == 0 ? take_su(l, at, count) : wrapper_shell_line(at, count);
	if (*shell != NULL) {
		launch_part(l, base, "-c", FATE_IMPLIED, "", "no shell is needed for it");
		return 0;
	}
	for (size_t i = 0; i < sizeof wrappers / sizeof wrappers[0]; i++)
		if (strcmp(wrappers[i].name, base) == 0)
			return wrappers[i].take(l, &wrappers[i], at, count);
	return 0;
}
