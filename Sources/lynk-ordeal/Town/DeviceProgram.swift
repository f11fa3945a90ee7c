import Foundation
import Glibc
import Lynk

/// One device of a run: its file, and the process that has it open.
final class DeviceProgram {
    let name: String
    let user: String
    let role: String
    private let code: String
    private let setting: Setting
    private let directory: URL
    private(set) var session: String
    private(set) var child: ChildProcess?
    private(set) var isPaused = false
    private var sessions = 1
    private var lives = 0
    /// An older state of the file, to be put back.
    private(set) var copy: URL?

    /// What all devices of a run have in common.
    struct Setting {
        let program: String
        let server: String
        let authority: String
        /// Of the histories and of what processes say.
        let logs: URL
        /// Of the devices' files; on the small disk when the run has one.
        let files: URL
        /// Of copies, which are kept elsewhere.
        let copies: URL
        let seed: UInt64
        let pause: Int
    }

    init(_ name: String, user: String, role: String, code: String, _ setting: Setting) throws {
        self.name = name
        self.user = user
        self.role = role
        self.code = code
        self.setting = setting
        session = name
        directory = setting.files.appendingPathComponent(name)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }

    var file: URL { directory.appendingPathComponent("replica.db") }

    /// Starts its process; it goes on with the file as it is.
    func start(until: PlayDevice.Until = .asked) throws {
        var seed = setting.seed
        for byte in "\(session)/\(lives)".utf8 { seed = seed &* 0x100_0000_01b3 ^ UInt64(byte) }
        let words = [
            setting.program, "device", "--file", file.path, "--session", session, "--life",
            String(lives), "--user", user, "--role", role, "--server", setting.server, "--ca",
            setting.authority, "--code", code, "--seed", String(seed), "--pause",
            String(setting.pause), "--until", until.rawValue,
        ]
        child = try ChildProcess(
            words,
            output: .copied(to: setting.logs.appendingPathComponent("\(session).jsonl").path),
            errors: setting.logs.appendingPathComponent("\(name).log").path)
        lives += 1
        isPaused = false
    }

    func kill() {
        child?.kill()
        child = nil
        isPaused = false
    }

    /// - Returns: how it ended by itself, once.
    func ended() -> ChildProcess.Ending? {
        guard let ending = child?.poll() else { return nil }
        // For the last of what it told.
        child?.kill()
        child = nil
        return ending
    }

    func pause() {
        child?.pause()
        isPaused = child != nil
    }

    func resume() {
        child?.resume()
        isPaused = false
    }

    func finish(seconds: Double) async throws -> ChildProcess.Ending? {
        guard let child else { return nil }
        let ending = try await child.wait(seconds: seconds)
        if ending == nil { child.kill() }
        self.child = nil
        return ending
    }

    // MARK: copies

    /// Copies the file, and what SQLite has beside it, while no thread of the process runs: what
    /// a copy of the disk at one moment holds.
    func copyFile(to target: URL) throws {
        let wasPaused = isPaused
        child?.pause()
        defer { if !wasPaused { child?.resume() } }
        let manager = FileManager.default
        for ending in ["", "-wal"] {
            let to = URL(fileURLWithPath: target.path + ending)
            try? manager.removeItem(at: to)
            guard manager.fileExists(atPath: file.path + ending) else { continue }
            try manager.copyItem(at: URL(fileURLWithPath: file.path + ending), to: to)
        }
    }

    /// Whether it has told anything: it does so once it has enrolled. Before, its file has no key,
    /// and a copy would make one of its own and ask with a code that another device has used.
    var hasEnrolled: Bool {
        let history = setting.logs.appendingPathComponent("\(name).jsonl").path
        let size = try? FileManager.default.attributesOfItem(atPath: history)[.size] as? Int
        return (size ?? 0) > 0
    }

    func keepCopy() throws {
        guard hasEnrolled else { return }
        let target = setting.copies.appendingPathComponent("\(name)-\(sessions)-\(lives).db")
        try copyFile(to: target)
        copy = target
    }

    /// Puts the older state back: a session of its own begins.
    ///
    /// - Parameter inPlace: the same file with other bytes; else a new file of the same name.
    /// - Returns: the session that ended with it.
    func putBack(inPlace: Bool) throws -> String? {
        guard let copy else { return nil }
        kill()
        let manager = FileManager.default
        try? manager.removeItem(atPath: file.path + "-shm")
        try? manager.removeItem(atPath: file.path + "-wal")
        let bytes = try Data(contentsOf: copy)
        if inPlace {
            let handle = try FileHandle(forWritingTo: file)
            try handle.truncate(atOffset: 0)
            try handle.write(contentsOf: bytes)
            try handle.close()
        } else {
            try manager.removeItem(at: file)
            try bytes.write(to: file)
        }
        if let log = manager.contents(atPath: copy.path + "-wal") {
            try log.write(to: URL(fileURLWithPath: file.path + "-wal"))
        }
        let ended = session
        sessions += 1
        session = "\(name).\(sessions)"
        self.copy = nil
        return ended
    }

    /// Another device with a copy of this one's file.
    func clone(_ number: Int) throws -> DeviceProgram {
        let clone = try DeviceProgram(
            "\(name)-copy\(number)", user: user, role: role, code: code, setting)
        try copyFile(to: clone.file)
        return clone
    }
}
