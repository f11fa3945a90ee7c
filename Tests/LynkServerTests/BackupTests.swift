import Foundation
import LynkCore
import LynkEngine
import Testing

@testable import LynkServer

/// Copies of a hub's stores: whole or not there, and durable only when whole.
struct BackupTests {
    private let directory = "\(NSTemporaryDirectory())/lynk-backup-\(UUID().uuidString)"
    private let control = FakeControlStore()
    private let tenants = FakeTenantDirectory()
    private let first = TenantID(high: 1, low: 1)
    private let second = TenantID(high: 2, low: 2)

    /// Two tenants, the first with three commits.
    private func prepare() throws {
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        for id in [first, second] {
            try control.createTenant(TenantRecord(id: id, name: "n", createdMilliseconds: 1))
            _ = tenants.create(id)
        }
        tenants[first]?.with { $0.number = 3 }
    }

    private var backup: HubBackup { HubBackup(control: control, tenants: tenants) }

    private func names(_ path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    }

    @Test func aBackupIsWholeAndMarksItsVectorsDurable() throws {
        try prepare()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let out = "\(directory)/b"
        let made = try backup.make(in: out, nowMilliseconds: 77)
        #expect(made.map(\.tenant) == [first, second])
        #expect(made.map(\.position) == [3, 0])
        #expect(try names(out) == ["control.sqlite", "manifest.json", "tenants"])
        #expect(tenants[first]?.with { $0.durable } == VersionVector([FakeTenantStore.era: 3]))
        #expect(control.backups().count == 2)
        let manifest = try BackupManifest.read(in: out)
        #expect(manifest.createdMilliseconds.value == 77)
        #expect(manifest.files.count == 3)
        #expect(manifest.tenants.map(\.position.value) == [3, 0])
        #expect(manifest.tenants[0].vector.map(\.number) == ["3"])
    }

    @Test func oneTenantMayBeCopiedAlone() throws {
        try prepare()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let made = try backup.make(in: "\(directory)/b", only: first, nowMilliseconds: 1)
        #expect(made.map(\.tenant) == [first])
        #expect(try names("\(directory)/b/tenants") == ["\(first).sqlite"])
        #expect(control.backups().map(\.backup.tenant) == [first])
        let problem = #expect(throws: Problem.self) {
            try backup.make(
                in: "\(directory)/c", only: TenantID(high: 9, low: 9), nowMilliseconds: 1)
        }
        #expect(problem?.code == .notFound)
    }

    @Test func aBackupThatFailsLeavesNothingAndMakesNothingDurable() throws {
        try prepare()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        tenants[second]?.with { $0.backupFailure = Problem(.storeFailed, "disk full") }
        #expect(throws: Problem(.storeFailed, "disk full")) {
            try backup.make(in: "\(directory)/b", nowMilliseconds: 1)
        }
        #expect(try names(directory) == [])
        #expect(control.backups().isEmpty)
        #expect(tenants[first]?.with { $0.durable } == .zero)
        try "mine".write(toFile: "\(directory)/b", atomically: true, encoding: .utf8)
        let problem = #expect(throws: Problem.self) {
            try backup.make(in: "\(directory)/b", nowMilliseconds: 1)
        }
        #expect(problem?.code == .alreadyExists)
        #expect(try String(contentsOfFile: "\(directory)/b", encoding: .utf8) == "mine")
    }

    @Test func aRestoreVerifiesAndNeverDeletes() throws {
        try prepare()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let (out, data) = ("\(directory)/b", "\(directory)/data")
        _ = try backup.make(in: out, nowMilliseconds: 5)
        let report = try HubRestore(from: out, to: data).run(force: false)
        #expect(report.tenants.map(\.position) == [3, 0])
        #expect(report.replaced == nil)
        #expect(try names(data) == ["control.sqlite", "tenants"])
        #expect(try names("\(data)/tenants") == ["\(first).sqlite", "\(second).sqlite"])

        let refused = #expect(throws: Problem.self) {
            try HubRestore(from: out, to: data).run(force: false)
        }
        #expect(refused?.code == .directoryNotEmpty)
        try "newer".write(
            toFile: "\(data)/tenants/\(first).sqlite-wal", atomically: true, encoding: .utf8)
        let forced = try HubRestore(from: out, to: data).run(force: true)
        #expect(forced.replaced == "\(data)/replaced-1")
        #expect(try names("\(data)/replaced-1") == ["control.sqlite", "tenants"])
        #expect(try names("\(data)/replaced-1/tenants").count == 3)
        #expect(try names("\(data)/tenants") == ["\(first).sqlite", "\(second).sqlite"])
    }

    @Test(arguments: [
        "tenants/00000000-0000-0001-0000-000000000001.sqlite", "control.sqlite", "manifest.json",
    ])
    func aDamagedBackupIsRefusedBeforeAnythingChanges(file: String) throws {
        try prepare()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let out = "\(directory)/b"
        _ = try backup.make(in: out, nowMilliseconds: 5)
        let path = "\(out)/\(file)"
        var bytes = try #require(FileManager.default.contents(atPath: path))
        bytes[bytes.count / 2] ^= 1
        for damage in [bytes, bytes.dropLast(), nil] {
            try FileManager.default.removeItem(atPath: path)
            try damage?.write(to: URL(fileURLWithPath: path))
            let problem = #expect(throws: Problem.self, "\(file)") {
                try HubRestore(from: out, to: "\(directory)/data").run(force: true)
            }
            #expect(problem?.code == .backupInvalid)
            #expect(!FileManager.default.fileExists(atPath: "\(directory)/data"))
            if damage == nil { break }
        }
    }

    @Test func aManifestCannotLeadOutOfItsDirectory() throws {
        try prepare()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        for path in ["../x", "/etc/passwd", "tenants/../../x.sqlite", "tenants/x.sqlite", ""] {
            let text = """
                {"format":1,"createdMilliseconds":"1","tenants":[],
                 "files":[{"path":"\(path)","bytes":"0","sha256":""}]}
                """
            try text.write(
                toFile: "\(directory)/manifest.json", atomically: true, encoding: .utf8)
            let problem = #expect(throws: Problem.self) { try BackupManifest.read(in: directory) }
            #expect(problem?.code == .backupInvalid)
        }
    }
}
