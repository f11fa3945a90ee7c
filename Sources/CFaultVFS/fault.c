#include "CFaultVFS.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#define PATH_MAX_BYTES 1024

struct file {
    sqlite3_file base;
    /* NULL: not one of the watched. */
    const char *name;
    sqlite3_file *real;
};

static sqlite3_vfs *system_vfs;
static sqlite3_vfs fault_vfs;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static char prefix[PATH_MAX_BYTES];
static int is_watching;
static struct lynk_fault_op *ops;
static int64_t count, capacity;
static int64_t failing_call, calls;
static int is_sticky;

static const char *watched_name(const char *path) {
    const char *slash, *name = NULL;
    pthread_mutex_lock(&mutex);
    if (is_watching && path && strncmp(path, prefix, strlen(prefix)) == 0) {
        slash = strrchr(path, '/');
        name = strdup(slash ? slash + 1 : path);
    }
    pthread_mutex_unlock(&mutex);
    return name;
}

static void record(int kind, const char *name, int64_t offset, int64_t length, const void *bytes) {
    struct lynk_fault_op *op;
    pthread_mutex_lock(&mutex);
    if (is_watching) {
        if (count == capacity) {
            capacity = capacity ? capacity * 2 : 256;
            ops = realloc(ops, (size_t)capacity * sizeof *ops);
        }
        op = &ops[count++];
        op->kind = kind;
        op->name = strdup(name);
        op->offset = offset;
        op->length = length;
        op->bytes = NULL;
        if (bytes && length > 0) {
            op->bytes = malloc((size_t)length);
            memcpy((void *)op->bytes, bytes, (size_t)length);
        }
    }
    pthread_mutex_unlock(&mutex);
}

/* Whether this call is the one to fail. */
static int fails(const struct file *file) {
    int result = 0;
    if (!file->name) return 0;
    pthread_mutex_lock(&mutex);
    if (failing_call > 0) {
        calls++;
        result = calls == failing_call || (is_sticky && calls > failing_call);
    }
    pthread_mutex_unlock(&mutex);
    return result;
}

#define REAL(file) (((struct file *)(file))->real)
#define ONWARD(call) REAL(file)->pMethods->call

static int fault_close(sqlite3_file *file) {
    struct file *self = (struct file *)file;
    int code = ONWARD(xClose)(self->real);
    free((void *)self->name);
    self->name = NULL;
    return code;
}

static int fault_read(sqlite3_file *file, void *bytes, int length, sqlite3_int64 offset) {
    if (fails((struct file *)file)) return SQLITE_IOERR_READ;
    return ONWARD(xRead)(REAL(file), bytes, length, offset);
}

static int fault_write(sqlite3_file *file, const void *bytes, int length, sqlite3_int64 offset) {
    struct file *self = (struct file *)file;
    int code;
    if (fails(self)) return SQLITE_FULL;
    code = ONWARD(xWrite)(self->real, bytes, length, offset);
    if (code == SQLITE_OK && self->name)
        record(LYNK_FAULT_WRITE, self->name, offset, length, bytes);
    return code;
}

static int fault_truncate(sqlite3_file *file, sqlite3_int64 size) {
    struct file *self = (struct file *)file;
    int code;
    if (fails(self)) return SQLITE_IOERR_TRUNCATE;
    code = ONWARD(xTruncate)(self->real, size);
    if (code == SQLITE_OK && self->name) record(LYNK_FAULT_TRUNCATE, self->name, size, 0, NULL);
    return code;
}

static int fault_sync(sqlite3_file *file, int flags) {
    struct file *self = (struct file *)file;
    int code;
    if (fails(self)) return SQLITE_IOERR_FSYNC;
    code = ONWARD(xSync)(self->real, flags);
    if (code == SQLITE_OK && self->name) record(LYNK_FAULT_SYNC, self->name, 0, 0, NULL);
    return code;
}

static int fault_size(sqlite3_file *file, sqlite3_int64 *size) {
    if (fails((struct file *)file)) return SQLITE_IOERR_FSTAT;
    return ONWARD(xFileSize)(REAL(file), size);
}
static int fault_lock(sqlite3_file *file, int lock) { return ONWARD(xLock)(REAL(file), lock); }
static int fault_unlock(sqlite3_file *file, int lock) { return ONWARD(xUnlock)(REAL(file), lock); }
static int fault_reserved(sqlite3_file *file, int *result) {
    return ONWARD(xCheckReservedLock)(REAL(file), result);
}
static int fault_control(sqlite3_file *file, int operation, void *argument) {
    return ONWARD(xFileControl)(REAL(file), operation, argument);
}
static int fault_sector(sqlite3_file *file) { return ONWARD(xSectorSize)(REAL(file)); }
static int fault_device(sqlite3_file *file) { return ONWARD(xDeviceCharacteristics)(REAL(file)); }
static int fault_map(sqlite3_file *file, int page, int size, int extend, void volatile **at) {
    if (fails((struct file *)file)) return SQLITE_IOERR_SHMMAP;
    return ONWARD(xShmMap)(REAL(file), page, size, extend, at);
}
static int fault_shm_lock(sqlite3_file *file, int offset, int n, int flags) {
    return ONWARD(xShmLock)(REAL(file), offset, n, flags);
}
static void fault_barrier(sqlite3_file *file) { ONWARD(xShmBarrier)(REAL(file)); }
static int fault_unmap(sqlite3_file *file, int remove) {
    return ONWARD(xShmUnmap)(REAL(file), remove);
}

