/* A VFS of SQLite for tests: it passes everything on to the system's, writes down what reaches the
 * files of one directory, and lets a chosen call fail. https://www.sqlite.org/vfs.html
 *
 * One recording at a time in a process. Thread-safe. */
#ifndef LYNK_FAULT_VFS_H
#define LYNK_FAULT_VFS_H

#include "lynk_disk.h"
#include "lynk_fault_memory.h"
#include <stdint.h>

enum lynk_fault_kind {
    LYNK_FAULT_CREATE = 0,
    LYNK_FAULT_WRITE = 1,
    LYNK_FAULT_TRUNCATE = 2,
    LYNK_FAULT_SYNC = 3,
    LYNK_FAULT_DELETE = 4
};

struct lynk_fault_op {
    int kind;
    /* The file's name without its directory; lives until the next lynk_fault_watch. */
    const char *name;
    /* Of a write: where. Of a truncation: the new length. */
    int64_t offset;
    int64_t length;
    const unsigned char *bytes;
};

/* Makes this VFS the default of the process. Returns a result code of SQLite. */
int lynk_fault_register(void);

/* From now on the files whose path begins with `prefix` are written down, from nothing; NULL ends
 * it and keeps what was written down. */
void lynk_fault_watch(const char *prefix);

/* How many operations were written down. */
int64_t lynk_fault_count(void);

/* One of them; 0 when there is none. */
int lynk_fault_get(int64_t index, struct lynk_fault_op *op);

/* The `call`-th call from now on, counted from 1, fails on a watched file, and with `sticky` all
 * after it; 0 ends that. */
void lynk_fault_fail(int64_t call, int sticky);

/* How many calls that may fail were counted since. */
int64_t lynk_fault_calls(void);

#endif
