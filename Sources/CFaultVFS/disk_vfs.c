#include "disk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One open file of a disk. */
struct handle {
    sqlite3_file base;
    struct lynk_disk *disk;
    struct lynk_node *node;
    int64_t start;
    int lock;
    int deletes;
    struct lynk_shared *shared;
    int shm_shared, shm_exclusive;
};

static sqlite3_vfs *below;
static sqlite3_vfs disk_vfs;

#define SELF struct handle *self = (struct handle *)file
#define ENTER pthread_mutex_lock(&self->disk->mutex)
#define LEAVE pthread_mutex_unlock(&self->disk->mutex)

/* Whether the call fails; the mutex is held. */
static int refused(struct handle *self, int grows, int code) {
    if (self->start != self->disk->start) return code;
    return lynk_disk_call(self->disk, grows, code);
}

static int is_stale(const struct handle *self) {
    return self->start != self->disk->start || !self->disk->has_power || self->disk->is_freed;
}

static int disk_read(sqlite3_file *file, void *into, int length, sqlite3_int64 offset) {
    SELF;
    struct lynk_bytes *bytes = &self->node->shown;
    int code;
    int64_t there;
    ENTER;
    code = refused(self, 0, SQLITE_IOERR_READ);
    if (code == SQLITE_OK) {
        there = bytes->size - offset;
        if (there < 0) there = 0;
        if (there > length) there = length;
        if (there > 0) memcpy(into, bytes->bytes + offset, (size_t)there);
        if (there < length) {
            memset((char *)into + there, 0, (size_t)(length - there));
            code = SQLITE_IOERR_SHORT_READ;
        }
    }
    LEAVE;
    return code;
}

static int disk_write(sqlite3_file *file, const void *from, int length, sqlite3_int64 offset) {
    SELF;
    int code;
    ENTER;
    code = refused(self, offset + length > self->node->shown.size, SQLITE_IOERR_WRITE);
    if (code == SQLITE_OK)
        code = lynk_disk_change(self->disk, self->node, LYNK_WRITE, offset, length, from);
    LEAVE;
    return code;
}

static int disk_truncate(sqlite3_file *file, sqlite3_int64 size) {
    SELF;
    int code;
    ENTER;
    code = refused(self, size > self->node->shown.size, SQLITE_IOERR_TRUNCATE);
    if (code == SQLITE_OK)
        code = lynk_disk_change(self->disk, self->node, LYNK_TRUNCATE, size, 0, NULL);
    LEAVE;
    return code;
}

static int disk_sync(sqlite3_file *file, int flags) {
    SELF;
    int code;
    (void)flags;
    ENTER;
    code = refused(self, 0, SQLITE_IOERR_FSYNC);
    if (code == SQLITE_OK) lynk_disk_sync(self->disk, self->node);
    LEAVE;
    return code;
}

static int disk_size(sqlite3_file *file, sqlite3_int64 *size) {
    SELF;
    int code;
    ENTER;
    code = refused(self, 0, SQLITE_IOERR_FSTAT);
    if (code == SQLITE_OK) *size = self->node->shown.size;
    LEAVE;
    return code;
}

/* Locks of the file: https://www.sqlite.org/lockingv3.html */

static int disk_lock(sqlite3_file *file, int lock) {
    SELF;
    struct lynk_node *node = self->node;
    int code = SQLITE_OK;
    ENTER;
    if (is_stale(self)) {
        code = SQLITE_IOERR_LOCK;
    } else if (self->lock < lock) {
        if (lock == SQLITE_LOCK_SHARED) {
            if (node->is_pending || node->is_exclusive) code = SQLITE_BUSY;
            else node->shared_locks++;
        } else if (lock == SQLITE_LOCK_RESERVED) {
            if (node->is_reserved || node->is_pending || node->is_exclusive) code = SQLITE_BUSY;
            else node->is_reserved = 1;
        } else if (
            (node->is_reserved && self->lock < SQLITE_LOCK_RESERVED)
            || (node->is_pending && self->lock < SQLITE_LOCK_PENDING) || node->is_exclusive) {
            code = SQLITE_BUSY;
        } else if (node->shared_locks > 1) {
            node->is_pending = 1;
            if (self->lock < SQLITE_LOCK_RESERVED) node->is_reserved = 1;
            self->lock = SQLITE_LOCK_PENDING;
            code = SQLITE_BUSY;
        } else {
            node->is_exclusive = 1;
            if (self->lock < SQLITE_LOCK_RESERVED) node->is_reserved = 1;
        }
        if (code == SQLITE_OK) self->lock = lock;
    }
    LEAVE;
    return code;
}

