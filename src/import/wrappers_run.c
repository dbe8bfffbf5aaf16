/*
 * wrappers_run -- wrappers that make an environment for what they run. What makes way for it by exec stays in front; what stays its
 * parent cannot, for LISTEN_PID would not be Gunicorn's: what it makes is named by a key, or it is said what is missing.
 */
#include <string.h>

#include "import/hole.h"
#include "import/wrappers.h"
#include "wire/execline.h"

static const char deploy[] = "it stays the parent of Gunicorn, which could not take its listeners over then: the "
			     "environment that it keeps is used "
			     "without it; bring it up to date when you deploy";

/* ---- what stays in front ---- */

/* N words of AT. */
static uint32_t
keep_words(struct launch *l, const char *const *at, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		wordlist_add(&l->command, i == 0 && strchr(at[i], '/') != NULL ? draft_path(l->draft, at[i]) : at[i]);
	return n;
}

/* poetry run command: kept, for it makes way by exec */
uint32_t
wrapper_take_keep_run(struct launch *l, const struct wrapper *w, const char *const *at, uint32_t count)
{
	uint32_t n = wrapper_options(w, at, count);

	if (n >= count || strcmp(at[n], "run") != 0)
		return 0;
	return keep_words(l, at, n + wrapper_options(w, at + n, count - n));
}

uint32_t
wrapper_take_keep(struct launch *l, const struct wrapper *w, const char *const *at, uint32_t count)
{
	uint32_t n = wrapper_options(w, at, count);

	if (strncmp(w->name, "newrelic", 8) == 0 && n < count)
		n++; /* run-program, or run-python, which -m may follow */
	return keep_words(l, at, n);
}

/* opentelemetry-instrument --traces_exporter otlp command: every option has a value (opentelemetry-instrumentation's
 * auto_instrumentation, made of its variables). */
uint32_t
wrapper_take_keep_valued(struct launch *l, const struct wrapper *w, const char *const *at, uint32_t count)
{
	uint32_t n = 1;

	(void)w;
	while (n < count && at[n][0] == '-')
		n += strchr(at[n], '=') == NULL ? 2 : 1;
	return n < count ? keep_words(l, at, n) : 0;
}

/* mise exec python@3.12 -- command, chamber exec web -- command: both make way by exec */
uint32_t
wrapper_take_keep_to_dashes(struct launch *l, const struct wrapper *w, const char *const *at, uint32_t count)
{
	(void)w;
	for (uint32_t i = 1; i + 1 < count; i++)
		if (strcmp(at[i], "--") == 0)
			return keep_words(l, at, i + 1);
	return 0;
}

/* envdir DIRECTORY command, direnv exec DIRECTORY command: the same */
uint32_t
wrapper_take_keep_directory(struct launch *l, const struct wrapper *w, const char *const *at, uint32_t count)
{
	uint32_t n = wrapper_options(w, at, count) + (strcmp(w->name, "direnv") == 0);

	return n + 1 < count ? keep_words(l, at, n + 1) : 0;
}

/* ---- what is named by a key ---- */

/* conda run -p PREFIX command. It stays the parent of what it runs (conda/cli/main_run.py), as uv does. Where an environment
 * that is named (-n) lies, conda knows. */
