import Foundation
import LynkCore
import LynkServer
import Testing

struct DirectoryLockTests {
    @Test func aSecondServerIsRefusedUntilTheFirstEnds() throws {
        let directory = "\(NSTemporaryDirectory())/lynk-lock-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        var first: DirectoryLock? = try DirectoryLock(directory: directory)
        #expect(throws: Problem(.directoryLocked, directory)) {
            _ = try DirectoryLock(directory: directory)
        }
        withExtendedLifetime(first) {}
        first = nil
        _ = try DirectoryLock(directory: directory)
    }

    @Test func aMissingDirectoryIsNamed() {
        #expect(throws: Problem(.storeFailed, "/nowhere/lock cannot be opened (errno 2)")) {
            _ = try DirectoryLock(directory: "/nowhere")
        }
    }
}
