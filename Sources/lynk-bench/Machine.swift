import Foundation

/// What the figures were measured on.
enum Machine {
    static func printHeader(command: String) {
        let info = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        let model = info.split(separator: "\n").first { $0.hasPrefix("model name") }
            .flatMap { $0.split(separator: ":").last }
            .map { $0.trimmingCharacters(in: .whitespaces) }
        let cores = ProcessInfo.processInfo.activeProcessorCount
        print("command: `\(command)`  ")
        print("machine: \(model ?? "unknown processor"), \(cores) cores  ")
        print("fdatasync of 4 KiB appended: \(Int(syncsPerSecond())) per second")
    }

    /// What one durable commit costs at best here, measured over a hundred.
    static func syncsPerSecond() -> Double {
        let path = Scratch.directory + "/sync-rate"
        let file = open(path, O_CREAT | O_WRONLY | O_APPEND, 0o600)
        guard file >= 0 else { return 0 }
        defer {
            close(file)
            unlink(path)
        }
        let block = [UInt8](repeating: 7, count: 4_096)
        let count = 100
        let sample = Sample.of {
            for _ in 0..<count {
                _ = block.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
                fdatasync(file)
            }
        }
        return Double(count) / sample.wall
    }
}

/// Where the files of a run go; removed when the program ends.
enum Scratch {
    static let directory: String = {
        let path = NSTemporaryDirectory() + "lynk-bench-\(getpid())"
        try? FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true)
        atexit { try? FileManager.default.removeItem(atPath: Scratch.directory) }
        return path
    }()

    /// A path that no file has yet.
    static func path(_ name: String) -> String {
        "\(directory)/\(name)-\(UUID().uuidString)"
    }

    static func remove(_ path: String) {
        for suffix in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: path + suffix)
        }
    }
}
