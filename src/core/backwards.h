/*
 * backwards -- logs that show the newest line first, as viewers of clouds do: who came before whom. Pure.
 *
 * A worker is then told of by its death first, and by its boot later on; whoever took its place was told of before. Times
 * decide, and within one second the order of the lines, turned round.
 */
#ifndef BRIDLE_CORE_BACKWARDS_H
#define BRIDLE_CORE_BACKWARDS_H

#include "core/story.h"

/* E is the next line: does the log go on or back? Cannot be told without times. */
void backwards_note(struct story *s, const struct story_event *e);

/* E is a boot of W. What is known of that number is of another process, for the kernel gives them again; or of this one, where its
 * end was told before, which shows where the log goes as well. */
void backwards_boot(struct story *s, struct story_worker *w, const struct story_event *e);

/* Put the workers of S into the order in which they came, and call each late that came after another one had ended. To be called
 * once, when all of it was told, for it turns them round; does nothing where lines get newer, or deaths are told by who saw them. */
void backwards_turn(struct story *s);

#endif
