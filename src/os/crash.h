/*
 * crash -- what becomes of this process when it does something that it must not: not its end, but another program in its
 * place, under the same pid, with the same children and descriptors. The kernel does not even panic where we are PID 1.
 *
 * The handler makes system calls only, on a stack of its own, with everything prepared beforehand.
 */
#ifndef BRIDLE_OS_CRASH_H
#define BRIDLE_OS_CRASH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/msec.h"

enum { CRASH_TIMES = 5, CRASH_WORD = 176 };

/* What the next program is told, as a word of its arguments. */
struct crash_word {
	int fd;                  /* holds the state (wire/state.h) */
	int signal;              /* 0: no crash, it was meant */
	uint64_t address;        /* of the fault, whatever it is; or who sent the signal: crash_sender() */
	msec times[CRASH_TIMES]; /* of the last crashes, newest first; 0: none */
};

/* WORD has room for CRASH_WORD bytes. Reading: false when it is none. */
void crash_word_write(char *word, const struct crash_word *from);
bool crash_word_read(const char *word, struct crash_word *to);

/* The pid of who sent the signal; 0: it was our own fault, at `address`. */
pid_t crash_sender(const struct crash_word *word);

/* From now on SIGSEGV, SIGBUS, SIGFPE, SIGILL and SIGABRT execute ARGV in our place: this image itself
 * (/proc/self/exe, which works where the file was replaced or removed: it can certainly read the state), else PROGRAM. WORD,
 * which is one of ARGV, is written anew then. Descriptors below HIGHEST lose close-on-exec. All must last.
 * Called again, what is said last counts. False with ERR: some of these signals still end us. */
bool crash_guard(const char *program, char *const *argv, char *word, int highest, struct err *err);

/* Let those signals wait from now on (HOLD), or no longer: around an exec, until crash_guard has been called. A fault of our
 * own does not wait, but ends us. */
void crash_hold(bool hold);

/* What the word is to say but for the crash itself. */
void crash_tell(int fd, const msec times[CRASH_TIMES]);

#endif
