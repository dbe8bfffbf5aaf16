/*
 * pages -- memory that is the program itself: code and constants, as the kernel maps them in.
 */
#ifndef BRIDLE_OS_PAGES_H
#define BRIDLE_OS_PAGES_H

/* Let go of all of it, libraries included; what is still needed comes back from the page cache as it is used. For the moment
 * at which reading the configuration and planning are over, which is most of the program and is seldom needed again. Before
 * mlockall(2), for locked pages stay. Cannot fail: where the kernel refuses, all is as it was. */
void pages_let_go(void);

#endif
