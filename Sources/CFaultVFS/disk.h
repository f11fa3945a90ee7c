/* What the two halves of the disks in memory share. */
#ifndef LYNK_DISK_INNER_H
#define LYNK_DISK_INNER_H

#include "lynk_disk.h"

#include <pthread.h>
#include <sqlite3.h>

#define LYNK_DISK_REGIONS 64

struct lynk_bytes {
    unsigned char *bytes;
    int64_t size, capacity;
};

/* The shared memory of a WAL, and its locks. */
struct lynk_shared {
    int references;
    void volatile *regions[LYNK_DISK_REGIONS];
    int holders[SQLITE_SHM_NLOCK];
    int is_exclusive[SQLITE_SHM_NLOCK];
};

struct lynk_node {
    char *name;
    /* As the system shows it, and as it is on the medium. */
    struct lynk_bytes shown, synced;
    int is_shown, is_synced;
    int shared_locks, is_reserved, is_pending, is_exclusive;
    struct lynk_shared *shared;
    struct lynk_node *next;
};

enum lynk_change_kind { LYNK_MAKE, LYNK_WRITE, LYNK_TRUNCATE, LYNK_DELETE };

struct lynk_change {
    int kind;
    struct lynk_node *node;
    int64_t offset, length;
    unsigned char *bytes;
};

struct lynk_disk {
    char path[64];
    pthread_mutex_t mutex;
    struct lynk_node *nodes;
    struct lynk_change *changes;
    int64_t count, capacity;
    /* Handles of an earlier start fail. */
    int64_t start;
    int fault, has_power, is_paused, is_freed, is_lying;
    int64_t failing_call, calls, failures;
    int open_handles;
    struct lynk_disk *next;
};

/* The node of this name; made when `makes`. NULL when there is none. */
struct lynk_node *lynk_disk_node(struct lynk_disk *disk, const char *name, int makes);

/* Does a change to the files as they are shown, and keeps it until it is synced. */
int lynk_disk_change(
    struct lynk_disk *disk, struct lynk_node *node, int kind, int64_t offset, int64_t length,
    const void *bytes);

/* What was changed in this file is on the medium from now on, and so is every name. */
void lynk_disk_sync(struct lynk_disk *disk, struct lynk_node *node);

/* A result code for a call that the armed fault hits; SQLITE_OK for every other. */
int lynk_disk_call(struct lynk_disk *disk, int grows, int code);

void lynk_shared_release(struct lynk_shared *shared);

/* Takes the disk out of the process when nobody has it any more; the mutex is held. */
void lynk_disk_release(struct lynk_disk *disk);

/* The disk of a path, and the file's name in it; NULL for a path of another file system. */
struct lynk_disk *lynk_disk_find(const char *path, const char **name);

int lynk_disk_register(void);

#endif