/* Version 2: without memory-mapped reads, so that each read may fail. */
static const sqlite3_io_methods methods = {
    2, fault_close, fault_read, fault_write, fault_truncate, fault_sync, fault_size, fault_lock,
    fault_unlock, fault_reserved, fault_control, fault_sector, fault_device, fault_map,
    fault_shm_lock, fault_barrier, fault_unmap, NULL, NULL};

static int fault_open(
    sqlite3_vfs *vfs, sqlite3_filename path, sqlite3_file *file, int flags, int *out) {
    struct file *self = (struct file *)file;
    int code, existed = 0;
    (void)vfs;
    self->base.pMethods = NULL;
    self->real = (sqlite3_file *)(self + 1);
    self->name = watched_name(path);
    if (fails(self)) {
        free((void *)self->name);
        return SQLITE_CANTOPEN;
    }
    if (self->name) system_vfs->xAccess(system_vfs, path, SQLITE_ACCESS_EXISTS, &existed);
    code = system_vfs->xOpen(system_vfs, path, self->real, flags, out);
    if (self->real->pMethods) self->base.pMethods = &methods;
    if (code != SQLITE_OK) {
        if (!self->real->pMethods) free((void *)self->name);
    } else if (self->name && !existed) {
        record(LYNK_FAULT_CREATE, self->name, 0, 0, NULL);
    }
    return code;
}

static int fault_delete(sqlite3_vfs *vfs, const char *path, int sync) {
    struct file file = {{NULL}, watched_name(path), NULL};
    int code;
    (void)vfs;
    if (fails(&file)) {
        free((void *)file.name);
        return SQLITE_IOERR_DELETE;
    }
    code = system_vfs->xDelete(system_vfs, path, sync);
    if (code == SQLITE_OK && file.name) record(LYNK_FAULT_DELETE, file.name, 0, 0, NULL);
    free((void *)file.name);
    return code;
}

static int register_once(void) {
    if (system_vfs) return SQLITE_OK;
    system_vfs = sqlite3_vfs_find(NULL);
    if (!system_vfs) return SQLITE_ERROR;
    fault_vfs = *system_vfs;
    fault_vfs.zName = "lynk-fault";
    fault_vfs.szOsFile = (int)sizeof(struct file) + system_vfs->szOsFile;
    fault_vfs.pNext = NULL;
    fault_vfs.xOpen = fault_open;
    fault_vfs.xDelete = fault_delete;
    return sqlite3_vfs_register(&fault_vfs, 1);
}

int lynk_fault_register(void) {
    int code;
    pthread_mutex_lock(&mutex);
    code = register_once();
    pthread_mutex_unlock(&mutex);
    return code;
}

void lynk_fault_watch(const char *new_prefix) {
    int64_t i;
    pthread_mutex_lock(&mutex);
    is_watching = 0;
    if (new_prefix && strlen(new_prefix) < PATH_MAX_BYTES) {
        for (i = 0; i < count; i++) {
            free((void *)ops[i].name);
            free((void *)ops[i].bytes);
        }
        count = 0;
        strcpy(prefix, new_prefix);
        is_watching = 1;
    }
    pthread_mutex_unlock(&mutex);
}

int64_t lynk_fault_count(void) {
    int64_t result;
    pthread_mutex_lock(&mutex);
    result = count;
    pthread_mutex_unlock(&mutex);
    return result;
}

int lynk_fault_get(int64_t index, struct lynk_fault_op *op) {
    int found;
    pthread_mutex_lock(&mutex);
    found = index >= 0 && index < count;
    if (found) *op = ops[index];
    pthread_mutex_unlock(&mutex);
    return found;
}

void lynk_fault_fail(int64_t call, int sticky) {
    pthread_mutex_lock(&mutex);
    failing_call = call;
    is_sticky = sticky;
    calls = 0;
    pthread_mutex_unlock(&mutex);
}

int64_t lynk_fault_calls(void) {
    int64_t result;
    pthread_mutex_lock(&mutex);
    result = calls;
    pthread_mutex_unlock(&mutex);
    return result;
}
