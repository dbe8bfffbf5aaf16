/*
 * plan_making -- what plan_sandbox.c and plan_paths.c share.
 */
#ifndef BRIDLE_SUPERVISOR_PLAN_MAKING_H
#define BRIDLE_SUPERVISOR_PLAN_MAKING_H

#include "base/text.h"
#include "os/abilities.h"
#include "os/view.h"
#include "sandbox/filter.h"
#include "supervisor/plan.h"

/* How paths are given. */
enum way { WAY_NONE, WAY_MOUNTS, WAY_USER_NAMESPACE, WAY_LANDLOCK };

struct making {
	struct plan *plan;
	const struct conf_service *s;
	const char *run_dir;
	struct abilities can;
	enum way way;
	struct view *view;
	struct filter_wishes filter;
	uint32_t namespaces; /* CLONE_NEW* */
	bool has_users;      /* a user namespace is among them */
	uint64_t bounding;   /* what stays in it */
	char proc[64];       /* options of /proc */
	enum page_withheld first_withheld;
	const char *why; /* NULL: nothing is withheld */
};

/* KEY is asked for and cannot be given, because of WHY, a constant string. */
void plan_cannot(struct making *m, enum page_withheld key, const char *why);

static inline bool
is_on(conf_boolean switched)
{
	return switched == 1;
}

/* Whether S has secrets, which get a mount namespace where we may make one. */
bool plan_has_credentials(const struct conf_service *s);

/* Whether S asks for anything that is about paths. */
bool plan_asks_for_paths(const struct conf_service *s);

/* A user namespace will do: we stay who we are, for it has no other user. */
bool plan_may_use_user_namespace(const struct making *m);

/* Settle m->way, say what it does not give, and ask for a mount namespace where it takes one. */
void plan_choose_way(struct making *m);

/* Whether the way is one with mounts. */
bool plan_has_mounts(const struct making *m);

/* Fill m->view. False with ERR. */
bool plan_paths(struct making *m, struct err *err);

#endif
