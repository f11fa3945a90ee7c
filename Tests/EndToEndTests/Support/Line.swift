import Lynk
import LynkWire
import Synchronization

/// A device's way to the hub: it keeps what passed, and fails as it is told to.
final class Line: HTTPTransport {
    /// What befalls the next exchange.
    enum Fault: Sendable {
        /// The request arrives twice; the device sees the second answer.
        case repeatedUpload
        /// The hub has committed, and its answer never arrives.
        case droppedAnswer
        /// Half of the answer arrives.
        case cutAnswer
        /// A captive portal answers instead of the hub.
        case signInPage
    }

    /// An answer that reached the device.
    struct Received: Sendable {
        let url: String
        let head: HTTPResponseHead
        var bytes: [UInt8]

        /// The body as it is after decompression.
        func decoded() throws -> [UInt8] {
            head["content-encoding"] == "zstd"
                ? try Zstd.decompress(bytes, limit: 64 << 20) : bytes
        }
    }

    private struct Record {
        var fault: Fault?
        var requests: [HTTPRequest] = []
        var received: [Received] = []
    }

    private let line: any HTTPTransport
    private let record = Mutex(Record())

    init(_ line: any HTTPTransport) { self.line = line }

    var statistics: TransferStatistics { line.statistics }
    var received: [Received] { record.withLock { $0.received } }

    /// The last request of an exchange, token and all.
    var lastExchange: HTTPRequest? {
        record.withLock { $0.requests.last { $0.url.hasSuffix("/sync") } }
    }

    func fail(next fault: Fault) { record.withLock { $0.fault = fault } }

    func send(_ request: HTTPRequest, onBody: HTTPBodyHandler?) async throws -> HTTPResponse {
        let fault = record.withLock { record in
            record.requests.append(request)
            guard request.url.hasSuffix("/sync") else { return Fault?.none }
            defer { record.fault = nil }
            return record.fault
        }
        switch fault {
        case nil:
            return try await pass(request, onBody)
        case .repeatedUpload:
            _ = try await pass(request, nil)
            return try await pass(request, onBody)
        case .droppedAnswer:
            _ = try await pass(request, nil)
            throw Problem(.unreachable, "the answer was dropped on purpose")
        case .cutAnswer:
            let whole = try await pass(request, nil)
            let half = Array(whole.body.prefix(whole.body.count / 2))
            _ = try onBody?(HTTPBodyChunk(head: whole.head, bytes: half))
            throw Problem(.unreachable, "the answer was cut on purpose")
        case .signInPage:
            let head = HTTPResponseHead(
                status: 200, headers: [HTTPHeader("Content-Type", "text/html")])
            let page = Array("<!DOCTYPE html><title>Sign in</title>".utf8)
            _ = try onBody?(HTTPBodyChunk(head: head, bytes: page))
            return HTTPResponse(head: head)
        }
    }

    /// Sends, and keeps every byte that the device takes.
    private func pass(
        _ request: HTTPRequest, _ onBody: HTTPBodyHandler?
    ) async throws -> HTTPResponse {
        let bytes = Chunks()
        var keeping: HTTPBodyHandler?
        if let onBody {
            keeping = { chunk in
                let demand = try onBody(chunk)
                if case .taken = demand { bytes.append(chunk.bytes) }
                return demand
            }
        }
        let response = try await line.send(request, onBody: keeping)
        let body = onBody == nil ? response.body : bytes.all
        record.withLock {
            $0.received.append(Received(url: request.url, head: response.head, bytes: body))
        }
        return response
    }

    private final class Chunks: Sendable {
        private let bytes = Mutex<[UInt8]>([])
        var all: [UInt8] { bytes.withLock { $0 } }
        func append(_ new: [UInt8]) { bytes.withLock { $0 += new } }
    }
}
