/*
 * conf -- a configuration: files go in; either a wholly good one comes out, or every error of it.
 *
 * What was written is kept sparsely, a setting a line, with file and line. What is in effect is decoded from that into flat
 * structs generated from keys.def when somebody needs it. All strings live as long as the struct conf that they came from.
 * Relative paths begin at the directory of the file that names them. One allocation arena a configuration; nothing is
 * shared between two.
 */
#ifndef BRIDLE_CONF_CONF_H
#define BRIDLE_CONF_CONF_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/msec.h"

/* ---- kinds: the C type of a decoded value, and how "not set" reads (an empty default) ---- */
enum conf_restart { CONF_RESTART_ALWAYS, CONF_RESTART_ON_FAILURE, CONF_RESTART_NEVER };
enum conf_log { CONF_LOG_FILE, CONF_LOG_STDOUT, CONF_LOG_BOTH, CONF_LOG_NONE };
enum conf_log_format { CONF_LOG_PLAIN, CONF_LOG_TIME, CONF_LOG_JSON };
enum conf_log_full { CONF_LOG_DROP, CONF_LOG_WAIT, CONF_LOG_FULL_UNSET };
enum conf_reload_by { CONF_RELOAD_REPLACE, CONF_RELOAD_HUP };
enum conf_replace { CONF_REPLACE_SURGE, CONF_REPLACE_ONE_BY_ONE, CONF_REPLACE_STOP_FIRST };
enum conf_on_unhealthy { CONF_UNHEALTHY_NONE, CONF_UNHEALTHY_REPLACE, CONF_UNHEALTHY_RESTART };
enum conf_on_trouble { CONF_TROUBLE_NONE, CONF_TROUBLE_RECYCLE, CONF_TROUBLE_REPLACE, CONF_TROUBLE_STOP };
enum conf_start { CONF_START_AT_ONCE, CONF_START_ON_DEMAND };
enum conf_protect_system { CONF_SYSTEM_OPEN, CONF_SYSTEM_YES, CONF_SYSTEM_FULL, CONF_SYSTEM_STRICT };
enum conf_protect_home { CONF_HOME_OPEN, CONF_HOME_HIDDEN, CONF_HOME_READ_ONLY, CONF_HOME_TMPFS };
enum conf_protect_proc { CONF_PROC_DEFAULT, CONF_PROC_NOACCESS, CONF_PROC_INVISIBLE, CONF_PROC_PTRACEABLE };
enum conf_proc_subset { CONF_PROC_ALL, CONF_PROC_PID };
enum conf_sandbox { CONF_SANDBOX_REQUIRED, CONF_SANDBOX_BEST_EFFORT };
enum conf_profile { CONF_PROFILE_NONE, CONF_PROFILE_WEB };
enum conf_type { CONF_TYPE_EXEC, CONF_TYPE_SIMPLE /* the same */, CONF_TYPE_NOTIFY, CONF_TYPE_ONESHOT };
enum conf_notify_access { CONF_NOTIFY_MAIN, CONF_NOTIFY_ALL };
enum conf_readers { CONF_READERS_GROUP, CONF_READERS_ALL };
enum conf_cpu_policy { CONF_CPU_OTHER, CONF_CPU_BATCH, CONF_CPU_IDLE, CONF_CPU_FIFO, CONF_CPU_RR, CONF_CPU_UNSET };
enum conf_preserve { CONF_PRESERVE_NO, CONF_PRESERVE_YES, CONF_PRESERVE_RESTART };
enum conf_oom_policy { CONF_OOM_CONTINUE, CONF_OOM_RESTART, CONF_OOM_STOP };
enum conf_io_class { CONF_IO_REALTIME, CONF_IO_BEST_EFFORT, CONF_IO_IDLE, CONF_IO_UNSET };

struct conf_words {
	const char *const *at; /* NULL-ended too */
	uint32_t count;
};

enum conf_bind_family { CONF_BIND_UNIX, CONF_BIND_TCP };
struct conf_bind {
	enum conf_bind_family family;
	const char *host; /* TCP: "" = every address; an IPv6 address without brackets. UNIX: NULL */
	const char *path; /* UNIX: absolute path. TCP: NULL */
	uint16_t port;    /* TCP */
	const char *text; /* as written */
};
struct conf_binds {
	const struct conf_bind *at;
	uint32_t count;
};

