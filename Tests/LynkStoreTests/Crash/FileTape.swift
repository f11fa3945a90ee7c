import CFaultVFS
import Foundation
import TestSupport

/// What a power loss does to what was written and not synced.
enum Loss: Hashable, CustomStringConvertible {
    /// Nothing: the process died, the system did not.
    case none
    /// The last write is half there.
    case torn
    /// All of it is gone.
    case unsynced
    /// Each write is there or not, as chance has it.
    case shuffled(UInt64)

    static let all: [Loss] = [.none, .torn, .unsynced, .shuffled(1), .shuffled(2)]

    var description: String {
        switch self {
        case .none: "nothing lost"
        case .torn: "last write torn"
        case .unsynced: "unsynced writes lost"
        case .shuffled(let seed): "unsynced writes shuffled \(seed)"
        }
    }
}

/// Everything that reached the files of a directory, in order, and what was in them before.
struct FileTape {
    enum Kind: Int32 { case create, write, truncate, sync, delete }

    struct Operation {
        let kind: Kind
        let name: String
        let offset: Int
        let bytes: [UInt8]
    }

    typealias Files = [String: [UInt8]]

    let start: Files
    private(set) var operations: [Operation] = []

    /// Starts writing down; one tape at a time in a process.
    static func record(_ directory: String, prefix: String) -> FileTape {
        _ = lynk_fault_register()
        lynk_fault_watch("\(directory)/\(prefix)")
        return FileTape(start: files(in: directory, prefix: prefix))
    }

    /// How much is on the tape at this moment.
    static var length: Int { Int(lynk_fault_count()) }

    /// Ends the recording.
    mutating func stop() {
        lynk_fault_watch(nil)
        operations = (0..<lynk_fault_count()).compactMap { index in
            var raw = lynk_fault_op()
            guard lynk_fault_get(index, &raw) != 0, let kind = Kind(rawValue: raw.kind),
                !String(cString: raw.name).hasSuffix("-shm")
            else { return nil }
            let bytes = UnsafeBufferPointer(
                start: raw.bytes, count: raw.bytes == nil ? 0 : Int(raw.length))
            return Operation(
                kind: kind, name: String(cString: raw.name), offset: Int(raw.offset),
                bytes: Array(bytes))
        }
    }

    /// The files as a crash before this operation leaves them; `nil` when that loss is the same
    /// as another one here.
    func files(at boundary: Int, _ loss: Loss) -> Files? {
        var durable = start
        var pending: [Operation] = []
        for operation in operations[..<boundary] {
            guard operation.kind == .sync else {
                pending.append(operation)
                continue
            }
            // A sync of a new or removed file also syncs the directory.
            let isDone = { (other: Operation) in
                other.name == operation.name || other.kind == .create || other.kind == .delete
            }
            for other in pending where isDone(other) { Self.apply(other, to: &durable) }
            pending.removeAll(where: isDone)
        }
        guard loss == .none || !pending.isEmpty else { return nil }
        switch loss {
        case .none: break
        case .unsynced: pending = []
        case .torn:
            guard let last = pending.popLast(), last.kind == .write else { return nil }
            pending.append(
                Operation(
                    kind: .write, name: last.name, offset: last.offset,
                    bytes: Array(last.bytes.prefix(last.bytes.count / 2))))
        case .shuffled(let seed):
            var random = SeededGenerator(seed: seed &* 1_000_003 &+ UInt64(boundary))
            pending = pending.filter { _ in Bool.random(using: &random) }
        }
        for operation in pending { Self.apply(operation, to: &durable) }
        return durable
    }

    private static func apply(_ operation: Operation, to files: inout Files) {
        let name = operation.name
        switch operation.kind {
        case .create: files[name] = files[name] ?? []
        case .delete: files[name] = nil
        case .sync: break
        case .truncate:
            var bytes = files[name] ?? []
            let grown = max(0, operation.offset - bytes.count)
            bytes = bytes.prefix(operation.offset) + [UInt8](repeating: 0, count: grown)
            files[name] = bytes
        case .write:
            var bytes = files[name] ?? []
            let end = operation.offset + operation.bytes.count
            if bytes.count < end {
                bytes += [UInt8](repeating: 0, count: end - bytes.count)
            }
            bytes.replaceSubrange(operation.offset..<end, with: operation.bytes)
            files[name] = bytes
        }
    }

    private static func files(in directory: String, prefix: String) -> Files {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        var files: Files = [:]
        for name in names where name.hasPrefix(prefix) && !name.hasSuffix("-shm") {
            files[name] = FileManager.default.contents(atPath: "\(directory)/\(name)").map(
                Array.init)
        }
        return files
    }

    /// Puts files in place without making new ones where there are some: a replica tells a copy
    /// from its original by the inode.
    static func put(_ files: Files, in directory: String, prefix: String) throws {
        let manager = FileManager.default
        for name in try manager.contentsOfDirectory(atPath: directory)
        where name.hasPrefix(prefix) && files[name] == nil {
            // The main file stays as an empty one: SQLite takes that for a new database.
            if name.hasSuffix("-wal") || name.hasSuffix("-shm") || name.hasSuffix("-journal") {
                try manager.removeItem(atPath: "\(directory)/\(name)")
            } else {
                try overwrite("\(directory)/\(name)", [])
            }
        }
        for (name, bytes) in files { try overwrite("\(directory)/\(name)", bytes) }
    }

    private static func overwrite(_ path: String, _ bytes: [UInt8]) throws {
        if !FileManager.default.fileExists(atPath: path) {
            _ = FileManager.default.createFile(atPath: path, contents: nil)
        }
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        defer { try? handle.close() }
        try handle.truncate(atOffset: 0)
        try handle.write(contentsOf: bytes)
    }
}