static void drop_lock(struct handle *self, int lock) {
    struct lynk_node *node = self->node;
    if (self->lock <= lock) return;
    if (self->lock > SQLITE_LOCK_SHARED) {
        node->is_reserved = 0;
        if (self->lock >= SQLITE_LOCK_PENDING) node->is_pending = 0;
        if (self->lock == SQLITE_LOCK_EXCLUSIVE) node->is_exclusive = 0;
    }
    if (lock == SQLITE_LOCK_NONE) node->shared_locks--;
    self->lock = lock;
}

static int disk_unlock(sqlite3_file *file, int lock) {
    SELF;
    ENTER;
    if (self->start == self->disk->start) drop_lock(self, lock);
    else self->lock = lock;
    LEAVE;
    return SQLITE_OK;
}

static int disk_reserved(sqlite3_file *file, int *result) {
    SELF;
    ENTER;
    *result = self->node->is_reserved || self->node->is_pending || self->node->is_exclusive;
    LEAVE;
    return SQLITE_OK;
}

static int disk_control(sqlite3_file *file, int operation, void *argument) {
    (void)file;
    (void)operation;
    (void)argument;
    return SQLITE_NOTFOUND;
}

static int disk_sector(sqlite3_file *file) {
    (void)file;
    return 4096;
}

