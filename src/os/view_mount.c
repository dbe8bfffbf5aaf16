/*
 * view_mount -- a view, as mounts that the child makes.
 *
 * First whatever is to stay as it is, or is to be seen elsewhere, is taken hold of (a detached copy of that part of the tree), and
 * what it is to be laid over is made where it is missing; then places are covered from above to below, and what was kept is
 * laid on top where it belongs. Each is a step of its own, so that the one that fails has its path in its words.
 */
#include "os/view.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/pathname.h"
#include "os/mountapi.h"
#include "os/view_deeds.h"

enum { FIRST_KEPT = 300 /* descriptors: above those of the listeners, and below every usual limit */ };

/* "a=b,c=d" as NUL-ended words a, b, c, d and an empty one. */
static void
split_options(char to[64], const char *options)
{
	memset(to, 0, 64);
	if (options == NULL)
		return;
	snprintf(to, 63, "%s", options);
	for (char *p = to; p < to + 62; p++)
		if (*p == '=' || *p == ',')
			*p = '\0';
}

static bool
add(struct steps *steps, step_take take, const struct view_work *with, const char *path, const char *to,
	const char *does, const char *what, struct err *err)
{
	size_t n = strlen(path) + 1, m = to != NULL ? strlen(to) + 1 : 0;
	struct view_work *w = malloc(sizeof *w + n + m);
	bool ok;

	if (w == NULL)
		return err_set(err, errno, "cannot keep '%s'", path);
	*w = *with;
	memcpy(w->path, path, n);
	if (m > 0)
		memcpy(w->path + n, to, m);
	ok = steps_add(steps, STEP_FIRST, take, w, sizeof *w + n + m, err, "%s '%s'%s", does, path, what);
	free(w);
	return ok;
}

/* What holds another comes before it: its path is the beginning of the other's. */
static int
by_path(const void *a, const void *b)
{
	const struct view_place *const *x = a, *const *y = b;

	return strcmp((*x)->path, (*y)->path);
}

/* What PLACE lies in: the deepest other place above it, or NULL. */
static const struct view_place *
place_above(const struct view *view, const struct view_place *place)
{
	const struct view_place *above = NULL;

	for (unsigned i = 0; i < view->count; i++)
		if (view->at[i] != place && pathname_is_below(place->path, view->at[i]->path) &&
			(above == NULL || strlen(view->at[i]->path) > strlen(above->path)))
			above = view->at[i];
	return above;
}

/* The directories that lead from what is empty above PLACE to it. */
static bool
add_way(const struct view *view, struct steps *steps, const struct view_place *place, struct err *err)
{
	const struct view_place *above = place_above(view, place);
	const struct view_work directory = { 0 }, last = { .is_file = place->is_file };
	char parent[PATH_MAX], name[PATH_MAX];
	size_t n;

	if (above == NULL || above->kind != VIEW_EMPTY)
		return true;
	for (const char *at = place->path + strlen(above->path); *at != '\0'; at += n) {
		n = 1 + strcspn(at + 1, "/");
		snprintf(parent, sizeof parent, "%.*s", (int)(at - place->path), place->path);
		snprintf(name, sizeof name, "%.*s", (int)n - 1, at + 1);
		if (!add(steps, view_take_directory, at[n] == '\0' ? &last : &directory, parent, name,
			    "make a place in", "", err))
			return false;
	}
	return true;
}

/* Where PLACE is outside: below the source of what it lies in; with ITSELF its own source, if it has one. */
static bool
find_origin(const struct view *view, const struct view_place *place, bool itself, char origin[PATH_MAX],
	struct err *err)
{
	const struct view_place *bound = NULL;
	const char *source, *rest;
	int n;

	for (unsigned i = 0; i < view->count; i++)
		if (view->at[i]->source[0] != '\0' && (itself || view->at[i] != place) &&
			pathname_is_below(place->path, view->at[i]->path) &&
			(bound == NULL || strlen(view->at[i]->path) > strlen(bound->path)))
			bound = view->at[i];
	source = bound == NULL || bound->source[1] == '\0' ? "" : bound->source;
	rest = bound == NULL ? place->path : place->path + strlen(bound->path);
	n = snprintf(origin, PATH_MAX, "%s%s", source[0] == '\0' && rest[0] == '\0' ? "/" : source, rest);
	return (n > 0 && n < PATH_MAX) || err_set(err, 0, "the path of what is seen at '%s' is too long", place->path);
}

