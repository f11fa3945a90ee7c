import LynkClient
import LynkCore
import LynkWire
import Synchronization

/// A hub with a snapshot of each scope, a page to a segment, and a line that fails as a test says.
final class SnapshotHub: Sendable {
    /// What is wrong with one answer for a segment.
    enum Fault: Sendable {
        /// The line breaks after so many bytes of the answer.
        case cut(Int)
        case reply(ScriptedTransport.Answer)
        /// The whole of it, whatever range was asked for.
        case whole
        /// A bit is another.
        case damaged
    }

    struct State: Sendable {
        var pages: [Scope: [[UInt8]]]
        /// Before answers for segments, in their order.
        var faults: [Fault] = []
        var manifests: [ScriptedTransport.Answer] = []
        /// An older hub knows neither the extensions nor the routes.
        var isOld = false
        var takesSnapshots = true
        /// What was asked for, a word each.
        var log: [String] = []
        var received = 0
    }

    let state: Mutex<State>

    init(_ pages: [Scope: [[UInt8]]]) { state = Mutex(State(pages: pages)) }

    func transport(chunkBytes: Int = 100) -> ScriptedTransport {
        ScriptedTransport(chunkBytes: chunkBytes) { [self] in try answer($0) }
    }

    var log: [String] { state.withLock { $0.log } }

    private func note(_ word: String) { state.withLock { $0.log.append(word) } }

    private func answer(_ request: HTTPRequest) throws -> ScriptedTransport.Answer {
        let path = request.url.dropFirst(Fixture.server.count)
        if path.hasSuffix("/token/challenge") {
            return ScriptedHub.json(#"{"challenge":"00ff"}"#)
        }
        if path.hasSuffix("/v1/token") {
            return ScriptedHub.json(#"{"token":"token","expiresInSeconds":600}"#)
        }
        if path.hasSuffix("/sync") { return try exchange(request) }
        if state.withLock({ $0.isOld }) { return ScriptedHub.refusal(Problem(.notFound), 404) }
        if path.contains("/snapshot?scope=") { return manifest(path) }
        return segment(request, path)
    }

    private func exchange(_ request: HTTPRequest) throws -> ScriptedTransport.Answer {
        let isCompressed = request.headers.contains(HTTPHeader("Content-Encoding", "zstd"))
        let body =
            isCompressed
            ? try Zstd.decompress(request.body, limit: Limits.requestBytesMax) : request.body
        let decoded = try SyncRequest.decode(body)
        let (isOld, takes, pages) = state.withLock { ($0.isOld, $0.takesSnapshots, $0.pages) }
        var offers: [SnapshotOffer] = []
        if !isOld, decoded.hello.snapshotRowsMin > 0 {
            offers = pages.keys.sorted().map { SnapshotOffer(scope: $0, rows: 100) }
        }
        let isTaken = !isOld && takes && !decoded.hello.snapshots.isEmpty
        let plain = Fixture.welcome()
        let welcome = Welcome(
            hub: plain.hub, eras: [], head: nil, hubTime: plain.hubTime,
            digestKey: plain.digestKey, scopes: nil, refusal: nil, snapshots: offers,
            snapshotsTaken: isTaken)
        var frames: [ResponseFrame] = [.welcome(welcome)]
        if !decoded.changeSets.isEmpty {
            state.withLock { $0.received += decoded.changeSets.count }
            frames.append(.receipts(decoded.changeSets.map { Fixture.receipt($0.oid) }))
        }
        if offers.isEmpty {
            if !isTaken {
                frames += pages.sorted { $0.key < $1.key }.flatMap(\.value).map { .page($0) }
            }
            frames.append(.checkpoint(Fixture.checkpoint))
        }
        note(offers.isEmpty ? (isTaken ? "tail" : "pull") : "offers")
        return .reply(ScriptedHub.head(), frames.flatMap { $0.encoded() })
    }

    private func segments(_ pages: [[UInt8]]) -> [(segment: SnapshotSegment, bytes: [UInt8])] {
        pages.map { SegmentCodec.seal(ResponseFrame.page($0).encoded()) }
    }

    private func manifest(_ path: Substring) -> ScriptedTransport.Answer {
        let name = path.split(separator: "=").last.map(String.init) ?? ""
        note("manifest \(name)")
        let scripted = state.withLock { $0.manifests.isEmpty ? nil : $0.manifests.removeFirst() }
        if let scripted { return scripted }
        let scope = Scope(name.replacing("%2F", with: "/"))
        guard let pages = state.withLock({ $0.pages[scope] }) else {
            return ScriptedHub.refusal(Problem(.notFound), 404)
        }
        let manifest = SnapshotManifest(
            tenant: Fixture.tenant, hub: Fixture.hub, scope: scope, position: 7, vector: .zero,
            chain: [UInt8](repeating: 1, count: 16), segments: segments(pages).map(\.segment),
            tables: [SnapshotTable(table: 1, count: 100, root: [UInt8](repeating: 2, count: 16))])
        return .reply(ScriptedHub.head(), manifest.encoded())
    }

    private func segment(
        _ request: HTTPRequest, _ path: Substring
    ) -> ScriptedTransport.Answer {
        let name = path.split(separator: "/").last.map(String.init) ?? ""
        let all = state.withLock { $0.pages.values.flatMap { $0 } }
        guard let (_, bytes) = segments(all).first(where: { "\($0.segment.name)" == name }) else {
            note("gone")
            return ScriptedHub.refusal(Problem(.notFound), 404)
        }
        let range = request.headers.first { $0.name == "Range" }?.value
        let fault = state.withLock { $0.faults.isEmpty ? nil : $0.faults.removeFirst() }
        var offset = range.flatMap { Int($0.dropFirst(6).dropLast()) } ?? 0
        note("segment \(offset)")
        var part = Array(bytes[min(offset, bytes.count)...])
        if case .whole? = fault { (offset, part) = (0, bytes) }
        if case .damaged? = fault { part[part.count / 2] ^= 1 }
        var headers = [HTTPHeader("Content-Type", "application/vnd.lynk.segment")]
        if offset > 0 {
            headers.append(
                HTTPHeader("Content-Range", "bytes \(offset)-\(bytes.count - 1)/\(bytes.count)"))
        }
        let head = HTTPResponseHead(status: offset > 0 ? 206 : 200, headers: headers)
        switch fault {
        case .cut(let count):
            return .broken(head, Array(part.prefix(count)), Problem(.unreachable, "cut"))
        case .reply(let answer): return answer
        default: return .reply(head, part)
        }
    }
}
