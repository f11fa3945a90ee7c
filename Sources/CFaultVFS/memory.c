#include "lynk_fault_memory.h"

#include <sqlite3.h>
#include <stdatomic.h>
#include <string.h>

static sqlite3_mem_methods original;
static _Atomic int64_t left = 0;  /* Calls until one fails; 0 while nothing is counted. */
static _Atomic int64_t counted = 0;
static _Atomic int stickyBytes = 0;

/* Whether this request is the one, or a large one after it. */
static int fails(int size) {
    int64_t chosen = atomic_load(&left);
    if (chosen == 0) return 0;
    int64_t call = atomic_fetch_add(&counted, 1) + 1;
    int sticky = atomic_load(&stickyBytes);
    return call == chosen || (call > chosen && sticky > 0 && size >= sticky);
}

static void *allocate(int size) { return fails(size) ? 0 : original.xMalloc(size); }

static void *resize(void *block, int size) {
    /* A block that shrinks always fits. */
    if (size > original.xSize(block) && fails(size)) return 0;
    return original.xRealloc(block, size);
}

int lynk_fault_memory_install(void) {
    static int isInstalled = 0;
    if (isInstalled) return SQLITE_OK;
    int code = sqlite3_config(SQLITE_CONFIG_GETMALLOC, &original);
    if (code != SQLITE_OK) return code;
    sqlite3_mem_methods methods = original;
    methods.xMalloc = allocate;
    methods.xRealloc = resize;
    code = sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);
    /* A lookaside would answer small requests without asking. */
    if (code == SQLITE_OK) code = sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0);
    isInstalled = code == SQLITE_OK;
    return code;
}

void lynk_fault_memory_fail(int64_t call, int sticky_bytes) {
    atomic_store(&left, 0);
    atomic_store(&counted, 0);
    atomic_store(&stickyBytes, sticky_bytes);
    atomic_store(&left, call);
}

int64_t lynk_fault_memory_calls(void) { return atomic_load(&counted); }