/* Is something to be laid at P that need not be there: something from elsewhere, what is bare, or what is bound over? */
static bool
may_lack_place(const struct view_place *p, const struct view_place *above)
{
	if (above != NULL && above->kind >= VIEW_EMPTY)
		return false; /* places in it are made when it is there, or never */
	return p->bare ||
		(p->source[0] != '\0' &&
			(strcmp(p->source, p->path) != 0 || (above != NULL && above->source[0] != '\0')));
}

/* Is something bound to a place in P? */
static bool
is_ground(const struct view *view, const struct view_place *p)
{
	for (unsigned i = 0; i < view->count; i++)
		if (view->at[i] != p && view->at[i]->source[0] != '\0' && pathname_is_below(view->at[i]->path, p->path))
			return true;
	return false;
}

static bool
is_to_be_made(const struct view *view, const struct view_place *p, bool held)
{
	const struct view_place *above = place_above(view, p);

	/* it need not be there (/run/user, before anybody has logged in), but what is bound in it needs it */
	if (p->kind == VIEW_EMPTY && p->may_miss)
		return (above == NULL || above->kind < VIEW_EMPTY) && is_ground(view, p);
	return (held || p->bare) && may_lack_place(p, above);
}

/* Before anything is covered, for then it may be read-only. */
static bool
make_places(const struct view *view, struct steps *steps, const int kept[VIEW_PLACES], struct err *err)
{
	for (unsigned i = 0; i < view->count; i++) {
		const struct view_place *p = view->at[i];
		const struct view_work w = { .kept = kept[i], .is_file = p->is_file };
		char outside[PATH_MAX];

		if (!is_to_be_made(view, p, kept[i] >= 0))
			continue;
		if (!find_origin(view, p, false, outside, err) ||
			!add(steps, view_take_way, &w, outside, NULL, "make a place at", "", err))
			return false;
	}
	return true;
}

/* What was taken hold of, at its place. */
static bool
add_laying(const struct view *view, struct steps *steps, const struct view_place *p, const struct view_work *w,
	struct err *err)
{
	const char *what = p->kind == VIEW_READ_ONLY ? " in sight" : " as it is";
	bool is_bound = p->source[0] != '\0' && strcmp(p->source, p->path) != 0;

	return add_way(view, steps, p, err) &&
		add(steps, view_take_laying, w, p->path, NULL, is_bound ? "bind something to" : "keep",
			is_bound ? "" : what, err);
}

/* Does PLACE lie in something empty in which only what is bound is seen? */
static bool
is_out_of_sight(const struct view *view, const struct view_place *place)
{
	const struct view_place *ground = NULL;

	for (unsigned i = 0; i < view->count; i++)
		if (view->at[i] != place && (view->at[i]->kind == VIEW_EMPTY || view->at[i]->source[0] != '\0') &&
			pathname_is_below(place->path, view->at[i]->path) &&
			(ground == NULL || strlen(view->at[i]->path) > strlen(ground->path)))
			ground = view->at[i];
	return ground != NULL && ground->kind == VIEW_EMPTY && ground->bare && place->source[0] == '\0';
}

