// Glibc shows statx(2) only to programs that ask for GNU extensions, which Swift's importer does
// not; the kernel's own header has the record.
#include <fcntl.h>
#include <linux/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static inline long lynk_statx(const char *path, struct statx *result) {
    return syscall(SYS_statx, AT_FDCWD, path, 0, STATX_INO | STATX_BTIME, result);
}
