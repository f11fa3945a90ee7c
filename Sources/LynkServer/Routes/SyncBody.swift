import HTTPTypes
import HummingbirdCore
import LynkCore
import LynkWire

/// The body of a sync request as it came in: its bytes, their form, whether they are compressed.
struct SyncBody: Sendable {
    /// What the peer wrote in.
    let form: MessageForm
    /// What the answer is to be in.
    let answerForm: MessageForm
    private let bytes: [UInt8]
    private let isCompressed: Bool

    /// Reads at most ``Limits/requestBytesMax`` bytes.
    ///
    /// - Throws: ``Problem`` `media_type_unsupported`, `body_too_large`.
    init(_ request: Request) async throws {
        guard let form = MessageForm(contentType: request.headers[.contentType]) else {
            throw Problem(.mediaTypeUnsupported)
        }
        self.form = form
        answerForm = request.answerForm(of: form)
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
        let frames = try frames()
        return try problems { () throws(WireError) in
            try SyncRequest.decode(frames, sessions: sessions)
        }
    }

    /// - Throws: ``Problem`` `body_malformed`, `body_too_large`.
    func verifyRequest() throws -> VerifyRequest {
        let frames = try frames()
        return try problems { () throws(WireError) in try VerifyRequest.decode(frames) }
    }

    /// The body's frames, whatever form they came in.
    private func frames() throws -> [UInt8] {
        let plain = try problems { () throws(WireError) in
            isCompressed ? try Zstd.decompress(bytes, limit: Limits.requestBytesMax) : bytes
        }
        guard form == .json else { return plain }
        do throws(JSONError) {
            return try MessageJSON.body(of: plain)
        } catch {
            throw error.problem
        }
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
