/* SQLite's requests for memory, of which a chosen one is refused, for tests.
 * https://www.sqlite.org/malloc.html
 *
 * One sweep at a time in a process that does nothing else with SQLite. Thread-safe. */
#ifndef LYNK_FAULT_MEMORY_H
#define LYNK_FAULT_MEMORY_H

#include <stdint.h>

/* Stands between SQLite and its allocator; before the first use of SQLite in the process. Returns a
 * result code of SQLite: SQLITE_MISUSE when it comes too late. */
int lynk_fault_memory_install(void);

/* The `call`-th request from now on, counted from 1, is refused; and with `sticky_bytes` above 0 all
 * after it for so many bytes or more, as when little memory is left. 0 ends that. */
void lynk_fault_memory_fail(int64_t call, int sticky_bytes);

/* How many requests were counted since. */
int64_t lynk_fault_memory_calls(void);

#endif