static bool
add_place(const struct view *view, struct steps *steps, const struct view_place *p, int kept, struct err *err)
{
	struct view_work w = { .kept = kept, .may_miss = p->may_miss, .type = "tmpfs" };

	/* what is not seen needs no cover, and there is nothing to lay one over */
	if (kept < 0 && (p->kind == VIEW_READ_ONLY || p->kind == VIEW_INACCESSIBLE) && is_out_of_sight(view, p))
		return true;
	split_options(w.options, p->options);
	switch (p->kind) {
	case VIEW_AS_IT_IS: return kept < 0 || add_laying(view, steps, p, &w, err);
	case VIEW_READ_ONLY:
		/* it may lie in what is empty, or have a source: then it was kept, and is read-only already */
		if (kept >= 0)
			return add_laying(view, steps, p, &w, err);
		return add(steps, view_take_read_only, &w, p->path, NULL, "make", " read-only", err);
	case VIEW_EMPTY:
		w.attributes = ATTR_NOSUID | (p->no_devices ? ATTR_NODEV : 0) | (p->no_exec ? ATTR_NOEXEC : 0);
		return add_way(view, steps, p, err) &&
			add(steps, view_take_fresh, &w, p->path, NULL, "make", " empty", err);
	case VIEW_INACCESSIBLE:
		split_options(w.options, "mode=0000,size=4096");
		w.attributes = ATTR_READ_ONLY | ATTR_NOSUID | ATTR_NODEV | ATTR_NOEXEC;
		return add(steps, view_take_away, &w, p->path, NULL, "take", " away", err);
	case VIEW_PROC:
		w.type = "proc";
		w.attributes = ATTR_NOSUID | ATTR_NODEV | ATTR_NOEXEC;
		return add(steps, view_take_fresh, &w, p->path, NULL, "mount", " anew", err);
	}
	return false;
}

/* Does PLACE lie in something empty? */
static bool
is_covered(const struct view *view, const struct view_place *place)
{
	for (unsigned i = 0; i < view->count; i++)
		if (view->at[i] != place && view->at[i]->kind == VIEW_EMPTY &&
			pathname_is_below(place->path, view->at[i]->path))
			return true;
	return false;
}

/* In the child all of them are open at once, each at a number that is known here already: the steps that lay them have
 * it. */
static bool
hold_all(const struct view *view, struct steps *steps, int kept[VIEW_PLACES], struct err *err)
{
	int next = FIRST_KEPT;

	for (unsigned i = 0; i < view->count; i++) {
		const struct view_place *p = view->at[i];
		const struct view_work w = { .kept = next,
			.attributes = p->kind == VIEW_READ_ONLY ? ATTR_READ_ONLY : 0,
			.may_miss = p->may_miss,
			.alone = p->alone };
		bool has_source = p->source[0] != '\0';
		char origin[PATH_MAX];

		kept[i] = -1;
		if (p->kind != VIEW_AS_IT_IS && (p->kind != VIEW_READ_ONLY || (!has_source && !is_covered(view, p))))
			continue;
		if (is_out_of_sight(view, p) || (p->may_miss && p->absent && !has_source))
			continue;
		if (next - FIRST_KEPT == VIEW_KEPT)
			return err_set(err, 0, "more than %d paths that stay as they are", VIEW_KEPT);
		if (!find_origin(view, p, true, origin, err) ||
			!add(steps, view_take_hold, &w, origin, NULL, "take hold of", "", err))
			return false;
		kept[i] = next++;
	}
	return true;
}

bool
view_mount(struct view *view, struct steps *steps, struct err *err)
{
	const struct view_work nothing = { 0 };
	int kept[VIEW_PLACES];

	qsort(view->at, view->count, sizeof(struct view_place *), by_path);
	if (!steps_add(steps, STEP_FIRST, view_take_slave, NULL, 0, err, "keep mounts apart") ||
		!hold_all(view, steps, kept, err) || !make_places(view, steps, kept, err))
		return false;
	for (unsigned i = 0; i < view->count; i++)
		if (!add_place(view, steps, view->at[i], kept[i], err))
			return false;
	for (unsigned i = 0; i < view->link_count; i++)
		if (!add(steps, view_take_link, &nothing, view->links[i].path, view->links[i].to, "make the link", "",
			    err))
			return false;
	for (unsigned i = 0; i < view->count; i++) {
		/* sealed last: places and links are made in what is empty */
		const struct view_work seal = { .may_miss = view->at[i]->may_miss };

		if (view->at[i]->sealed &&
			!add(steps, view_take_seal, &seal, view->at[i]->path, NULL, "make", " read-only", err))
			return false;
	}
	return true;
}
