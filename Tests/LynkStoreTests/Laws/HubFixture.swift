import Foundation
import LynkCore
import LynkEngine
import Testing

@testable import LynkStore

/// Which of the hub stores a law is held against.
enum HubKind: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case sqlite

    var testDescription: String { "\(self) hub" }
}

/// A tenant's hub that can be restarted, copied aside, put back and lost.
protocol HubFixture: AnyObject {
    var store: any TenantStore { get }
    func restart() throws
    func backUp() throws
    func restore() throws
    func lose() throws
}

final class SQLiteHubFixture: HubFixture {
    private let directory: String
    private let application: any Application
    private var random: SeededGenerator
    private(set) var hub: SQLiteTenantStore

    init(directory: String, application: any Application, seed: UInt64) throws {
        self.directory = directory
        self.application = application
        random = SeededGenerator(seed: seed)
        hub = try SQLiteTenantStore(
            path: directory + "/hub.sqlite", tenant: World.tenant, application: application,
            random: &random)
    }

    var store: any TenantStore { hub }

    func restart() throws {
        try hub.close()
        try open()
    }

    private func open() throws {
        hub = try SQLiteTenantStore(
            path: directory + "/hub.sqlite", tenant: World.tenant, application: application,
            random: &random)
    }

    func backUp() throws {
        try hub.close()
        try copy("hub", to: "backup")
        try open()
    }

    func restore() throws {
        try hub.close()
        try copy("backup", to: "hub")
        try open()
    }

    func lose() throws {
        try hub.close()
        try remove("hub")
        try open()
    }

    private func remove(_ name: String) throws {
        for suffix in ["", "-wal", "-shm"] {
            let path = "\(directory)/\(name).sqlite\(suffix)"
            if FileManager.default.fileExists(atPath: path) {
                try FileManager.default.removeItem(atPath: path)
            }
        }
    }

    private func copy(_ name: String, to other: String) throws {
        try remove(other)
        for suffix in ["", "-wal", "-shm"] {
            let source = "\(directory)/\(name).sqlite\(suffix)"
            guard FileManager.default.fileExists(atPath: source) else { continue }
            try FileManager.default.copyItem(
                atPath: source, toPath: "\(directory)/\(other).sqlite\(suffix)")
        }
    }
}
