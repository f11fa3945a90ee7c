/// One request to a hub: everything that a transport needs to send it, and to send it again.
public struct HTTPRequest: Sendable {
    /// The methods of the protocol.
    public enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
    }

    public var method: Method
    /// An absolute URL.
    public var url: String
    public var headers: [HTTPHeader]
    public var body: [UInt8]
    /// The request may be sent again when its connection broke before any of the answer arrived.
    public var isIdempotent: Bool
    /// A longer answer is broken off with `response_invalid`.
    public var responseBytesMax: Int

    public init(
        _ method: Method, _ url: String, headers: [HTTPHeader] = [], body: [UInt8] = [],
        isIdempotent: Bool = true, responseBytesMax: Int = 1 << 20
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.isIdempotent = isIdempotent
        self.responseBytesMax = responseBytesMax
    }
}

/// A header field; names compare without case (RFC 9110 section 5.1).
public struct HTTPHeader: Hashable, Sendable {
    public let name: String
    public let value: String

    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// What an answer starts with.
public struct HTTPResponseHead: Hashable, Sendable {
    public let status: Int
    public let headers: [HTTPHeader]

    public init(status: Int, headers: [HTTPHeader] = []) {
        self.status = status
        self.headers = headers
    }

    /// The first field of that name.
    public subscript(name: String) -> String? {
        let wanted = name.lowercased()
        return headers.first { $0.name.lowercased() == wanted }?.value
    }

    /// The media type without its parameters, in lower case.
    public var mediaType: String? {
        guard let value = self["content-type"] else { return nil }
        let type = value.prefix { $0 != ";" && $0 != " " }
        return type.lowercased()
    }

    /// The seconds of `Retry-After`; a date in it is not understood and reads as absent.
    public var retryAfter: Duration? {
        guard let value = self["retry-after"], let seconds = Int64(value), seconds >= 0 else {
            return nil
        }
        return .seconds(seconds)
    }
}

/// A finished answer.
public struct HTTPResponse: Sendable {
    public let head: HTTPResponseHead
    /// The whole body, or nothing when a handler took it.
    public let body: [UInt8]
    /// What it cost.
    public let transfer: TransferStatistics

    public init(
        head: HTTPResponseHead, body: [UInt8] = [],
        transfer: TransferStatistics = TransferStatistics()
    ) {
        self.head = head
        self.body = body
        self.transfer = transfer
    }
}