#define CONF_INFINITY UINT64_MAX
#define CONF_NOT_SET (UINT64_MAX - 1)
#define CONF_LEVEL_NOT_SET INT_MIN

/* setrlimit(2): in the units of the resource, or CONF_INFINITY; soft is CONF_NOT_SET when there is none. */
struct conf_limit {
	uint64_t soft, hard; /* soft <= hard */
};

/* An amount, or a share of what the machine has. */
struct conf_amount {
	uint64_t value; /* or CONF_INFINITY; CONF_NOT_SET when there is none */
	uint64_t share; /* hundredths of a percent, and value is to be ignored; 0: no share */
};

struct conf_workers {
	uint32_t min, max; /* equal: fixed; both 0: auto, until conf_workers_resolve */
	bool is_auto;
};

/* clang-format off */
typedef const char *conf_string;          /* "" when not set */
typedef const char *conf_path;            /* absolute, or "" */
typedef const char *conf_user;            /* name or number; "" */
typedef const char *conf_group;
typedef struct conf_words conf_words;     /* split as a shell would, without expansions */
typedef struct conf_words conf_argv;      /* the same, but given once: a command */
typedef struct conf_words conf_globs;
typedef struct conf_words conf_files;
typedef struct conf_words conf_bindpaths; /* each for bindpath_parse (bindpath.h) */
typedef struct conf_words conf_tmpfs;     /* each for tmpfs_parse (tmpfs.h) */
typedef struct conf_words conf_signature;  /* three words each: name, phase, pattern */
typedef struct conf_words conf_assignments; /* each NAME=value */
typedef struct conf_words conf_secrets; /* each NAME:value */
typedef struct conf_binds conf_binds;
typedef struct conf_workers conf_workers;
typedef int64_t conf_integer;             /* -1 when not set */
typedef msec conf_duration;               /* -1 when not set */
typedef msec conf_seconds;                /* a duration of whole seconds, for Gunicorn; -1 when not set */
typedef uint64_t conf_size;               /* bytes */
typedef int conf_boolean;                 /* 0, 1; -1 when not set */
typedef mode_t conf_mode;
typedef enum conf_restart conf_restart;
typedef enum conf_log conf_logdest;
typedef enum conf_log_format conf_logformat;
typedef enum conf_log_full conf_logfull;
typedef enum conf_reload_by conf_reloadby;
typedef enum conf_replace conf_replaceby;
typedef enum conf_on_unhealthy conf_onunhealthy;
typedef enum conf_on_trouble conf_ontrouble;
typedef enum conf_start conf_starting;
typedef const char *conf_probe;           /* "" none, "tcp", or a path */
typedef struct conf_words conf_services;  /* their names */
typedef struct conf_words conf_commands;  /* each a whole command with its prefixes, for hook_parse() */
typedef struct conf_words conf_onecommand; /* at most one of them */
typedef struct conf_words conf_statuses;  /* each a number or the name of a signal */
typedef enum conf_type conf_progtype;
typedef enum conf_notify_access conf_notifyaccess;
typedef int conf_signal;                  /* a number; -1 when not set */
typedef struct conf_binds conf_address;   /* at most one */
typedef enum conf_readers conf_readers;
typedef enum conf_cpu_policy conf_cpupolicy;
typedef enum conf_io_class conf_ioclass;
typedef enum conf_oom_policy conf_oompolicy;
typedef enum conf_preserve conf_preserve;
typedef struct conf_words conf_names;     /* of environment variables */
typedef struct conf_words conf_directories; /* relative, without . and .. */
typedef struct conf_words conf_credentials; /* NAME:/absolute/path each */
typedef int conf_level;                   /* CONF_LEVEL_NOT_SET when not set */
typedef const char *conf_cpus;            /* for conf_cpus_parse; "" when not set */
typedef struct conf_words conf_groups;    /* names or numbers */
typedef struct conf_limit conf_bytes;
typedef struct conf_limit conf_count;
typedef struct conf_limit conf_cputime;   /* seconds */
typedef struct conf_limit conf_rttime;    /* microseconds */
typedef struct conf_limit conf_nicelimit; /* 20 - nice, as getrlimit(2) has it */
typedef struct conf_words conf_capabilities; /* these four: words of sandbox/nameset.h, each known */
typedef struct conf_words conf_families;
typedef struct conf_words conf_namespaces;
typedef struct conf_words conf_securebits;
typedef struct conf_words conf_syscalls;  /* words of sandbox/syscalls.h, each known */
typedef struct conf_words conf_architectures; /* "native" only */
typedef int conf_syscallerror;            /* an errno, or SYSCALL_KILL */
typedef enum conf_protect_system conf_protectsystem;
typedef enum conf_protect_home conf_protecthome;
typedef enum conf_protect_proc conf_protectproc;
typedef enum conf_proc_subset conf_procsubset;
typedef enum conf_sandbox conf_sandboxmode;
typedef enum conf_profile conf_profile;
typedef const char *conf_syslogto;        /* a path, or ADDRESS:PORT; "" nowhere */
typedef int conf_loglevel;                /* enum log_level of base/log.h */
typedef struct conf_amount conf_amount;   /* bytes */
typedef struct conf_amount conf_tasks;
typedef struct conf_amount conf_quota;    /* always a share, of one processor, or infinity */
typedef int64_t conf_weight;              /* -1 when not set; 0 idle */
/* clang-format on */

