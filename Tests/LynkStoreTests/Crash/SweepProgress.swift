import Foundation

/// How far a sweep came, in a file: GRDB ends the process where it has no memory to open a
/// connection or to pass an argument. That is a crash between two calls of the system, whose files
/// the crash tests judge; the sweep goes on after it in a new process (`Tests/memory.sh`).
struct SweepProgress: Sendable {
    private let path: String

    init?() {
        guard let path = ProcessInfo.processInfo.environment["LYNK_SWEEP_PROGRESS"] else {
            return nil
        }
        self.path = path
    }

    private func lines() -> [Substring] {
        let text = FileManager.default.contents(atPath: path).map {
            String(decoding: $0, as: UTF8.self)
        }
        return text?.split(separator: "\n") ?? []
    }

    /// The call to go on with; `nil` when the place is done.
    func start(of place: String) throws -> Int64? {
        var next: Int64 = 1
        for line in lines() {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, parts[0] == place else { continue }
            if parts[1] == "done" { return nil }
            guard let call = Int64(parts[1]) else { continue }
            next = call + Int64(FaultSweep.memory.stride)
        }
        return next
    }

    func begin(_ place: String, _ call: Int64) throws { try append("\(place):\(call)") }

    func end(_ place: String, isGood: Bool) throws {
        if isGood { try append("\(place):done") }
    }

    private func append(_ line: String) throws {
        if !FileManager.default.fileExists(atPath: path) {
            _ = FileManager.default.createFile(atPath: path, contents: nil)
        }
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        defer { try? file.close() }
        try file.seekToEnd()
        try file.write(contentsOf: Data((line + "\n").utf8))
    }
}
