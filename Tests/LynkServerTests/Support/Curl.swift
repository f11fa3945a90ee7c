import Foundation

/// What a server answered.
struct Answer: Sendable {
    let status: Int
    /// `2` or `1.1`.
    let version: String
    /// Names in lower case.
    let headers: [String: String]
    let body: [UInt8]

    /// The code of a problem.
    var code: String? { json["code"] as? String }

    var json: [String: Any] {
        (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any] ?? [:]
    }
}

/// The curl program, bounded in time: a second implementation of HTTP that shares no code with
/// the server.
enum Curl {
    /// Runs curl and gives its exit code and what it printed.
    static func run(_ arguments: [String]) async throws -> (exit: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/curl")
        process.arguments = ["--silent", "--max-time", "120"] + arguments
        let file = URL(fileURLWithPath: "\(NSTemporaryDirectory())/curl-\(UUID().uuidString)")
        try Data().write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: file)
        process.standardError = FileHandle.nullDevice
        // Waiting on this thread would take it from the server under test.
        try await withCheckedThrowingContinuation { (ended: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in ended.resume() }
            do { try process.run() } catch { ended.resume(throwing: error) }
        }
        return (
            process.terminationStatus,
            String(decoding: try Data(contentsOf: file), as: UTF8.self)
        )
    }

    /// One request.
    static func request(
        _ method: String, _ url: String, authority: String, headers: [String] = [],
        body: [UInt8]? = nil, version: String = "--http2"
    ) async throws -> Answer {
        let directory = URL(
            fileURLWithPath: "\(NSTemporaryDirectory())/curl-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let (sent, received) = ("\(directory.path)/sent", "\(directory.path)/received")
        let head = "\(directory.path)/head"
        var arguments = [
            version, "--cacert", authority, "--request", method, "--output", received,
            "--dump-header", head, "--write-out", "%{http_code} %{http_version}",
        ]
        for header in headers { arguments += ["--header", header] }
        if let body {
            try Data(body).write(to: URL(fileURLWithPath: sent))
            arguments += ["--data-binary", "@\(sent)", "--header", "Expect:"]
        }
        let (_, printed) = try await run(arguments + [url])
        let parts = printed.split(separator: " ")
        return Answer(
            status: parts.first.flatMap { Int($0) } ?? 0,
            version: parts.last.map(String.init) ?? "", headers: try fields(head),
            body: (try? Data(contentsOf: URL(fileURLWithPath: received))).map { [UInt8]($0) } ?? [])
    }

    private static func fields(_ file: String) throws -> [String: String] {
        var fields: [String: String] = [:]
        let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
        for line in text.split(whereSeparator: \.isNewline) {
            guard let colon = line.firstIndex(of: ":") else { continue }
            fields[line[..<colon].lowercased()] =
                line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
        }
        return fields
    }
}
