import Glibc
import LynkCore
import Synchronization

/// A plain HTTP/1.1 server on loopback that answers as it is told; a thread per connection.
final class LoopbackServer: Sendable {
    enum Answer: Sendable {
        /// A whole answer; the connection stays open.
        case reply([UInt8])
        /// These bytes, and then the end of the connection.
        case close(after: [UInt8])
        /// Nothing, until the client goes away.
        case silence
    }

    struct Received: Sendable {
        let head: String
        let body: [UInt8]
        /// Which connection it came on, from 0.
        let connection: Int
    }

    let port: UInt16
    private let listener: Int32
    private let answer: @Sendable (Received) -> Answer

    /// - Throws: ``Problem`` when no port can be had.
    init(answer: @escaping @Sendable (Received) -> Answer) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.answer = answer
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = listener
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && listen(descriptor, 16) == 0
                    && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard isListening else { throw Problem(.internalFailure, "no loopback port") }
        port = UInt16(bigEndian: address.sin_port)
        var thread = pthread_t()
        let context = Unmanaged.passRetained(self)
        guard pthread_create(&thread, nil, runLoopbackServer, context.toOpaque()) == 0 else {
            context.release()
            throw Problem(.internalFailure, "no thread")
        }
        pthread_detach(thread)
    }

    var url: String { "http://127.0.0.1:\(port)" }

    /// Takes no further connections; threads end when their clients go.
    func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

    static func http(
        _ body: [UInt8], type: String = "text/plain", status: String = "200 OK"
    ) -> [UInt8] {
        let head =
            "HTTP/1.1 \(status)\r\nContent-Type: \(type)\r\nContent-Length: \(body.count)\r\n\r\n"
        return Array(head.utf8) + body
    }

    fileprivate func run() {
        var connection = 0
        while case let client = accept(listener, nil, nil), client >= 0 {
            let served = Served(server: self, client: client, number: connection)
            connection += 1
            let context = Unmanaged.passRetained(served)
            var thread = pthread_t()
            if pthread_create(&thread, nil, runServed, context.toOpaque()) == 0 {
                pthread_detach(thread)
            } else {
                context.release()
                close(client)
            }
        }
        close(listener)
    }

    fileprivate func serve(_ client: Int32, _ connection: Int) {
        defer { close(client) }
        while let received = receive(client, connection) {
            switch answer(received) {
            case .reply(let bytes): write(bytes, to: client)
            case .close(let bytes):
                write(bytes, to: client)
                return
            case .silence:
                var byte: UInt8 = 0
                while recv(client, &byte, 1, 0) > 0 {}
                return
            }
        }
    }

    private func receive(_ client: Int32, _ connection: Int) -> Received? {
        var bytes: [UInt8] = []
        var room = [UInt8](repeating: 0, count: 1 << 16)
        let end = Array("\r\n\r\n".utf8)
        while true {
            if let split = bytes.firstRange(of: end) {
                let head = String(decoding: bytes[..<split.lowerBound], as: UTF8.self)
                let length = head.lowercased().split(separator: "content-length: ")
                    .dropFirst().first?.prefix { $0.isNumber }
                let wanted = split.upperBound + (length.flatMap { Int($0) } ?? 0)
                if bytes.count >= wanted {
                    return Received(
                        head: head, body: Array(bytes[split.upperBound..<wanted]),
                        connection: connection)
                }
            }
            let count = recv(client, &room, room.count, 0)
            guard count > 0 else { return nil }
            bytes += room[..<count]
        }
    }

    private func write(_ bytes: [UInt8], to client: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}

private func runLoopbackServer(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context else { return nil }
    Unmanaged<LoopbackServer>.fromOpaque(context).takeRetainedValue().run()
    return nil
}

/// One connection on its way to its thread.
private final class Served: Sendable {
    let server: LoopbackServer
    let client: Int32
    let number: Int

    init(server: LoopbackServer, client: Int32, number: Int) {
        self.server = server
        self.client = client
        self.number = number
    }
}

private func runServed(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context else { return nil }
    let served = Unmanaged<Served>.fromOpaque(context).takeRetainedValue()
    served.server.serve(served.client, served.number)
    return nil
}