/* As the system's VFS says of every file system. */
static int disk_characteristics(sqlite3_file *file) {
    (void)file;
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

/* Shared memory of a WAL. */

static int disk_map(sqlite3_file *file, int page, int size, int extend, void volatile **at) {
    SELF;
    int code;
    *at = NULL;
    ENTER;
    code = refused(self, 0, SQLITE_IOERR_SHMMAP);
    if (code == SQLITE_OK && !self->shared) {
        if (!self->node->shared) {
            self->node->shared = calloc(1, sizeof *self->shared);
            if (self->node->shared) self->node->shared->references = 1;
        }
        self->shared = self->node->shared;
        if (self->shared) self->shared->references++;
    }
    if (code == SQLITE_OK && (!self->shared || page >= LYNK_DISK_REGIONS)) code = SQLITE_NOMEM;
    if (code == SQLITE_OK) {
        if (!self->shared->regions[page] && extend)
            self->shared->regions[page] = calloc(1, (size_t)size);
        *at = self->shared->regions[page];
    }
    LEAVE;
    return code;
}

static int disk_shm_lock(sqlite3_file *file, int offset, int n, int flags) {
    SELF;
    struct lynk_shared *shared;
    int slot, code = SQLITE_OK, mask = ((1 << n) - 1) << offset;
    ENTER;
    shared = self->shared;
    if (!shared || (flags & SQLITE_SHM_LOCK && is_stale(self))) {
        code = shared ? SQLITE_IOERR_SHMLOCK : SQLITE_OK;
    } else if (flags & SQLITE_SHM_UNLOCK) {
        for (slot = offset; slot < offset + n; slot++) {
            if (self->shm_shared & (1 << slot)) shared->holders[slot]--;
            if (self->shm_exclusive & (1 << slot)) shared->is_exclusive[slot] = 0;
        }
        self->shm_shared &= ~mask;
        self->shm_exclusive &= ~mask;
    } else if (flags & SQLITE_SHM_SHARED) {
        if (!(self->shm_shared & mask)) {
            if (shared->is_exclusive[offset]) {
                code = SQLITE_BUSY;
            } else {
                shared->holders[offset]++;
                self->shm_shared |= mask;
            }
        }
    } else {
        for (slot = offset; slot < offset + n; slot++)
            if (shared->holders[slot] || (shared->is_exclusive[slot]
                && !(self->shm_exclusive & (1 << slot))))
                code = SQLITE_BUSY;
        if (code == SQLITE_OK) {
            for (slot = offset; slot < offset + n; slot++) shared->is_exclusive[slot] = 1;
            self->shm_exclusive |= mask;
        }
    }
    LEAVE;
    return code;
}

static void disk_barrier(sqlite3_file *file) {
    (void)file;
    __sync_synchronize();
}

static int disk_unmap(sqlite3_file *file, int remove) {
    SELF;
    ENTER;
    if (self->shared) {
        struct lynk_shared *shared = self->shared;
        self->shared = NULL;
        self->shm_shared = self->shm_exclusive = 0;
        lynk_shared_release(shared);
        if (remove && shared == self->node->shared) {
            self->node->shared = NULL;
            lynk_shared_release(shared);
        }
    }
    LEAVE;
    return SQLITE_OK;
}

static int disk_close(sqlite3_file *file) {
    SELF;
    ENTER;
    if (self->start == self->disk->start) drop_lock(self, SQLITE_LOCK_NONE);
    if (self->shared) lynk_shared_release(self->shared);
    self->shared = NULL;
    if (self->deletes && !is_stale(self))
        lynk_disk_change(self->disk, self->node, LYNK_DELETE, 0, 0, NULL);
    self->disk->open_handles--;
    self->base.pMethods = NULL;
    lynk_disk_release(self->disk);
    return SQLITE_OK;
}

/* Version 2: without memory-mapped reads, so that each read may fail. */
static const sqlite3_io_methods methods = {
    2, disk_close, disk_read, disk_write, disk_truncate, disk_sync, disk_size, disk_lock,
    disk_unlock, disk_reserved, disk_control, disk_sector, disk_characteristics, disk_map,
    disk_shm_lock, disk_barrier, disk_unmap, NULL, NULL};

/* The VFS. */

static int disk_open(
    sqlite3_vfs *vfs, sqlite3_filename path, sqlite3_file *file, int flags, int *out) {
    SELF;
    const char *name = NULL;
    struct lynk_disk *disk = lynk_disk_find(path, &name);
    struct lynk_node *node;
    int code;
    (void)vfs;
    if (!disk) return below->xOpen(below, path, file, flags, out);
    memset(self, 0, sizeof *self);
    pthread_mutex_lock(&disk->mutex);
    code = lynk_disk_call(disk, 0, SQLITE_CANTOPEN);
    node = code == SQLITE_OK ? lynk_disk_node(disk, name, flags & SQLITE_OPEN_CREATE) : NULL;
    if (code == SQLITE_OK && (!node || (!node->is_shown && !(flags & SQLITE_OPEN_CREATE))))
        code = SQLITE_CANTOPEN;
    if (code == SQLITE_OK && !node->is_shown)
        code = lynk_disk_change(disk, node, LYNK_MAKE, 0, 0, NULL);
    if (code == SQLITE_OK) {
        self->disk = disk;
        self->node = node;
        self->start = disk->start;
        self->deletes = (flags & SQLITE_OPEN_DELETEONCLOSE) != 0;
        self->base.pMethods = &methods;
        disk->open_handles++;
        if (out) *out = flags;
    }
    pthread_mutex_unlock(&disk->mutex);
    return code;
}

static int disk_delete(sqlite3_vfs *vfs, const char *path, int sync) {
    const char *name = NULL;
    struct lynk_disk *disk = lynk_disk_find(path, &name);
    struct lynk_node *node;
    int code;
    (void)vfs;
    if (!disk) return below->xDelete(below, path, sync);
    pthread_mutex_lock(&disk->mutex);
    code = lynk_disk_call(disk, 0, SQLITE_IOERR_DELETE);
    node = lynk_disk_node(disk, name, 0);
    if (code == SQLITE_OK) {
        if (!node || !node->is_shown) code = SQLITE_IOERR_DELETE_NOENT;
        else code = lynk_disk_change(disk, node, LYNK_DELETE, 0, 0, NULL);
        if (code == SQLITE_OK && sync) lynk_disk_sync(disk, node);
    }
    pthread_mutex_unlock(&disk->mutex);
    return code;
}

static int disk_access(sqlite3_vfs *vfs, const char *path, int flags, int *result) {
    const char *name = NULL;
    struct lynk_disk *disk = lynk_disk_find(path, &name);
    struct lynk_node *node;
    (void)vfs;
    if (!disk) return below->xAccess(below, path, flags, result);
    pthread_mutex_lock(&disk->mutex);
    node = lynk_disk_node(disk, name, 0);
    /* As the system's VFS: an empty file is none. */
    *result = node && node->is_shown
              && (flags != SQLITE_ACCESS_EXISTS || node->shown.size > 0);
    pthread_mutex_unlock(&disk->mutex);
    return SQLITE_OK;
}

static int disk_full_path(sqlite3_vfs *vfs, const char *path, int size, char *out) {
    const char *name = NULL;
    (void)vfs;
    if (!lynk_disk_find(path, &name)) return below->xFullPathname(below, path, size, out);
    return snprintf(out, (size_t)size, "%s", path) < size ? SQLITE_OK : SQLITE_CANTOPEN;
}

static pthread_mutex_t register_mutex = PTHREAD_MUTEX_INITIALIZER;

int lynk_disk_register(void) {
    int code = SQLITE_OK;
    pthread_mutex_lock(&register_mutex);
    if (!below) {
        below = sqlite3_vfs_find(NULL);
        if (below) {
            disk_vfs = *below;
            disk_vfs.zName = "lynk-disk";
            disk_vfs.pNext = NULL;
            if (disk_vfs.szOsFile < (int)sizeof(struct handle))
                disk_vfs.szOsFile = (int)sizeof(struct handle);
            disk_vfs.xOpen = disk_open;
            disk_vfs.xDelete = disk_delete;
            disk_vfs.xAccess = disk_access;
            disk_vfs.xFullPathname = disk_full_path;
            code = sqlite3_vfs_register(&disk_vfs, 1);
        } else {
            code = SQLITE_ERROR;
        }
    }
    pthread_mutex_unlock(&register_mutex);
    return code;
}
