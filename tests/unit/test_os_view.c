/* view: places and links, mounts in a namespace of a child's own, and the same by Landlock. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/abilities.h"
#include "os/confine.h"
#include "os/landlock.h"
#include "os/view.h"
#include "scratch.h"

enum { STRANGER = 4330, NOT_LOOKED_AT = -1 };

static void
make_file(const struct scratch *s, const char *name)
{
	int fd = open(scratch_path(s, name), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	assert_true(fd >= 0 && write(fd, "seen\n", 5) == 5 && close(fd) == 0);
}

static void
make_directory(const struct scratch *s, const char *name)
{
	assert_int_equal(mkdir(scratch_path(s, name), 0755), 0);
}

/* Ours and root's links are followed where nobody else could have made them; a stranger's is left, and with it the rest. */
static void
links_are_followed_where_they_can_be_trusted(void **state)
{
	struct scratch s;
	char resolved[PATH_MAX];

	(void)state;
	scratch_make(&s);
	make_directory(&s, "real");
	make_directory(&s, "open");
	assert_int_equal(chmod(scratch_path(&s, "open"), 0777), 0);
	assert_int_equal(symlink("real", scratch_path(&s, "link")), 0);
	assert_int_equal(symlink("../real", scratch_path(&s, "open/link")), 0);
	assert_int_equal(symlink("loop", scratch_path(&s, "loop")), 0);
	view_resolve(scratch_path(&s, "link/x/./y/../z"), resolved);
	assert_string_equal(resolved, scratch_path(&s, "real/x/z"));
	view_resolve(scratch_path(&s, "open/link/x"), resolved); /* anybody could have put it there */
	assert_string_equal(resolved, scratch_path(&s, "open/link/x"));
	view_resolve(scratch_path(&s, "loop/x"), resolved);
	assert_string_equal(resolved, scratch_path(&s, "loop/x"));
	view_resolve("//", resolved);
	assert_string_equal(resolved, "/");
	if (geteuid() == 0) {
		assert_int_equal(symlink("real", scratch_path(&s, "theirs")), 0);
		assert_int_equal(lchown(scratch_path(&s, "theirs"), STRANGER, STRANGER), 0);
		view_resolve(scratch_path(&s, "theirs/x"), resolved);
		assert_string_equal(resolved, scratch_path(&s, "theirs/x"));
	}
	scratch_remove(&s);
}

static void
the_same_place_twice_is_the_stricter(void **state)
{
	struct view *view = calloc(1, sizeof *view);
	struct err err;

	(void)state;
	assert_true(view_add(view, VIEW_READ_ONLY, "/usr", false, NULL, &err));
	assert_true(view_add(view, VIEW_AS_IT_IS, "/usr", false, NULL, &err));
	assert_true(view_add(view, VIEW_AS_IT_IS, "/nowhere", true, NULL, &err));
	assert_int_equal(view->count, 1);
	assert_int_equal(view->at[0]->kind, VIEW_READ_ONLY);
	assert_ptr_equal(view_find(view, "/usr/lib"), view->at[0]);
	assert_null(view_find(view, "/etc"));
	view_release(view);
	free(view);
}

/* What is bound wins over what is to be empty, not over what is taken away; another source for the same place is a mistake. */
static void
what_is_bound_has_one_source(void **state)
{
	struct view *view = calloc(1, sizeof *view);
	struct err err;

	(void)state;
	assert_true(view_add(view, VIEW_EMPTY, "/srv", false, "mode=0755", &err));
	assert_true(view_bind(view, VIEW_AS_IT_IS, "/usr", "/srv", false, true, &err));
	assert_true(view_bind(view, VIEW_READ_ONLY, "/usr", "/srv/", false, false, &err));
	assert_true(view_bind(view, VIEW_AS_IT_IS, "/nowhere", "/opt", true, false, &err));
	assert_int_equal(view->count, 1);
	assert_int_equal(view->at[0]->kind, VIEW_READ_ONLY);
	assert_string_equal(view->at[0]->source, "/usr");
	assert_false(view->at[0]->alone);
	assert_true(view_add(view, VIEW_EMPTY, "/srv", false, NULL, &err));
	assert_int_equal(view->at[0]->kind, VIEW_READ_ONLY);
	assert_true(view_add(view, VIEW_INACCESSIBLE, "/srv", false, NULL, &err));
	assert_int_equal(view->at[0]->kind, VIEW_INACCESSIBLE);
	assert_false(view_bind(view, VIEW_AS_IT_IS, "/etc", "/srv", false, false, &err));
	assert_string_equal(err.text, "'/usr' and '/etc' are both to be seen at '/srv'");
	view_release(view);
	free(view);
}

