/*
 * translate -- what becomes of one directive: a function for each way (`how` of directives.def).
 */
#ifndef BRIDLE_IMPORT_TRANSLATE_H
#define BRIDLE_IMPORT_TRANSLATE_H

#include "import/draft.h"
#include "import/import.h"

struct directive;

struct translation {
	struct import *import;
	struct draft *draft;        /* the service it belongs to */
	const struct unit *unit;    /* NULL of supervisord */
	struct ledger_entry *entry; /* to be settled */
	const struct directive *directive;
	const char *value; /* specifiers replaced, placeholders are holes */
	bool is_passed_over; /* set by translate_pass_over() */
};

/* Settles the entry. */
typedef void (*translator)(struct translation *t);

/* clang-format off */
#define TRANSLATORS(X) \
	X(switch) X(directories) X(cpus) X(sandbox_word) X(sandbox_list) X(sandbox_paths) X(syscalls) X(architectures) \
	X(none) X(title) X(order) X(limit_interval) X(number) X(start_action) X(exec_start) X(type) X(restart) \
	X(restart_delay) X(span) X(span_both) X(guard) X(kill_mode) X(kill_signal) X(reload_signal) X(send_kill) \
	X(exec_reload) X(exec_stop) X(oom_policy) X(directory) X(account) X(copy) X(environment) X(environment_file) \
	X(standard_input) X(output) X(listen) X(accept) X(bind_ipv6) X(command) X(pairs) X(boolean) X(autorestart) \
	X(exitcodes) X(numprocs) X(logfile) X(log_size) X(log_keep) X(plain) X(limit) X(amount) X(limit_time) X(io_class) X(preserve) X(load_credential) \
	X(hook) X(notify_access) X(watchdog) X(remain) X(condition) X(slice) X(search_path) X(dynamic_user) \
	X(set_credential) X(private_users) X(restart_kill_signal) X(socket_directory) X(bind_paths) X(keyring) \
	X(device_policy) X(address_allow) X(sockets) X(statuses) X(startretries) X(startsecs) X(words) X(shares) X(cpu_policy) X(wanted_by) \
	X(core_filter) X(redirect)
#define X(how) void translate_##how(struct translation *t);
TRANSLATORS(X)
#undef X
/* clang-format on */

/* Settle by the list: fate and reason as they stand there, but an empty value empties a list and nothing else. */
void translate_as_listed(struct translation *t);

/* Set KEY of the draft, and settle: kept with NOTE (may be ""), or lost for the reason that it cannot be. */
void translate_set(struct translation *t, enum key_id key, const char *value, const char *note);

/* Set NAME=value in environment: WORD, an assignment, whose value may hold holes. False with ERR; the entry is not settled. */
bool translate_assign(struct translation *t, const char *word, struct err *err);

/* A protection that is off: nothing is lost. */
bool translate_is_off(const char *value);

/* The key that the list names for it. */
enum key_id translate_key(const struct translation *t);

/* Settle as what its manager passes over, because of WHY, and warn of it. */
void translate_pass_over(struct translation *t, const char *why);

/* Settle with FATE and REASON. */
void translate_settle(struct translation *t, enum fate fate, const char *reason);

/* A time span of systemd.time(7) in milliseconds; INT64_MAX for infinity. False when it is none. */
bool translate_span_parse(const char *text, int64_t *ms);

#endif
