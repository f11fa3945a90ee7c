#include "disk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static pthread_mutex_t all_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct lynk_disk *all;
static uint64_t made;

static const char root[] = "/lynk-disk/";

/* Files. */

static int bytes_resize(struct lynk_bytes *bytes, int64_t size) {
    if (size > bytes->capacity) {
        int64_t capacity = bytes->capacity ? bytes->capacity : 4096;
        unsigned char *larger;
        while (capacity < size) capacity *= 2;
        larger = realloc(bytes->bytes, (size_t)capacity);
        if (!larger) return 0;
        bytes->bytes = larger;
        bytes->capacity = capacity;
    }
    if (size > bytes->size) memset(bytes->bytes + bytes->size, 0, (size_t)(size - bytes->size));
    bytes->size = size;
    return 1;
}

static int bytes_write(
    struct lynk_bytes *bytes, int64_t offset, const unsigned char *source, int64_t length) {
    if (offset + length > bytes->size && !bytes_resize(bytes, offset + length)) return 0;
    memcpy(bytes->bytes + offset, source, (size_t)length);
    return 1;
}

static int bytes_copy(struct lynk_bytes *bytes, const struct lynk_bytes *other) {
    bytes->size = 0;
    return other->size == 0 || bytes_write(bytes, 0, other->bytes, other->size);
}

struct lynk_node *lynk_disk_node(struct lynk_disk *disk, const char *name, int makes) {
    struct lynk_node *node = disk->nodes;
    while (node && strcmp(node->name, name) != 0) node = node->next;
    if (node || !makes) return node;
    node = calloc(1, sizeof *node);
    if (!node) return NULL;
    node->name = strdup(name);
    node->next = disk->nodes;
    disk->nodes = node;
    return node;
}

static int apply(
    struct lynk_bytes *bytes, int *is_there, int kind, int64_t offset, int64_t length,
    const unsigned char *source) {
    switch (kind) {
    case LYNK_MAKE: *is_there = 1; return 1;
    case LYNK_DELETE: *is_there = 0; bytes->size = 0; return 1;
    case LYNK_TRUNCATE: return bytes_resize(bytes, offset);
    default: return bytes_write(bytes, offset, source, length);
    }
}

int lynk_disk_change(
    struct lynk_disk *disk, struct lynk_node *node, int kind, int64_t offset, int64_t length,
    const void *bytes) {
    struct lynk_change *change;
    if (!apply(&node->shown, &node->is_shown, kind, offset, length, bytes)) return SQLITE_NOMEM;
    if (disk->count == disk->capacity) {
        int64_t capacity = disk->capacity ? disk->capacity * 2 : 64;
        change = realloc(disk->changes, (size_t)capacity * sizeof *change);
        if (!change) return SQLITE_NOMEM;
        disk->changes = change;
        disk->capacity = capacity;
    }
    change = &disk->changes[disk->count++];
    change->kind = kind;
    change->node = node;
    change->offset = offset;
    change->length = length;
    change->bytes = NULL;
    if (length > 0) {
        change->bytes = malloc((size_t)length);
        if (!change->bytes) return SQLITE_NOMEM;
        memcpy(change->bytes, bytes, (size_t)length);
    }
    return SQLITE_OK;
}

static void reach_medium(struct lynk_change *change, int64_t length) {
    struct lynk_node *node = change->node;
    apply(
        &node->synced, &node->is_synced, change->kind, change->offset, length, change->bytes);
}

void lynk_disk_sync(struct lynk_disk *disk, struct lynk_node *node) {
    int64_t from, to = 0;
    if (disk->is_lying) return;
    for (from = 0; from < disk->count; from++) {
        struct lynk_change *change = &disk->changes[from];
        if (change->node == node || change->kind == LYNK_MAKE || change->kind == LYNK_DELETE) {
            reach_medium(change, change->length);
            free(change->bytes);
        } else {
            disk->changes[to++] = *change;
        }
    }
    disk->count = to;
}

/* Faults. */

int lynk_disk_call(struct lynk_disk *disk, int grows, int code) {
    if (disk->is_freed || !disk->has_power) {
        disk->failures++;
        return code;
    }
    if (disk->fault == LYNK_DISK_WELL || disk->is_paused) return SQLITE_OK;
    disk->calls++;
    if (disk->fault == LYNK_DISK_FULL) {
        if (disk->calls < disk->failing_call || !grows) return SQLITE_OK;
        disk->failures++;
        return SQLITE_FULL;
    }
    if (disk->calls != disk->failing_call) return SQLITE_OK;
    if (disk->fault == LYNK_DISK_POWER) disk->has_power = 0;
    disk->failures++;
    return code;
}

void lynk_disk_arm(struct lynk_disk *disk, int fault, int64_t call) {
    pthread_mutex_lock(&disk->mutex);
    disk->fault = fault;
    disk->failing_call = call;
    disk->calls = 0;
    disk->failures = 0;
    pthread_mutex_unlock(&disk->mutex);
}

void lynk_disk_pause(struct lynk_disk *disk, int is_paused) {
    pthread_mutex_lock(&disk->mutex);
    disk->is_paused = is_paused;
    pthread_mutex_unlock(&disk->mutex);
}

void lynk_disk_lie(struct lynk_disk *disk) { disk->is_lying = 1; }

