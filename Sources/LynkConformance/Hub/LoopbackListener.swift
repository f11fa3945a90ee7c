import Foundation
import Synchronization

/// One HTTP request as it came.
package struct CameRequest: Sendable {
    package var method: String
    package var path: String
    /// Names in lower case.
    package var headers: [String: String]
    package var body: [UInt8]
}

/// What goes back: bytes, and how many of them go before the line breaks.
package struct GoingAnswer: Sendable {
    package var status = 200
    package var headers: [String: String] = [:]
    package var body: [UInt8] = []
    /// Nil for all of them; 0 breaks the line before the answer's first byte.
    package var cutAt: Int?
    package var delaySeconds: Double = 0
}

/// A plain HTTP/1.1 server on 127.0.0.1, a thread for each connection: for a kit that plays hub to
/// one client, or stands between a client and a hub.
package final class LoopbackListener: Sendable {
    package let port: UInt16
    private let descriptor: Int32
    private let open = Mutex<Set<Int32>>([])

    /// Listens at a port that the system chooses; `answer` is called on the connection's thread.
    package init(
        _ answer: @escaping @Sendable (CameRequest) -> GoingAnswer
    ) throws {
        let listening = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard listening >= 0 else { throw LineBroken(description: "no socket") }
        _ = fcntl(listening, F_SETFD, FD_CLOEXEC)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listening, address, size) == 0 && listen(listening, 64) == 0
                    && getsockname(listening, address, &size) == 0
            }
        }
        guard isListening else {
            close(listening)
            throw LineBroken(description: "cannot listen on 127.0.0.1")
        }
        descriptor = listening
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { [self] in
            while true {
                let line = accept(listening, nil, nil)
                guard line >= 0 else { return }
                _ = fcntl(line, F_SETFD, FD_CLOEXEC)
                _ = self.open.withLock { $0.insert(line) }
                Thread.detachNewThread {
                    self.serve(line, answer)
                    // Closed under the lock, so that stop() never touches a number given anew.
                    self.open.withLock {
                        $0.remove(line)
                        close(line)
                    }
                }
            }
        }
    }

    /// Ends listening and breaks all lines.
    package func stop() {
        shutdown(descriptor, Int32(SHUT_RDWR))
        close(descriptor)
        open.withLock { for line in $0 { shutdown(line, Int32(SHUT_RDWR)) } }
    }

    private func serve(
        _ line: Int32, _ answer: (CameRequest) -> GoingAnswer
    ) {
        var reader = RequestBytes(line)
        while let request = reader.next() {
            let going = answer(request)
            if going.delaySeconds > 0 { usleep(UInt32(going.delaySeconds * 1_000_000)) }
            var bytes = Array("HTTP/1.1 \(going.status) \(going.status)\r\n".utf8)
            for (name, value) in going.headers { bytes += Array("\(name): \(value)\r\n".utf8) }
            bytes += Array("Content-Length: \(going.body.count)\r\n\r\n".utf8)
            let headCount = bytes.count
            bytes += going.body
            if let cut = going.cutAt {
                if cut > 0 { _ = Self.send(bytes.prefix(headCount + cut), to: line) }
                shutdown(line, Int32(SHUT_RDWR))
                return
            }
            guard Self.send(bytes[...], to: line) else { return }
        }
    }

    private static func send(_ bytes: ArraySlice<UInt8>, to line: Int32) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Foundation.send(line, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}

/// Requests as they arrive on one line.
private struct RequestBytes {
    private let line: Int32
    private var held: [UInt8] = []

    init(_ line: Int32) { self.line = line }

    /// Nil when the line ended, or what came is no request of at most 64 MiB.
    mutating func next() -> CameRequest? {
        guard let end = upTo([13, 10, 13, 10]) else { return nil }
        let head = String(decoding: held[..<end], as: UTF8.self).components(separatedBy: "\r\n")
        held.removeFirst(end + 4)
        let words = head[0].split(separator: " ").map(String.init)
        guard words.count == 3 else { return nil }
        var headers: [String: String] = [:]
        for text in head.dropFirst() {
            let parts = text.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
        }
        if headers["expect"] != nil {
            let going = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)
            _ = going.withUnsafeBytes {
                Foundation.send(line, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
        }
        guard let body = body(headers) else { return nil }
        return CameRequest(method: words[0], path: words[1], headers: headers, body: body)
    }

    private mutating func body(_ headers: [String: String]) -> [UInt8]? {
        if headers["transfer-encoding"]?.lowercased() == "chunked" {
            var whole: [UInt8] = []
            while true {
                guard let end = upTo([13, 10]) else { return nil }
                let digits = String(decoding: held[..<end], as: UTF8.self)
                guard let count = Int(digits.prefix { $0 != ";" }, radix: 16) else { return nil }
                held.removeFirst(end + 2)
                guard fill(count + 2) else { return nil }
                whole += held[..<count]
                held.removeFirst(count + 2)
                if count == 0 { return whole }
            }
        }
        let count = Int(headers["content-length"] ?? "0") ?? 0
        guard count <= 64 << 20, fill(count) else { return nil }
        defer { held.removeFirst(count) }
        return Array(held[..<count])
    }

    private mutating func upTo(_ mark: [UInt8]) -> Int? {
        while true {
            if held.count >= mark.count,
                let found = (0...(held.count - mark.count)).first(where: {
                    Array(held[$0..<$0 + mark.count]) == mark
                })
            {
                return found
            }
            guard held.count < 1 << 20, more() else { return nil }
        }
    }

    private mutating func fill(_ count: Int) -> Bool {
        while held.count < count { guard more() else { return false } }
        return true
    }

    private mutating func more() -> Bool {
        var room = [UInt8](repeating: 0, count: 65_536)
        let count = recv(line, &room, room.count, 0)
        guard count > 0 else { return false }
        held += room[..<count]
        return true
    }
}