/* ---- the list ---- */
enum conf_scope { CONF_SCOPE_bridle, CONF_SCOPE_service, CONF_SCOPE_gunicorn, CONF_SCOPE_program };
enum conf_reload { CONF_RELOAD_CLASS_LIVE, CONF_RELOAD_CLASS_REPLACE, CONF_RELOAD_CLASS_DAEMON };

struct conf_key {
	const char *name;
	enum conf_scope scope;
	const char *kind; /* "duration"; for PASS keys "text", "integer", "yes", "no", "many", "optional", "refused" */
	const char *fallback; /* as it would be written */
	const char *lowest, *highest;
	enum conf_reload reload;
	const char *flag;  /* PASS: Gunicorn's flag; NULL for ours */
	const char *since; /* PASS: Gunicorn version, or "" */
	const char *meaning;
};
extern const struct conf_key conf_keys[];
extern const unsigned conf_key_count;

/* ---- what was written ---- */
enum conf_kind { CONF_BRIDLE, CONF_GUNICORN, CONF_PROGRAM };

struct conf_setting {
	const struct conf_key *key;
	const char *value;   /* as written, blanks trimmed, continued lines joined by a blank; several lines of a
	                     * repeatable key are several settings */
	const void *decoded; /* the C type of its kind; of a repeatable key, the last setting holds the whole list */
	uint32_t line;
	uint16_t file; /* index into conf.files */
};
struct conf_section {
	enum conf_kind kind;
	/* [gunicorn:NAME]; "" for [bridle]. At most CONF_NAME_MAX of CONF_NAME_LETTERS, no leading . or - */
	const char *name;
	uint32_t line;
	uint16_t file;
	uint32_t count;
	const struct conf_setting *settings;
	uint64_t environment_digest; /* of what the environment files held when this was read; 0: there are none */
	bool incomplete; /* something in it was refused, so that a setting may lack its value; see conf_read_rest */
};
#define CONF_NAME_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.@-"
enum { CONF_NAME_MAX = 47, CONF_LINE_MAX = 8191, CONF_SERVICES_MAX = 4096, CONF_SIGNATURES_MAX = 64 };

struct conf {
	const char *const *files; /* in the order read; [0] is the one that was asked for */
	uint32_t file_count;
	struct conf_section bridle; /* all [bridle] settings; count 0 when there was none */
	const struct conf_section *services;
	uint32_t service_count;
	const uint32_t *by_name; /* private: indices of services, sorted by name */
	void *arena;             /* private */
};

/* ---- what is wrong ---- */
enum conf_severity { CONF_ERROR, CONF_WARNING };
struct conf_complaint {
	enum conf_severity severity;
	const char *file; /* or "" */
	uint32_t line;    /* or 0 */
	const char *text; /* "web: timeout: expected a duration such as 30s, got 'thirty'" */
};
struct conf_report {
	struct conf_complaint *at;
	uint32_t count, errors, warnings;
	void *arena; /* private */
};