/* By whatever name: a tmpfs over it would not be seen, and everything else would. */
static void
nothing_is_laid_over_root(void **state)
{
	static const char *const names[] = { "/", "/.", "/var/..", "//" };
	struct view *view = calloc(1, sizeof *view);

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct err err = { 0 };

		assert_false(view_empty(view, names[i], "mode=0755", false, false, &err));
		assert_non_null(strstr(err.text, "is / itself"));
		assert_false(view_bind(view, VIEW_AS_IT_IS, "/usr", names[i], false, false, &err));
	}
	assert_int_equal(view->count, 0);
	free(view);
}

/* What a service is to see: data read-only but for data/mine, hidden and secret gone, and blank empty but for blank/kept. */
static struct view *
make_view(const struct scratch *s)
{
	struct view *view = calloc(1, sizeof *view);
	struct err err;

	for (size_t i = 0; i < 5; i++)
		make_directory(s, (const char *const[]){ "data", "data/mine", "hidden", "blank", "blank/kept" }[i]);
	for (size_t i = 0; i < 5; i++)
		make_file(s, (const char *const[]){ "data/f", "data/mine/f", "hidden/f", "secret", "blank/f" }[i]);
	make_file(s, "blank/kept/f");
	assert_true(view_add(view, VIEW_READ_ONLY, scratch_path(s, "data"), false, NULL, &err));
	assert_true(view_add(view, VIEW_AS_IT_IS, scratch_path(s, "data/mine"), false, NULL, &err));
	assert_true(view_add(view, VIEW_INACCESSIBLE, scratch_path(s, "hidden"), false, NULL, &err));
	assert_true(view_add(view, VIEW_INACCESSIBLE, scratch_path(s, "secret"), false, NULL, &err));
	assert_true(view_add(view, VIEW_EMPTY, scratch_path(s, "blank"), false, "mode=0755", &err));
	assert_true(view_add(view, VIEW_AS_IT_IS, scratch_path(s, "blank/kept"), false, NULL, &err));
	return view;
}

/* Where there are mounts: `far` in a new place of blank, a file of it in another, and all of it read-only over data/other, but
 * for its part far/mine. In bare, which is empty and read-only, `far` and a place to write to are seen, but not what it has. */
static void
bind_more(struct view *view, const struct scratch *s)
{
	char far[PATH_MAX], file[PATH_MAX];
	struct err err;

	for (size_t i = 0; i < 6; i++)
		make_directory(s, (const char *const[]){ "far", "far/mine", "data/other", "bare", "bare/kept", "bare/shown" }[i]);
	for (size_t i = 0; i < 5; i++)
		make_file(s, (const char *const[]){ "far/f", "far/mine/f", "data/other/own", "bare/kept/f", "bare/secret" }[i]);
	snprintf(far, sizeof far, "%s", scratch_path(s, "far"));
	snprintf(file, sizeof file, "%s", scratch_path(s, "far/f"));
	assert_true(view_bind(view, VIEW_AS_IT_IS, far, scratch_path(s, "blank/new/place"), false, false, &err));
	assert_true(view_bind(view, VIEW_READ_ONLY, file, scratch_path(s, "blank/one"), false, false, &err));
	assert_true(view_bind(view, VIEW_READ_ONLY, far, scratch_path(s, "data/other"), false, false, &err));
	assert_true(view_add(view, VIEW_AS_IT_IS, scratch_path(s, "data/other/mine"), false, NULL, &err));
	assert_true(view_empty(view, scratch_path(s, "bare"), "mode=0755", true, true, &err));
	assert_true(view_add(view, VIEW_AS_IT_IS, scratch_path(s, "bare/kept"), true, NULL, &err));
	assert_true(view_add(view, VIEW_READ_ONLY, scratch_path(s, "bare/shown"), false, NULL, &err));
	assert_true(view_add(view, VIEW_INACCESSIBLE, scratch_path(s, "bare/secret"), false, NULL, &err));
	assert_true(view_bind(view, VIEW_AS_IT_IS, far, scratch_path(s, "bare/a/b"), false, false, &err));
	assert_true(view_empty(view, scratch_path(s, "bare/in/it"), "mode=0755", false, false, &err));
	/* neither is there, and in one of them something is to be seen */
	assert_true(view_add(view, VIEW_EMPTY, scratch_path(s, "absent/empty"), true, "mode=0755", &err));
	assert_true(view_add(view, VIEW_EMPTY, scratch_path(s, "unused"), true, "mode=0755", &err));
	assert_true(view_bind(view, VIEW_AS_IT_IS, far, scratch_path(s, "absent/empty/a/b"), false, false, &err));
}

static int
opens(const struct scratch *s, const char *name, int flags)
{
	int fd = open(scratch_path(s, name), flags | O_CLOEXEC, 0644);
	int error = fd < 0 ? errno : 0;

	if (fd >= 0)
		close(fd);
	return error;
}