int64_t lynk_disk_failures(const struct lynk_disk *disk) { return disk->failures; }
int lynk_disk_has_power(const struct lynk_disk *disk) { return disk->has_power; }
int64_t lynk_disk_unsynced(const struct lynk_disk *disk) { return disk->count; }

void lynk_shared_release(struct lynk_shared *shared) {
    int index;
    if (!shared || --shared->references > 0) return;
    for (index = 0; index < LYNK_DISK_REGIONS; index++) free((void *)shared->regions[index]);
    free(shared);
}

static void show_medium(struct lynk_node *node) {
    bytes_copy(&node->shown, &node->synced);
    node->is_shown = node->is_synced;
}

void lynk_disk_start(struct lynk_disk *disk, const uint8_t *fates, int64_t count) {
    struct lynk_node *node;
    int64_t index;
    pthread_mutex_lock(&disk->mutex);
    disk->start++;
    disk->has_power = 1;
    disk->fault = LYNK_DISK_WELL;
    disk->is_paused = 0;
    disk->failures = 0;
    if (fates) {
        for (index = 0; index < disk->count; index++) {
            struct lynk_change *change = &disk->changes[index];
            int fate = index < count ? fates[index] : LYNK_DISK_KEPT;
            int64_t half = change->length / 2;
            int is_write = change->kind == LYNK_WRITE;
            if (fate == LYNK_DISK_KEPT) reach_medium(change, change->length);
            if (fate == LYNK_DISK_TORN && is_write && half > 0) reach_medium(change, half);
            free(change->bytes);
        }
        disk->count = 0;
    }
    for (node = disk->nodes; node; node = node->next) {
        if (fates) show_medium(node);
        node->shared_locks = node->is_reserved = node->is_pending = node->is_exclusive = 0;
        lynk_shared_release(node->shared);
        node->shared = NULL;
    }
    pthread_mutex_unlock(&disk->mutex);
}

/* Disks. */

struct lynk_disk *lynk_disk_make(void) {
    struct lynk_disk *disk;
    if (lynk_disk_register() != SQLITE_OK) return NULL;
    disk = calloc(1, sizeof *disk);
    if (!disk) return NULL;
    pthread_mutex_init(&disk->mutex, NULL);
    disk->has_power = 1;
    pthread_mutex_lock(&all_mutex);
    snprintf(disk->path, sizeof disk->path, "%s%llu/", root, (unsigned long long)++made);
    disk->next = all;
    all = disk;
    pthread_mutex_unlock(&all_mutex);
    return disk;
}

static void destroy(struct lynk_disk *disk) {
    struct lynk_node *node = disk->nodes;
    int64_t index;
    for (index = 0; index < disk->count; index++) free(disk->changes[index].bytes);
    free(disk->changes);
    while (node) {
        struct lynk_node *next = node->next;
        lynk_shared_release(node->shared);
        free(node->shown.bytes);
        free(node->synced.bytes);
        free(node->name);
        free(node);
        node = next;
    }
    pthread_mutex_destroy(&disk->mutex);
    free(disk);
}

void lynk_disk_release(struct lynk_disk *disk) {
    int is_last = disk->is_freed && disk->open_handles == 0;
    pthread_mutex_unlock(&disk->mutex);
    if (is_last) destroy(disk);
}

void lynk_disk_free(struct lynk_disk *disk) {
    struct lynk_disk **place;
    pthread_mutex_lock(&all_mutex);
    for (place = &all; *place && *place != disk;) place = &(*place)->next;
    if (*place) *place = disk->next;
    pthread_mutex_unlock(&all_mutex);
    pthread_mutex_lock(&disk->mutex);
    disk->is_freed = 1;
    lynk_disk_release(disk);
}

const char *lynk_disk_path(const struct lynk_disk *disk) { return disk->path; }

struct lynk_disk *lynk_disk_find(const char *path, const char **name) {
    struct lynk_disk *disk;
    if (!path || strncmp(path, root, sizeof root - 1) != 0) return NULL;
    pthread_mutex_lock(&all_mutex);
    for (disk = all; disk; disk = disk->next) {
        size_t length = strlen(disk->path);
        if (strncmp(path, disk->path, length) != 0) continue;
        *name = path + length;
        break;
    }
    pthread_mutex_unlock(&all_mutex);
    return disk;
}

void lynk_disk_copy(struct lynk_disk *disk, const struct lynk_disk *other) {
    struct lynk_node *node;
    const struct lynk_node *source;
    for (node = disk->nodes; node; node = node->next) {
        node->is_shown = node->is_synced = 0;
        node->shown.size = node->synced.size = 0;
    }
    for (source = other->nodes; source; source = source->next) {
        if (!source->is_shown || !(node = lynk_disk_node(disk, source->name, 1))) continue;
        node->is_shown = node->is_synced = 1;
        bytes_copy(&node->shown, &source->shown);
        bytes_copy(&node->synced, &source->shown);
    }
    lynk_disk_start(disk, NULL, 0);
    while (disk->count > 0) free(disk->changes[--disk->count].bytes);
}

int64_t lynk_disk_size(const struct lynk_disk *disk) {
    const struct lynk_node *node;
    int64_t size = 0;
    for (node = disk->nodes; node; node = node->next)
        if (node->is_shown) size += node->shown.size;
    return size;
}
