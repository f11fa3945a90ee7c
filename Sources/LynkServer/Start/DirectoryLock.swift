import Foundation
import LynkCore

/// Keeps a second server off a data directory while this value lives.
///
/// An advisory lock of the kernel (flock(2)) on the file `lock`, so that it ends with the process
/// however that dies.
public final class DirectoryLock: Sendable {
    private let descriptor: Int32

    /// - Throws: ``Problem`` `directory_locked` when another process holds it, `store_failed`
    ///   when the file cannot be opened.
    public init(directory: String) throws {
        descriptor = open("\(directory)/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw Problem(.storeFailed, "\(directory)/lock cannot be opened (errno \(errno))")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw Problem(.directoryLocked, directory)
        }
    }

    deinit { close(descriptor) }
}
