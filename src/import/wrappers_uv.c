/*
 * wrappers_uv -- "uv run gunicorn": what its many options come to where uv is not run.
 */
#include <string.h>

#include "import/hole.h"
#include "import/wrappers.h"
#include "wire/execline.h"

enum uv_option { UV_INSTALLS, UV_LEAVES, UV_MOVES, UV_PROJECT, UV_FILE };

static const struct {
	const char *names; /* parted by blanks; those with a value */
	enum uv_option option;
} uv_valued[] = {
	{ "--directory", UV_MOVES },
	{ "--project", UV_PROJECT },
	{ "--env-file", UV_FILE },
	{ "-w --with --with-editable --with-requirements --extra --no-extra --group --no-group --only-group --package "
	  "-p --python --index --default-index -i --index-url --extra-index-url -f --find-links -P --upgrade-package "
	  "-C --config-setting --cache-dir --color --config-file --link-mode --resolution --prerelease --exclude-newer",
		UV_INSTALLS },
};

static const char uv_leaves[] = "--no-sync --frozen --offline --no-env-file -q --quiet -v --verbose --no-progress";

/* What is looked at when all options are known: --directory counts before the others, wherever it stands. */
struct uv_run {
	const char *project;
	struct wordlist files;
};

/* What the option of uv run at AT, the first of COUNT words, comes to. Returns how many words it is. */
static uint32_t
take_uv_option(struct launch *l, const char *const *at, uint32_t count, struct uv_run *run)
{
	struct arena *arena = l->import->arena;
	size_t n = strcspn(at[0], "=");
	const char *name = arena_copy(arena, at[0], n), *value = at[0][n] == '=' ? at[0] + n + 1 : NULL;
	enum uv_option option = wrapper_is_among(uv_leaves, name) ? UV_LEAVES : UV_INSTALLS;
	uint32_t used = 1;

	for (size_t i = 0; i < sizeof uv_valued / sizeof uv_valued[0]; i++) {
		if (!wrapper_is_among(uv_valued[i].names, name))
			continue;
		option = uv_valued[i].option;
		if (value == NULL && count > 1)
			value = at[used++];
	}
	value = value != NULL ? value : "";
	switch (option) {
	case UV_INSTALLS:
		launch_part(l, name, value, FATE_LOST, "",
			"uv is not run, and installs nothing at a start: what this asks for must be in the environment (uv "
			"sync, when you deploy)");
		break;
	case UV_LEAVES:
		launch_part(l, name, value, FATE_IMPLIED, "",
			"the environment is used as it is, and nothing is installed");
		break;
	case UV_MOVES:
		if (launch_set(l, name, value, KEY_directory, draft_path(l->draft, value), ""))
			l->draft->directory = draft_path(l->draft, value);
		break;
	case UV_PROJECT:
		run->project = value;
		launch_part(l, name, value, FATE_KEPT, "virtualenv", "");
		break;
	case UV_FILE: wordlist_add(&run->files, value); break;
	}
	return used;
}

/* Where the environment of PROJECT is: in .venv, unless a variable of uv says otherwise. */
static const char *
environment_of(struct launch *l, const char *project)
{
	struct arena *arena = l->import->arena;
	const char *variable = arena_printf(arena, "%c$UV_PROJECT_ENVIRONMENT%c", HOLE_OPEN, HOLE_CLOSE);
	const char *name = hole_fill(arena, variable, &l->draft->variables, NULL);

	if (hole_is_in(name))
		name = ".venv";
	if (project[0] != '\0' && name[0] != '/')
		name = arena_printf(arena, "%s/%s", project, name);
	return draft_path(l->draft, name);
}

/* uv stays the parent of what it runs (crates/uv/src/commands/project/run.rs waits for its child), so that the pid that
 * LISTEN_PID names would not be Gunicorn's: its environment is named instead. */
uint32_t
wrapper_take_uv(struct launch *l, const struct wrapper *w, const char *const *at, uint32_t count)
{
	struct uv_run run = { .project = "", .files.arena = l->import->arena };
	bool runs = false;
	uint32_t n = 1;

	while (n < count && (at[n][0] == '-' || (!runs && strcmp(at[n], "run") == 0))) {
		if (wrapper_is_among("-m --module --", at[n]))
			break;
		if (at[n][0] == '-')
			n += take_uv_option(l, at + n, count - n, &run);
		else
			runs = at[n++] != NULL;
	}
	if (!runs || n >= count)
		return 0;
	for (uint32_t i = 0; i < run.files.count; i++)
		wrapper_set_file(l, "--env-file", run.files.at[i], "");
	launch_set(l, w->name, "run", KEY_virtualenv, environment_of(l, run.project),
		"uv run stays the parent of Gunicorn, which could not take its listeners over then: the environment "
		"that it keeps is used without it; bring it up to date when you deploy (uv sync)");
	if (wrapper_is_among("-m --module", at[n]))
		wordlist_add(&l->command, "python");
	/* the long form is uv's own: Python knows the short one only */
	if (strcmp(at[n], "--module") == 0)
		wordlist_add(&l->command, "-m");
	return n + wrapper_is_among("-- --module", at[n]);
}
