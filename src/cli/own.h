/*
 * own -- the signatures of the configuration (`signature` in [bridle]), for the commands that read logs.
 */
#ifndef BRIDLE_CLI_OWN_H
#define BRIDLE_CLI_OWN_H

#include "cli/arguments.h"
#include "cli/trouble.h"
#include "conf/conf.h"
#include "wire/signatures.h"

struct own {
	struct signature_own at[SIGNATURES_OWN];
	unsigned count;
	struct conf *conf; /* what the words are of; kept as long as the command runs */
};

/* Read those of the configuration that A points to. One that is not there has none, unless it was asked for by name: logs are
 * also read where there is no Bridle. False with T when it cannot be read, or has errors. */
bool own_read(struct own *own, const struct arguments *a, struct trouble *t);

#endif
