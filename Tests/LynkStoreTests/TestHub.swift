import Foundation
import GRDB
import LynkCore
import LynkEngine
import TestSupport
import Testing

@testable import LynkStore

/// The stores that pass one suite of laws.
enum HubKind: String, CaseIterable, CustomTestStringConvertible {
    case sqlite, memory

    var testDescription: String { rawValue }
}

/// A hub on either store, with what happens to its file.
struct TestHub {
    private(set) var store: any TenantStore
    private let directory: String
    private var application: any Application
    private var backup: InMemoryTenantStore.Snapshot?

    init(
        _ kind: HubKind, directory: String, application: any Application,
        random: inout SeededGenerator
    ) throws {
        self.directory = directory
        self.application = application
        switch kind {
        case .sqlite: store = try Self.open(directory, application, &random)
        case .memory:
            store = try InMemoryTenantStore(
                tenant: World.tenant, application: application, random: &random)
        }
    }

    private static func open(
        _ directory: String, _ application: any Application, _ random: inout SeededGenerator
    ) throws -> SQLiteTenantStore {
        try SQLiteTenantStore(
            path: directory + "/hub.sqlite", tenant: World.tenant, application: application,
            random: &random)
    }

    /// The store on a file, for what only a file has.
    var sqlite: SQLiteTenantStore? { store as? SQLiteTenantStore }
    var memory: InMemoryTenantStore? { store as? InMemoryTenantStore }

    /// Reads what the hub has, whichever store it is on.
    func read<T>(_ body: (any HubReads) throws -> T) throws -> T {
        if let sqlite { return try sqlite.replica.file.read { try body($0) } }
        guard let memory else { throw Problem(.internalFailure, "another store") }
        return try memory.replica.file.read { try body($0) }
    }

    /// Every conflict that is kept, in the order in which they were found.
    func conflicts() throws -> [Conflict] {
        try read { reads in
            var found: [Int64: Conflict] = [:]
            for scope in try reads.scopes() {
                for stored in try reads.conflicts(
                    in: scope.handle, after: (0, 0), through: .max, limit: 1_000)
                { found[stored.number] = stored.conflict }
            }
            return found.sorted { $0.key < $1.key }.map(\.value)
        }
    }

    /// A hub in memory as it was then, restarted.
    mutating func replace(
        with snapshot: InMemoryTenantStore.Snapshot, _ random: inout SeededGenerator
    ) throws {
        store = try InMemoryTenantStore(
            tenant: World.tenant, application: application, restoring: snapshot, random: &random)
    }

    /// The hub of another file.
    mutating func replace(atPath path: String, _ random: inout SeededGenerator) throws {
        store = try SQLiteTenantStore(
            path: path, tenant: World.tenant, application: application, random: &random)
    }

    mutating func restart(_ random: inout SeededGenerator) throws {
        try reopen(memory?.snapshot(), &random)
    }

    /// A restart with a newer program.
    mutating func upgrade(
        to application: any Application, _ random: inout SeededGenerator
    ) throws {
        self.application = application
        try restart(&random)
    }

    mutating func backUp(_ random: inout SeededGenerator) throws {
        backup = memory?.snapshot()
        try reopen(backup, &random) { [directory] in
            try Self.copy("hub", to: "backup", in: directory)
        }
    }

    mutating func restore(_ random: inout SeededGenerator) throws {
        try reopen(backup, &random) { [directory] in
            try Self.copy("backup", to: "hub", in: directory)
        }
    }

    mutating func lose(_ random: inout SeededGenerator) throws {
        try reopen(nil, &random) { [directory] in
            for suffix in ["", "-wal", "-shm"] {
                try? FileManager.default.removeItem(
                    atPath: directory + "/hub.sqlite" + suffix)
            }
        }
    }

    private mutating func reopen(
        _ snapshot: InMemoryTenantStore.Snapshot?, _ random: inout SeededGenerator,
        meanwhile: () throws -> Void = {}
    ) throws {
        if memory != nil {
            store = try InMemoryTenantStore(
                tenant: World.tenant, application: application, restoring: snapshot,
                random: &random)
        } else {
            try store.close()
            try meanwhile()
            store = try Self.open(directory, application, &random)
        }
    }

    static func copy(_ name: String, to other: String, in directory: String) throws {
        for suffix in ["", "-wal", "-shm"] {
            let (source, target) = (
                "\(directory)/\(name).sqlite\(suffix)", "\(directory)/\(other).sqlite\(suffix)"
            )
            try? FileManager.default.removeItem(atPath: target)
            if FileManager.default.fileExists(atPath: source) {
                try FileManager.default.copyItem(atPath: source, toPath: target)
            }
        }
    }
}
