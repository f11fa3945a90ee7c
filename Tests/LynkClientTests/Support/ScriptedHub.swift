import LynkClient
import LynkCore
import LynkWire
import Synchronization

/// What a hub answers on each path; exchanges follow a script, then go on with good answers.
final class ScriptedHub: Sendable {
    /// One exchange's answer.
    enum Exchange: Sendable {
        /// A receipt for each change set, then pages, then a checkpoint.
        case good(pages: Int = 0)
        /// The same, compressed.
        case compressed(pages: Int)
        /// The change sets are committed, and the line breaks before the checkpoint.
        case cut(keeping: Int)
        case frames([ResponseFrame])
        case raw(ScriptedTransport.Answer)
        case refused(Problem, status: Int, retryAfter: Int? = nil)
    }

    private struct State {
        var script: [Exchange]
        var committed: Set<ContentID> = []
        var tokens = 0
        var heads: [ScriptedTransport.Answer] = []
    }

    private let state: Mutex<State>

    /// - Parameter heads: answers of the hub's head; then that nothing changed.
    init(_ script: [Exchange] = [], heads: [ScriptedTransport.Answer] = []) {
        state = Mutex(State(script: script, heads: heads))
    }

    var tokensGiven: Int { state.withLock { $0.tokens } }
    var committed: Set<ContentID> { state.withLock { $0.committed } }

    func transport(chunkBytes: Int = 7) -> ScriptedTransport {
        ScriptedTransport(chunkBytes: chunkBytes) { [self] in try answer($0) }
    }

    private func answer(_ request: HTTPRequest) throws -> ScriptedTransport.Answer {
        if request.url.hasSuffix("/v1/token/challenge") {
            return Self.json(#"{"challenge":"00ff"}"#)
        }
        if request.url.hasSuffix("/v1/token") {
            let number = state.withLock { state in
                state.tokens += 1
                return state.tokens
            }
            return Self.json(#"{"token":"token-\#(number)","expiresInSeconds":600}"#)
        }
        if request.method == .get, request.url.hasSuffix("/head") { return head(request) }
        let next = state.withLock { $0.script.isEmpty ? .good() : $0.script.removeFirst() }
        return try exchange(next, request)
    }

    private func head(_ request: HTTPRequest) -> ScriptedTransport.Answer {
        let next = state.withLock { $0.heads.isEmpty ? nil : $0.heads.removeFirst() }
        if let next { return next }
        let tag = request.headers.first { $0.name == "If-None-Match" }?.value ?? ""
        return .reply(
            HTTPResponseHead(status: 304, headers: [HTTPHeader("ETag", tag)]), [])
    }

    private func exchange(
        _ next: Exchange, _ request: HTTPRequest
    ) throws -> ScriptedTransport.Answer {
        switch next {
        case .good(let pages): return .reply(Self.head(), try stream(request, pages))
        case .compressed(let pages):
            return .reply(Self.head("zstd"), Zstd.compress(try stream(request, pages)))
        case .cut(let keeping):
            let bytes = try stream(request, 0)
            return .broken(
                Self.head(), Array(bytes.prefix(keeping)), Problem(.unreachable, "cut"))
        case .frames(let frames):
            return .reply(Self.head(), frames.flatMap { $0.encoded() })
        case .raw(let answer): return answer
        case .refused(let problem, let status, let retryAfter):
            return Self.refusal(problem, status, retryAfter)
        }
    }

    /// Commits the push, and answers as a hub does.
    private func stream(_ request: HTTPRequest, _ pages: Int) throws -> [UInt8] {
        let isCompressed = request.headers.contains(HTTPHeader("Content-Encoding", "zstd"))
        let body =
            isCompressed
            ? try Zstd.decompress(request.body, limit: Limits.requestBytesMax) : request.body
        let decoded = try SyncRequest.decode(body)
        let receipts = state.withLock { state in
            decoded.changeSets.map { sealed in
                let isNew = state.committed.insert(sealed.oid).inserted
                return Fixture.receipt(sealed.oid, isRepeat: !isNew)
            }
        }
        var frames: [ResponseFrame] = [.welcome(Fixture.welcome())]
        if !receipts.isEmpty { frames.append(.receipts(receipts)) }
        for page in 0..<pages {
            let byte = UInt8(truncatingIfNeeded: page)
            frames.append(.page([UInt8](repeating: byte, count: 300)))
        }
        frames.append(.checkpoint(Fixture.checkpoint))
        return frames.flatMap { $0.encoded() }
    }

    static func head(_ encoding: String? = nil) -> HTTPResponseHead {
        var headers = [HTTPHeader("content-type", "application/vnd.lynk.sync+cbor")]
        if let encoding { headers.append(HTTPHeader("content-encoding", encoding)) }
        return HTTPResponseHead(status: 200, headers: headers)
    }

    static func json(_ text: String, status: Int = 200) -> ScriptedTransport.Answer {
        .reply(
            HTTPResponseHead(
                status: status, headers: [HTTPHeader("Content-Type", "application/json")]),
            Array(text.utf8))
    }

    static func refusal(
        _ problem: Problem, _ status: Int, _ retryAfter: Int? = nil
    ) -> ScriptedTransport.Answer {
        var headers = [HTTPHeader("Content-Type", "application/problem+json")]
        if let retryAfter { headers.append(HTTPHeader("Retry-After", "\(retryAfter)")) }
        let text = #"{"code":"\#(problem.code.rawValue)","detail":"\#(problem.detail)"}"#
        return .reply(HTTPResponseHead(status: status, headers: headers), Array(text.utf8))
    }
}