/* 0, or the number of what is wrong. MOUNTS: by mounts; by Landlock what is covered cannot be opened, but is there. */
static int
look_around(const struct scratch *s, bool mounts)
{
	const struct {
		const char *name;
		int flags, by_mounts, by_landlock;
	} cases[] = {
		{ "data/f", O_RDONLY, 0, 0 },
		{ "data/f", O_WRONLY, EROFS, EACCES },
		{ "data/new", O_WRONLY | O_CREAT, EROFS, EACCES },
		{ "data/mine/f", O_WRONLY, 0, 0 },
		{ "data/mine/new", O_WRONLY | O_CREAT, 0, 0 },
		{ "hidden/f", O_RDONLY, ENOENT, EACCES },
		{ "secret", O_RDONLY, EACCES, EACCES },
		{ "blank/f", O_RDONLY, ENOENT, EACCES },
		{ "blank/kept/f", O_WRONLY, 0, 0 },
		{ "blank/new/place/f", O_WRONLY, 0, NOT_LOOKED_AT },
		{ "blank/one", O_RDONLY, 0, NOT_LOOKED_AT },
		{ "blank/one", O_WRONLY, EROFS, NOT_LOOKED_AT },
		{ "data/other/own", O_RDONLY, ENOENT, NOT_LOOKED_AT },
		{ "data/other/f", O_RDONLY, 0, NOT_LOOKED_AT },
		{ "data/other/f", O_WRONLY, EROFS, NOT_LOOKED_AT },
		{ "data/other/mine/f", O_WRONLY, 0, NOT_LOOKED_AT },
		{ "bare/new", O_WRONLY | O_CREAT, EROFS, NOT_LOOKED_AT },
		{ "bare/kept/f", O_RDONLY, ENOENT, NOT_LOOKED_AT },
		{ "bare/shown", O_RDONLY, ENOENT, NOT_LOOKED_AT },
		{ "bare/secret", O_RDONLY, ENOENT, NOT_LOOKED_AT },
		{ "bare/a/b/f", O_WRONLY, 0, NOT_LOOKED_AT },
		{ "bare/in/it/new", O_WRONLY | O_CREAT, 0, NOT_LOOKED_AT },
		{ "absent/empty/a/b/f", O_WRONLY, 0, NOT_LOOKED_AT },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int error = opens(s, cases[i].name, cases[i].flags);

		if (!mounts && cases[i].by_landlock == NOT_LOOKED_AT)
			continue;
		if (error != (mounts ? cases[i].by_mounts : cases[i].by_landlock)) {
			fprintf(stderr, "%s: %s\n", cases[i].name, strerror(error));
			return (int)i + 1;
		}
	}
	return 0;
}

static int
in_child(struct steps *steps, enum step_phase phase, const struct scratch *s, bool mounts)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		const struct child_step *failed = steps_take(steps, phase);

		if (failed != NULL)
			fprintf(stderr, "cannot %s: %s\n", failed->words, strerror(errno));
		_exit(failed != NULL ? 99 : look_around(s, mounts));
	}
	waitpid(pid, &status, 0);
	steps_release(steps);
	return status;
}

static void
mounts_give_the_view(void **state)
{
	struct steps steps = { 0 };
	struct abilities can;
	struct scratch s;
	struct view *view;
	struct err err;
	int status;

	(void)state;
	abilities_look(&can);
	if (!can.mounts && !can.user_namespaces) {
		print_message("no mount namespace here\n");
		skip();
	}
	scratch_make(&s);
	view = make_view(&s);
	bind_more(view, &s);
	assert_true(can.mounts ? confine_namespaces(&steps, CLONE_NEWNS, &err) :
				 confine_user_namespace(&steps, CLONE_NEWNS, geteuid(), getegid(), &err));
	assert_true(view_mount(view, &steps, &err));
	status = in_child(&steps, STEP_FIRST, &s, true);
	assert_int_equal(access(scratch_path(&s, "absent/empty"), F_OK), 0);
	assert_int_equal(access(scratch_path(&s, "absent/empty/a"), F_OK), -1);
	assert_int_equal(access(scratch_path(&s, "unused"), F_OK), -1);
	view_release(view);
	free(view);
	scratch_remove(&s);
	assert_int_equal(status, 0);
}

static void
landlock_gives_the_view(void **state)
{
	struct steps steps = { 0 };
	struct scratch s;
	struct view *view;
	struct err err;
	int status;

	(void)state;
	if (landlock_version() == 0) {
		print_message("no Landlock here\n");
		skip();
	}
	scratch_make(&s);
	view = make_view(&s);
	assert_true(confine_no_new_privileges(&steps, &err) && landlock_add(view, landlock_version(), &steps, &err));
	status = in_child(&steps, STEP_LAST, &s, false);
	view_release(view);
	free(view);
	scratch_remove(&s);
	assert_int_equal(status, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(links_are_followed_where_they_can_be_trusted),
		cmocka_unit_test(the_same_place_twice_is_the_stricter),
		cmocka_unit_test(what_is_bound_has_one_source),
		cmocka_unit_test(nothing_is_laid_over_root),
		cmocka_unit_test(mounts_give_the_view),
		cmocka_unit_test(landlock_gives_the_view),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
