/* Who a service runs as. Looked up when the configuration is loaded: accounts may come from the network. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "os/account.h"
#include "supervisor/plan_parts.h"

static bool
is_in(const struct plan *p, gid_t group)
{
	for (uint32_t i = 0; i < p->group_count; i++)
		if (p->groups[i] == group)
			return true;
	return false;
}

/* Those of the account, and those that are asked for beside. */
static bool
keep_groups(struct plan *p, const struct account *a, const struct conf_words *more, struct err *err)
{
	gid_t group;

	p->groups = malloc(sizeof *p->groups * ((size_t)a->group_count + more->count + 1));
	if (p->groups == NULL)
		return err_set(err, errno, "cannot keep groups");
	memcpy(p->groups, a->groups, sizeof *p->groups * (size_t)a->group_count);
	p->group_count = (uint32_t)a->group_count;
	for (uint32_t i = 0; i < more->count; i++) {
		if (!account_group(&group, more->at[i], err))
			return err_prefix(err, "supplementary_groups");
		if (!is_in(p, group))
			p->groups[p->group_count++] = group;
	}
	return true;
}

/* Who owns the unix sockets: who is named, else who the service runs as. */
static bool
plan_socket(struct plan *p, const struct conf_service *s, struct err *err)
{
	struct account a;

	p->socket = (struct listener_unix){ p->uid, p->gid, s->socket_mode };
	if (s->socket_owner[0] != '\0') {
		if (!account_find(&a, s->socket_owner, s->socket_group[0] != '\0' ? s->socket_group : s->group, err))
			return false;
		p->socket.owner = a.uid;
	}
	return s->socket_group[0] == '\0' || account_group(&p->socket.group, s->socket_group, err);
}

static bool
plan_user(struct plan *p, const struct conf_service *s, struct err *err)
{
	struct account a;

	p->uid = geteuid();
	p->gid = getegid(); /* until somebody else is named */
	if (s->user[0] == '\0' && s->group[0] == '\0' && s->supplementary_groups.count == 0)
		return true; /* as we are: nothing to look up */
	if (!account_find(&a, s->user, s->group, err))
		return false;
	/* a plain user can only be itself; asking the kernel for that is not worth a call */
	p->change_user = a.uid != p->uid || a.gid != p->gid || s->supplementary_groups.count > 0;
	if (p->change_user && geteuid() != 0) {
		if (s->supplementary_groups.count > 0)
			return err_set(err, 0, "supplementary_groups: only root can give a service groups");
		return err_set(err, 0, "user %s: only root can start a service as somebody else", s->user);
	}
	p->uid = a.uid;
	p->gid = a.gid;
	return !p->change_user || keep_groups(p, &a, &s->supplementary_groups, err);
}

/* In this order: the owner of its sockets is, by default, whom the first has found. */
bool
plan_account(struct plan *p, const struct conf_service *s, struct err *err)
{
	return plan_user(p, s, err) && plan_socket(p, s, err);
}