/* Begins empty; what it has come to hold is freed, and the struct may be used again from its init on. */
void conf_report_init(struct conf_report *report);
void conf_report_free(struct conf_report *report);
/* Add one. FILE and the words are copied. */
void conf_complain(struct conf_report *report, enum conf_severity severity, const char *file, uint32_t line,
	const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* Bring it into the order of files and lines. */
void conf_report_sort(struct conf_report *report);

/* Read PATH and what it includes. Every error of every file goes to REPORT (which the caller has initialised).
 *
 * A line is "[section]", "name = value", or a comment that begins with # or ;. There are no comments behind a value:
 * # and ; are ordinary characters there, as are % and $, for nothing is expanded. A line indented more deeply than
 * the name before it continues its value. CRLF and a UTF-8 byte order mark are allowed. As root, a file is only
 * read when nobody but root (or the caller) could have written it, and links only followed where they are root's.
 * Returns NULL when there was any error; the caller frees what is returned. Only regular files, or what a
 * /dev/stdin leads to, are read; an include that cannot be read is an error with the line that names it. */
struct conf *conf_read(const char *path, struct conf_report *report);
/* As conf_read, but in spite of errors, for conf_check() alone: what was read whole is as good as ever, and is said to be wrong
 * where it is; a section with an error of its own is `incomplete`, and must not be decoded. NULL only for want of memory. */
struct conf *conf_read_rest(const char *path, struct conf_report *report);
/* The same as conf_read for text in memory (NAME stands for it in messages); include is an error there. For tests, fuzzing. */
struct conf *conf_read_text(const char *name, const char *bytes, size_t length, struct conf_report *report);
void conf_free(struct conf *conf);

/* The service of that name, or NULL. */
const struct conf_section *conf_find(const struct conf *conf, const char *name);

/* ---- what is in effect: flat structs from the list ---- */
/* clang-format off */
#define CONF_SKIP(name, kind)
#define CONF_FIELD(name, kind) conf_##kind name;
/* clang-format on */

struct conf_bridle {
#define CONF_FIELD_bridle(name, kind) CONF_FIELD(name, kind)
#define CONF_FIELD_service(name, kind) CONF_SKIP(name, kind)
#define CONF_FIELD_gunicorn(name, kind) CONF_SKIP(name, kind)
#define CONF_FIELD_program(name, kind) CONF_SKIP(name, kind)
#define KEY(scope, name, kind, fallback, lowest, highest, reload, meaning) CONF_FIELD_##scope(name, kind)
#include "conf/keys.def"
#undef CONF_FIELD_bridle
#undef CONF_FIELD_service
#undef CONF_FIELD_gunicorn
#undef CONF_FIELD_program
};

/* Fields that only the other kind has hold their defaults. */
struct conf_service {
	enum conf_kind kind;
	const char *name;
#define CONF_FIELD_bridle(name, kind) CONF_SKIP(name, kind)
#define CONF_FIELD_service(name, kind) CONF_FIELD(name, kind)
#define CONF_FIELD_gunicorn(name, kind) CONF_FIELD(name, kind)
#define CONF_FIELD_program(name, kind) CONF_FIELD(name, kind)
#define KEY(scope, name, kind, fallback, lowest, highest, reload, meaning) CONF_FIELD_##scope(name, kind)
#include "conf/keys.def"
#undef CONF_FIELD_bridle
#undef CONF_FIELD_service
#undef CONF_FIELD_gunicorn
#undef CONF_FIELD_program
};

/* Decode. Cannot fail on sections that conf_read returned, and takes no memory: strings and lists are those of CONF.
 * What depends on other settings is settled here: stop_timeout (graceful_timeout + 10s for Gunicorn, else 10s) and
 * log_full (drop for Gunicorn, else wait) are never unset. A oneshot, unless these are set, has restart never and a
 * start_timeout of MSEC_NEVER. `workers = auto` is left to conf_workers_resolve. */
void conf_decode_bridle(const struct conf *conf, struct conf_bridle *out);
void conf_decode_service(const struct conf_section *section, struct conf_service *out);

/* WORKERS with auto made 2 x CPUS + 1 (CPUS >= 1: those we may use, see os/cpus.h), at most 1024. */
struct conf_workers conf_workers_resolve(struct conf_workers workers, unsigned cpus);

/* The processors that TEXT names ("0-3 6"; blanks or commas between), bit by bit. False when it is no such list, or names
 * one above what there is room for. */
enum { CONF_CPUS_MAX = 1024 };
bool conf_cpus_parse(const char *text, uint64_t mask[CONF_CPUS_MAX / 64]);

/* The value of KEY in SECTION that counts (the last one), or NULL when it was not set. */
const struct conf_setting *conf_setting_of(const struct conf_section *section, const char *key);

#endif
