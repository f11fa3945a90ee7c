/* Disks in memory for SQLite, for a simulator: each knows what was written and not synced, loses
 * a chosen part of that when the power goes, fills up, and fails chosen calls.
 * https://www.sqlite.org/vfs.html
 *
 * Files of a disk have paths that begin with lynk_disk_path; every other path goes to the VFS that
 * was the default before. Any number of disks in a process. Thread-safe. */
#ifndef LYNK_DISK_H
#define LYNK_DISK_H

#include <stdint.h>

struct lynk_disk;

/* What becomes of an operation that was not synced when the power goes. */
enum lynk_disk_fate {
    LYNK_DISK_KEPT = 0,
    LYNK_DISK_LOST = 1,
    /* The first half of a write. */
    LYNK_DISK_TORN = 2
};

enum lynk_disk_fault {
    LYNK_DISK_WELL = 0,
    /* The power goes: this call and all after it fail, until lynk_disk_start. */
    LYNK_DISK_POWER = 1,
    /* No room: this and all further calls that would make a file longer fail. */
    LYNK_DISK_FULL = 2,
    /* This one call fails. */
    LYNK_DISK_ERROR = 3
};

/* An empty disk; NULL without memory, or when SQLite does not take the VFS. */
struct lynk_disk *lynk_disk_make(void);

/* Ends the disk. Handles that are still open fail from then on, and free it when the last of them
 * is closed. */
void lynk_disk_free(struct lynk_disk *disk);

/* The directory of its files, with a slash at the end; lives as long as the disk. */
const char *lynk_disk_path(const struct lynk_disk *disk);

/* The `call`-th call from now on, counted from 1, has the fault; LYNK_DISK_WELL ends that. */
void lynk_disk_arm(struct lynk_disk *disk, int fault, int64_t call);

/* While it looks, whoever simulates meets no armed fault and counts no call. */
void lynk_disk_pause(struct lynk_disk *disk, int is_paused);

/* From now on a sync says that all is well and does nothing, as disks do that lie. */
void lynk_disk_lie(struct lynk_disk *disk);

/* How many calls have failed since the disk was armed last. */
int64_t lynk_disk_failures(const struct lynk_disk *disk);

int lynk_disk_has_power(const struct lynk_disk *disk);

/* How many operations were not synced. */
int64_t lynk_disk_unsynced(const struct lynk_disk *disk);

/* The machine starts again: every handle that is open fails from now on, all locks are gone, and
 * of the unsynced operations each has its fate, in their order; with NULL all are kept, as when
 * a process died and the system did not. */
void lynk_disk_start(struct lynk_disk *disk, const uint8_t *fates, int64_t count);

/* Makes the files of `disk` those of `other`, synced. No file of `disk` may be in use. */
void lynk_disk_copy(struct lynk_disk *disk, const struct lynk_disk *other);

/* The bytes of all its files together. */
int64_t lynk_disk_size(const struct lynk_disk *disk);

#endif
