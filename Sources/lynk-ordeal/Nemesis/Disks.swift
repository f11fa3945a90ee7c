import Foundation
import Glibc

/// How a disk of a run is made full.
enum Disks {
    /// A small file system is filled up by a file of this name, until the system says ENOSPC.
    static func fill(_ folder: URL) {
        let file = open(
            folder.appendingPathComponent("ballast").path,
            O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard file >= 0 else { return }
        defer { close(file) }
        // Smaller and smaller parts, so that no page is left.
        var size = 1 << 20
        let zeros = [UInt8](repeating: 0, count: size)
        var written = 0
        while size > 0, written < bytesMax {
            let count = write(file, zeros, size)
            if count <= 0 { size /= 4 } else { written += count }
        }
    }

    /// A small file system is small; whatever this is then, it is not filled up.
    private static let bytesMax = 256 << 20

    static func free(_ folder: URL) {
        try? FileManager.default.removeItem(at: folder.appendingPathComponent("ballast"))
    }
}