uint32_t
wrapper_take_conda(struct launch *l, const struct wrapper *w, const char *const *at, uint32_t count)
{
	uint32_t n = wrapper_options(w, at, count), behind;
	const char *prefix, *name;

	if (n >= count || strcmp(at[n], "run") != 0)
		return 0;
	behind = wrapper_options(w, at + n, count - n);
	prefix = wrapper_value(at + n, behind, 'p', "--prefix");
	name = wrapper_value(at + n, behind, 'n', "--name");
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

/* pdm run: its environment is .venv of the project, as uv's, or one that it keeps elsewhere under a name. */
uint32_t
wrapper_take_pdm(struct launch *l, const struct wrapper *w, const char *const *at, uint32_t count)
{
	uint32_t n = wrapper_options(w, at, count);
	struct arena *arena = l->import->arena;
	const char *project, *name;

	if (n >= count || strcmp(at[n], "run") != 0)
		return 0;
	n += wrapper_options(w, at + n, count - n);
	project = wrapper_value(at, n, 'p', "--project");
	name = wrapper_value(at, n, 0, "--venv");
	launch_set(l, w->name, "run", KEY_virtualenv,
		name != NULL ? arena_printf(arena, "/%cwhat pdm venv --path %s prints%c", HOLE_OPEN, name, HOLE_CLOSE) :
			       draft_path(l->draft,
				       arena_printf(arena, "%s%s.venv", project != NULL ? project : "",
					       project != NULL ? "/" : "")),
		deploy);
	return n;
}

/* pixi run: below the directory of its manifest, .pixi/envs/NAME */
uint32_t
wrapper_take_pixi(struct launch *l, const struct wrapper *w, const char *const *at, uint32_t count)
{
	uint32_t n = wrapper_options(w, at, count), behind;
	const char *name, *manifest;
	struct arena *arena = l->import->arena;

	if (n >= count || strcmp(at[n], "run") != 0)
		return 0;
	behind = wrapper_options(w, at + n, count - n);
	name = wrapper_value(at + n, behind, 'e', "--environment");
	manifest = wrapper_value(at + n, behind, 0, "--manifest-path");
	if (manifest != NULL && strrchr(manifest, '/') != NULL)
		manifest = arena_copy(arena, manifest, (size_t)(strrchr(manifest, '/') + 1 - manifest));
	launch_set(l, w->name, "run", KEY_virtualenv,
		draft_path(l->draft,
			arena_printf(arena, "%s.pixi/envs/%s", manifest != NULL ? manifest : "",
				name != NULL ? name : "default")),
		deploy);
	return n + behind;
}

/* hatch run command, hatch run NAME:command. Where its environments lie, hatch knows. */
uint32_t
wrapper_take_hatch(struct launch *l, const struct wrapper *w, const char *const *at, uint32_t count)
{
	uint32_t n = wrapper_options(w, at, count);
	struct arena *arena = l->import->arena;
	const char *name = wrapper_value(at, n, 'e', "--env");

	if (n + 1 >= count || strcmp(at[n], "run") != 0 || strchr(at[n + 1], ':') != NULL)
		return 0;
	launch_set(l, w->name, "run", KEY_virtualenv,
		arena_printf(arena, "/%cwhat hatch env find %s prints%c", HOLE_OPEN, name != NULL ? name : "default",
			HOLE_CLOSE),
		deploy);
	return n + 1;
}

/* doppler run -- command, and its like: parents, which fetch what is secret when the service is started. */
uint32_t
wrapper_take_secrets(struct launch *l, const struct wrapper *w, const char *const *at, uint32_t count)
{
	uint32_t n = wrapper_options(w, at, count);
	struct arena *arena = l->import->arena;

	if (n >= count || strcmp(at[n], "run") != 0)
		return 0;
	launch_part(l, w->name, "run", FATE_LOST, "",
		arena_printf(arena,
			"it stays the parent of Gunicorn, which could not take its listeners over then, so it is not run, and the "
			"variables that it fetches are not set: have them written to a file (%s), and name that in environment_file",
			w->reason));
	return n + wrapper_options(w, at + n, count - n);
}

void
wrapper_set_file(struct launch *l, const char *shown, const char *file, const char *may_miss)
{
	struct arena *arena = l->import->arena;
	const char *path = arena_printf(arena, "%s%s", may_miss, draft_path(l->draft, file != NULL ? file : ".env"));

	launch_set(l, shown, file != NULL ? file : "", KEY_environment_file, draft_quote(arena, path),
		"read as systemd reads such files: $NAME in it is not replaced");
}

/* dotenv [-f FILE] run command, dotenv -e FILE -- command */
uint32_t
wrapper_take_dotenv(struct launch *l, const struct wrapper *w, const char *const *at, uint32_t count)
{
	uint32_t n = wrapper_options(w, at, count);
	const char *file = wrapper_value(at, n, 'f', "--file");

	if (file == NULL)
		file = wrapper_value(at, n, 'e', "--env");
	wrapper_set_file(l, w->name, file, "");
	if (n < count && strcmp(at[n], "run") == 0)
		n += wrapper_options(w, at + n, count - n);
	return n;
}

/* honcho run command; `start` is for the Procfile itself */
uint32_t
wrapper_take_honcho(struct launch *l, const struct wrapper *w, const char *const *at, uint32_t count)
{
	uint32_t n = wrapper_options(w, at, count), behind;

	if (n >= count || strcmp(at[n], "run") != 0)
		return 0;
	behind = wrapper_options(w, at + n, count - n);
	wrapper_set_file(l, w->name, wrapper_value(at, n + behind, 'e', "--env"), "-");
	return n + behind;
}

/* wait-for-it.sh db:5432 -t 30 -- command: still waited for, before each start. Without --strict, its failure is none. */
uint32_t
wrapper_take_wait(struct launch *l, const struct wrapper *w, const char *const *at, uint32_t count)
{
	struct arena *arena = l->import->arena;
	uint32_t n = 1;
	const char *ignored;

	while (n < count && strcmp(at[n], "--") != 0)
		n++;
	if (n + 1 >= count)
		return 0;
	ignored = wrapper_has(at, n, "--strict") || wrapper_has(at, n, "-s") ? "" : "-";
	launch_set(l, w->name, "", KEY_exec_start_pre,
		arena_printf(arena, "%s%s %s", ignored,
			draft_quote(arena, strchr(at[0], '/') != NULL ? draft_path(l->draft, at[0]) : at[0]),
			launch_quote(arena, at + 1, n - 1)),
		"");
	return n + 1;
}
