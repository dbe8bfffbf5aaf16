/*
 * wrappers_env -- wrappers of the shell's own kind: variables, what a process is called, and environments that are activated.
 */
#include <string.h>

#include "import/hole.h"
#include "import/wrappers.h"
#include "wire/execline.h"

uint32_t
wrapper_take_env(struct launch *l, const struct wrapper *w, const char *const *at, uint32_t count)
{
	uint32_t n = wrapper_options(w, at, count);

	for (uint32_t i = 1; i < n; i++) {
		const char *unset = wrapper_first_value(at + i, n - i, 'u', "--unset");
		const char *directory = wrapper_first_value(at + i, n - i, 'C', "--chdir");

		if (wrapper_is_among("-i - --ignore-environment", at[i]))
			launch_set(l, "env", at[i], KEY_clear_environment, "yes", "");
		else if (unset != NULL)
			launch_set(l, "env -u", unset, KEY_unset_environment, draft_quote(l->import->arena, unset), "");
		else if (directory != NULL)
			launch_set(l, "-C", directory, KEY_directory, draft_path(l->draft, directory), "");
		else if (at[i][0] == '-' && strcmp(at[i], "--") != 0)
			launch_part(l, "env", at[i], FATE_LOST, "", "an option of env for which there is no key");
	}
	launch_part(l, "env", "", FATE_IMPLIED, "", w->reason);
	for (; n < count && wrapper_is_assignment(at[n]); n++)
		wrapper_assign(l, at[n]);
	return n;
}

/* The -S of env(1): a word that env itself splits. */
struct split {
	uint32_t option, behind; /* where it stands, and what follows it */
	char letters[8];         /* that stand before the S, as in -iS */
	const char *line;        /* NULL when there is none */
};

static struct split
find_split(const char *const *at, uint32_t count)
{
	for (uint32_t i = 1; i < count && at[i][0] == '-' && strcmp(at[i], "--") != 0; i++) {
		struct split split = { .option = i, .behind = i + 1 };
		size_t n = strspn(at[i] + 1, "i0v");

		if (strncmp(at[i], "--split-string", 14) == 0)
			split.line = at[i][14] == '=' ? at[i] + 15 : "";
		else if (at[i][1 + n] == 'S' && n < sizeof split.letters)
			split.line = at[i] + 2 + n;
		if (split.line == NULL) {
			i += wrapper_is_among("-u --unset -C --chdir", at[i]);
			continue;
		}
		if (split.line[0] == '\0')
			split.line = split.behind < count ? at[split.behind++] : NULL;
		if (strncmp(at[i], "--", 2) != 0)
			memcpy(split.letters, at[i] + 1, n);
		return split;
	}
	return (struct split){ .line = NULL };
}

/* Of a shell env knows quotes, backslashes and ${NAME} alone: what a shell would do more with is left to env. */
const char *
wrapper_split_line(struct launch *l, const char *const *at, uint32_t count)
{
	struct arena *arena = l->import->arena;
	struct split split = find_split(at, count);

	if (split.line == NULL || strpbrk(split.line, ";&|<>()`*?[#~!") != NULL)
		return NULL;
	return arena_printf(arena, "env %s %s%s %s %s", launch_quote(arena, at + 1, split.option - 1),
		split.letters[0] != '\0' ? "-" : "", split.letters, split.line,
		launch_quote(arena, at + split.behind, count - split.behind));
}

/* exec [-cl] [-a NAME] command (bash(1)) */
uint32_t
wrapper_take_exec(struct launch *l, const struct wrapper *w, const char *const *at, uint32_t count)
{
	uint32_t n = wrapper_options(w, at, count);
	const char *name = wrapper_value(at, n, 'a', "-a");

	launch_part(l, w->name, "", FATE_IMPLIED, "", w->reason);
	/* execve(2), Interpreter scripts: the name that was given is replaced */
	if (name != NULL && n < count && launch_is_python(at[n]))
		launch_part(l, "exec -a", name, FATE_LOST, "", "ps shows its program instead: proc_name changes that");
	else if (name != NULL)
		launch_part(l, "exec -a", name, FATE_MEANINGLESS, "",
			"Gunicorn is a script, and the kernel puts its Python in the place of that name: proc_name changes "
			"what ps shows");
	for (uint32_t i = 1; i < n; i++) {
		if (at[i][0] != '-' || at[i][1] == 'a')
			continue;
		if (strchr(at[i], 'c') != NULL)
			launch_set(l, "exec -c", "", KEY_clear_environment, "yes", "");
		if (strchr(at[i], 'l') != NULL)
			launch_part(l, "exec -l", "", FATE_MEANINGLESS, "", "it is for shells");
	}
	return n;
}

/* ---- environments ---- */

static const char conda_note[] = "what activating it runs (etc/conda/activate.d) is not run";

/* NAME of conda: a path, or what only conda knows the place of. */
static void
set_conda(struct launch *l, const char *shown, const char *name)
{
	const char *prefix = strchr(name, '/') != NULL ?
		draft_path(l->draft, name) :
		arena_printf(l->import->arena, "/%cprefix of conda's %s%c", HOLE_OPEN, name, HOLE_CLOSE);

	launch_set(l, shown, name, KEY_virtualenv, prefix, conda_note);
}

void
wrapper_activate(struct launch *l, const char *path, const char *name)
{
	struct arena *arena = l->import->arena;
	const char *filled = hole_fill(arena, path, &l->draft->variables, NULL);
	const char *bin = strstr(filled, "/bin/activate");

	if (name != NULL)
		set_conda(l, "source", name);
	else if (bin == NULL)
		launch_part(l, "source", path, FATE_LOST, "",
			"not the bin/activate of a virtual environment: set virtualenv");
	else
		launch_set(l, "source", path, KEY_virtualenv,
			draft_path(l->draft, arena_copy(arena, filled, (size_t)(bin - filled))), "");
}

bool
wrapper_activate_by_name(struct launch *l, const char *const *at, uint32_t count)
{
	if (count != 3 || !wrapper_is_among("conda mamba micromamba", at[0]) || strcmp(at[1], "activate") != 0)
		return false;
	set_conda(l, arena_printf(l->import->arena, "%s activate", at[0]), at[2]);
	return true;
}
