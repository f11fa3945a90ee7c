// Glibc shows these calls only to programs that ask for GNU extensions, which Swift's importer
// does not; they are asked of the kernel. For lynk-ordeal, which no library uses.
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

struct lynk_limit {
    uint64_t soft;
    uint64_t hard;
};

// The largest file that another process may write; `hard` in `soft` lifts the limit.
static inline long lynk_limit_files(int pid, uint64_t bytes) {
    struct lynk_limit limit;
    if (syscall(SYS_prlimit64, pid, RLIMIT_FSIZE, NULL, &limit) != 0) return -1;
    limit.soft = bytes < limit.hard ? bytes : limit.hard;
    return syscall(SYS_prlimit64, pid, RLIMIT_FSIZE, &limit, NULL);
}

// A pipe that children do not inherit.
static inline long lynk_pipe(int *ends) { return syscall(SYS_pipe2, ends, O_CLOEXEC); }

// A connection that children do not inherit; the flag of the socket is that of files.
static inline long lynk_accept(int listener) {
    return syscall(SYS_accept4, listener, NULL, NULL, O_CLOEXEC);
}
