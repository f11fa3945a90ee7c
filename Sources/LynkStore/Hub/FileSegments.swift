import Foundation
import LynkCore
import LynkEngine

/// Segments as files in a directory of their own beside the tenant's file.
///
/// Never synced and emptied when the tenant is opened: after a crash or a restore a file could hold
/// anything, and all of it can be made again. Isolation: safe from any thread; a file is put in
/// place whole by a rename.
final class FileSegments: SegmentStore {
    private let directory: String

    init(beside path: String) {
        directory = path + ".segments"
        try? FileManager.default.removeItem(atPath: directory)
    }

    func put(_ bytes: [UInt8], as name: ContentID) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
            try Data(bytes).write(to: URL(fileURLWithPath: path(name)), options: .atomic)
        } catch {
            throw Problem(.storeFailed, "a segment cannot be kept: is the disk full?")
        }
    }

    func read(_ name: ContentID, from offset: Int, count: Int) throws -> [UInt8]? {
        guard let file = FileHandle(forReadingAtPath: path(name)) else { return nil }
        defer { try? file.close() }
        try file.seek(toOffset: UInt64(max(offset, 0)))
        return Array(try file.read(upToCount: count) ?? Data())
    }

    func remove(_ name: ContentID) {
        try? FileManager.default.removeItem(atPath: path(name))
    }

    private func path(_ name: ContentID) -> String { "\(directory)/\(name)" }
}
