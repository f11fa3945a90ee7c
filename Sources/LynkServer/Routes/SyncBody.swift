import HTTPTypes
import HummingbirdCore
import LynkCore
import LynkWire

/// The body of a sync request as it came in: its bytes and whether they are compressed.
struct SyncBody: Sendable {
    static let mediaType = "application/vnd.lynk.sync+cbor"

    private let bytes: [UInt8]
    private let isCompressed: Bool

    /// Reads at most ``Limits/requestBytesMax`` bytes.
    ///
    /// - Throws: ``Problem`` `media_type_unsupported`, `body_too_large`.
    init(_ request: Request) async throws {
        let type = request.headers[.contentType]?.split(separator: ";").first
        guard let type, type.lowercased() == Self.mediaType else {
            throw Problem(.mediaTypeUnsupported)
        }
        switch request.headers[.contentEncoding]?.lowercased() {
        case nil, "identity": isCompressed = false
        case "zstd": isCompressed = true
        default: throw Problem(.mediaTypeUnsupported, "the only Content-Encoding here is zstd")
        }
        bytes = try await request.bytes(upTo: Limits.requestBytesMax)
    }

    /// Expands and decodes; takes time in proportion to the body, so call it off the cooperative
    /// pool.
    ///
    /// - Parameter sessions: see ``SyncRequest/decode(_:sessions:)``.
    /// - Throws: ``Problem`` `protocol_unsupported`, `session_unknown`, `body_malformed`,
    ///   `body_too_large`.
    func decoded(
        sessions: (_ id: [UInt8], _ position: Int64) -> ExchangeSession?
    ) throws -> SyncRequest {
        try problems { () throws(WireError) in
            try SyncRequest.decode(try plain(), sessions: sessions)
        }
    }

    /// - Throws: ``Problem`` `body_malformed`, `body_too_large`.
    func verifyRequest() throws -> VerifyRequest {
        try problems { () throws(WireError) in try VerifyRequest.decode(try plain()) }
    }

    private func plain() throws(WireError) -> [UInt8] {
        isCompressed ? try Zstd.decompress(bytes, limit: Limits.requestBytesMax) : bytes
    }

    private func problems<Value>(_ body: () throws(WireError) -> Value) throws -> Value {
        do throws(WireError) {
            return try body()
        } catch .overLimit("frameBytesMax") {
            // No writer makes such a frame, so these bytes are no frames: noise claims any length.
            throw Problem(
                .bodyMalformed, "the body does not begin with a frame, or goes out of step")
        } catch {
            throw error.problem
        }
    }
}

extension Request {
    /// Whether the peer takes zstd (RFC 9110 section 12.5.3; a weight of zero refuses it).
    var acceptsZstd: Bool {
        guard let field = headers[.acceptEncoding] else { return false }
        return field.lowercased().split(separator: ",").contains { coding in
            let parts = coding.split(separator: ";").map {
                $0.filter { !$0.isWhitespace }
            }
            guard parts.first == "zstd" else { return false }
            guard let weight = parts.dropFirst().first(where: { $0.hasPrefix("q=") }) else {
                return true
            }
            return (Double(weight.dropFirst(2)) ?? 0) > 0
        }
    }
}
