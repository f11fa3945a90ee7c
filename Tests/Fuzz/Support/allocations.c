// Stands in front of glibc's malloc in every program that links it, and counts for the thread
// that asked. Other threads pay one look at a variable of their own.
//
// A block that was taken before the count and is freed within it would make room for another one
// unseen. Blocks are not told apart here: the callers free nothing older while they count.
#include "allocations.h"

#include <errno.h>
#include <malloc.h>
#include <stddef.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define LYNK_IS_SANITIZED 1
#endif
#endif

static _Thread_local int is_counting;
static _Thread_local int64_t held;
static _Thread_local int64_t most;

void lynk_allocations_begin(void) {
    held = 0;
    most = 0;
    is_counting = 1;
}

int64_t lynk_allocations_end(void) {
    is_counting = 0;
    return most;
}

#if defined(__GLIBC__) && !defined(LYNK_IS_SANITIZED)

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

static void *taken(void *block) {
    if (is_counting && block) {
        held += (int64_t)malloc_usable_size(block);
        if (held > most) most = held;
    }
    return block;
}

static void given_back(void *block) {
    if (is_counting && block) held -= (int64_t)malloc_usable_size(block);
}

void *malloc(size_t size) { return taken(__libc_malloc(size)); }

void *calloc(size_t count, size_t size) { return taken(__libc_calloc(count, size)); }

void *realloc(void *block, size_t size) {
    int64_t before = is_counting && block ? (int64_t)malloc_usable_size(block) : 0;
    void *moved = __libc_realloc(block, size);
    if (!is_counting) return moved;
    if (!moved) {
        if (size == 0) held -= before;
        return moved;
    }
    // While it moves, both blocks are held.
    taken(moved);
    held -= before;
    return moved;
}

void free(void *block) {
    given_back(block);
    __libc_free(block);
}

void *memalign(size_t alignment, size_t size) { return taken(__libc_memalign(alignment, size)); }

void *aligned_alloc(size_t alignment, size_t size) {
    return taken(__libc_memalign(alignment, size));
}

int posix_memalign(void **block, size_t alignment, size_t size) {
    if (alignment % sizeof(void *) || !alignment || (alignment & (alignment - 1))) return EINVAL;
    void *made = taken(__libc_memalign(alignment, size));
    if (!made) return ENOMEM;
    *block = made;
    return 0;
}

#endif
