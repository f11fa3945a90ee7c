import Foundation
import LynkCore

/// The hub's interface on a socket in its own data directory, for programs on the same machine:
/// no port to know and no certificate to trust. Whoever may open it may read the data anyway.
public enum OperatorSocket {
    /// What a socket's address holds (unix(7)), with the ending zero.
    static let pathBytesMax = 107

    /// Where the socket of a data directory is; `nil` when the path is too long for one.
    public static func path(in directory: String) -> String? {
        let path = "\(directory)/operator.sock"
        return path.utf8.count <= pathBytesMax ? path : nil
    }

    /// Posts one JSON body to the hub that serves the directory, and waits for the answer.
    ///
    /// - Throws: ``Problem`` the hub's own, or `unreachable`.
    public static func post(
        _ target: String, _ body: [UInt8], token: String, in directory: String
    ) throws -> [UInt8] {
        guard let path = path(in: directory) else {
            throw Problem(.unreachable, "\(directory) is too long a path for a socket")
        }
        let descriptor = try connect(path)
        defer { close(descriptor) }
        let head =
            "POST \(target) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            + "Authorization: Bearer \(token)\r\nContent-Type: application/json\r\n"
            + "Content-Length: \(body.count)\r\n\r\n"
        try write(Array(head.utf8) + body, to: descriptor)
        return try answer(try readAll(descriptor))
    }

    private static func connect(_ path: String) throws -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Problem(.unreachable, "no socket (errno \(errno))") }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Foundation.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else {
            let code = errno
            close(descriptor)
            throw Problem(.unreachable, "\(path) does not answer (errno \(code))")
        }
        return descriptor
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                // A hub that goes away is an error here, not a signal.
                send(
                    descriptor, $0.baseAddress?.advanced(by: sent), bytes.count - sent,
                    Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Problem(.unreachable, "the hub hung up") }
            sent += count
        }
    }

    private static func readAll(_ descriptor: Int32) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var room = [UInt8](repeating: 0, count: 1 << 14)
        while true {
            let count = read(descriptor, &room, room.count)
            if count == 0 { return bytes }
            guard count > 0, bytes.count <= 16 << 20 else {
                throw Problem(.unreachable, "the hub's answer broke off")
            }
            bytes += room[..<count]
        }
    }

    /// The body of an answer with a status of 200 to 299.
    static func answer(_ bytes: [UInt8]) throws -> [UInt8] {
        let end: [UInt8] = [13, 10, 13, 10]
        guard let head = bytes.firstRange(of: end),
            let status = Int(String(decoding: bytes.prefix(12).suffix(3), as: UTF8.self))
        else { throw Problem(.responseInvalid, "the socket does not speak HTTP") }
        let body = Array(bytes[head.upperBound...])
        guard !(200..<300).contains(status) else { return body }
        struct Document: Decodable { let code, detail: String }
        guard let told = try? JSONDecoder().decode(Document.self, from: Data(body)),
            let code = ProblemCode(rawValue: told.code)
        else { throw Problem(.responseInvalid, "status \(status)") }
        throw Problem(code, told.detail)
    }
}
