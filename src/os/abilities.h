/*
 * abilities -- what of a sandbox this machine lets us give, tried out rather than guessed: containers, AppArmor and old kernels
 * forbid in many ways.
 */
#ifndef BRIDLE_OS_ABILITIES_H
#define BRIDLE_OS_ABILITIES_H

#include <stdbool.h>

struct abilities {
	bool mounts;          /* a mount namespace, and mounts in it, as we are */
	bool namespaces;      /* network, IPC and UTS namespaces, as we are */
	bool user_namespaces; /* both, in a user namespace */
	bool users;           /* a user namespace by itself, as we give it to a service */
	bool proc;            /* /proc mounted anew, as we are */
	bool bounding;        /* the bounding set may be lowered */
	int landlock;         /* version; 0: none */
};

/* Look, each time anew: a few short-lived children of ours, waited for here. For load time. */
void abilities_look(struct abilities *a);

#endif
