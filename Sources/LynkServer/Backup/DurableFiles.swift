import Crypto
import Foundation
import LynkCore

/// Files that are on disk when a call returns, and what they hash to.
enum DurableFiles {
    /// - Throws: ``Problem`` `store_failed`, as all of these.
    static func makeDirectory(_ path: String) throws {
        try reported("make \(path)") {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        }
    }

    static func write(_ data: Data, to path: String) throws {
        try reported("write \(path)") { try data.write(to: URL(fileURLWithPath: path)) }
        try sync(path)
    }

    static func copy(_ source: String, to target: String) throws {
        try reported("copy \(source)") {
            try FileManager.default.copyItem(atPath: source, toPath: target)
        }
        try sync(target)
    }

    /// Renames within one file system, durably: a reader sees the whole or nothing.
    static func move(_ source: String, to target: String) throws {
        guard rename(source, target) == 0 else {
            throw Problem(.storeFailed, "\(target) cannot be put in place (errno \(errno))")
        }
        try sync((target as NSString).deletingLastPathComponent)
    }

    /// A file's bytes, or a directory's entries.
    static func sync(_ path: String) throws {
        let descriptor = open(path.isEmpty ? "." : path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw Problem(.storeFailed, "\(path) cannot be opened (errno \(errno))")
        }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else {
            throw Problem(.storeFailed, "\(path) cannot be synced (errno \(errno))")
        }
    }

    /// Reads a file in pieces of 1 MiB.
    static func hash(_ path: String) throws -> (bytes: Int64, sha256: String) {
        try reported("read \(path)") {
            let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            defer { try? file.close() }
            var (hash, count) = (SHA256(), Int64(0))
            while let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty {
                hash.update(data: piece)
                count += Int64(piece.count)
            }
            return (count, hexadecimal(Array(hash.finalize())))
        }
    }

    private static func reported<Value>(_ deed: String, _ body: () throws -> Value) throws -> Value
    {
        do {
            return try body()
        } catch {
            throw Problem(.storeFailed, "cannot \(deed): \(error)")
        }
    }
}
