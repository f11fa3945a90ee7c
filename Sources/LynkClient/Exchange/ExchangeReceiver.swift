import LynkCore
import LynkEngine
import LynkWire

/// Turns the bytes of one answer into calls on the replica: decompress, cut into frames, decode,
/// let ``ExchangeMachine`` decide, perform.
///
/// `@unchecked Sendable`: it moves between blocking threads, but the exchange that owns it awaits
/// each call before it makes the next, so there is one caller at a time.
final class ExchangeReceiver: @unchecked Sendable {
    private let replica: any ReplicaStore
    private let bytesMax: Int
    private var machine: ExchangeMachine
    private var frames = FrameReader()
    private var isHeadChecked = false
    /// Present when the body is compressed.
    private var decompressor: ZstdStreamDecompressor?

    /// What happened so far; costs of the transfer are not in it.
    private(set) var report = SyncReport()
    private(set) var refusal: Problem?

    static let mediaType = "application/vnd.lynk.sync+cbor"

    /// - Parameters:
    ///   - bytesMax: the most bytes that the answer may expand to.
    ///   - mode: what the hello asked for.
    init(replica: any ReplicaStore, bytesMax: Int, mode: PullMode = .once) {
        machine = ExchangeMachine(mode: mode)
        self.replica = replica
        self.bytesMax = bytesMax
    }

    /// Takes the next bytes of an answer with status 200. Blocks while the replica stores.
    ///
    /// - Throws: ``Problem`` `response_invalid`, what the hub said went wrong, or what the replica
    ///   threw. What was recorded and staged before stays.
    func take(_ chunks: [[UInt8]], of head: HTTPResponseHead) throws {
        try check(head)
        for chunk in chunks {
            do throws(WireError) {
                if let decompressor {
                    frames.append(try decompressor.append(chunk))
                } else {
                    frames.append(chunk)
                }
            } catch {
                throw Self.problem(error)
            }
            while let frame = try nextFrame() { try perform(machine.receive(frame)) }
        }
    }

    /// The answer has ended.
    ///
    /// - Throws: ``Problem`` `response_invalid` or `unreachable` unless a checkpoint was applied.
    func finish(_ head: HTTPResponseHead) throws {
        try check(head)
        if let problem = machine.end() { throw problem }
        guard frames.isEmpty else {
            throw Problem(.responseInvalid, "bytes after the checkpoint")
        }
    }

    /// A sign-in page of a captive portal also comes with status 200.
    private func check(_ head: HTTPResponseHead) throws {
        guard !isHeadChecked else { return }
        guard head.mediaType == Self.mediaType else {
            throw Problem(
                .responseInvalid, "the answer is \(head.mediaType ?? "of no type"), not a sync")
        }
        switch head["content-encoding"]?.lowercased() {
        case nil, "identity": break
        case "zstd": decompressor = ZstdStreamDecompressor(limit: bytesMax)
        case .some(let other):
            throw Problem(.responseInvalid, "the answer is encoded as \(other)")
        }
        isHeadChecked = true
    }

    private func nextFrame() throws -> ResponseFrame? {
        do throws(WireError) {
            guard let frame = try frames.next() else { return nil }
            return try ResponseFrame.decode(frame)
        } catch {
            throw Self.problem(error)
        }
    }

    private func perform(_ action: ExchangeMachine.Action) throws {
        switch action {
        case .begin(let welcome):
            refusal = welcome.refusal
            try replica.begin(welcome)
        case .record(let receipts):
            try replica.record(receipts)
            report.count(receipts)
        case .stage(let page):
            try replica.stage(page: page)
            report.pages += 1
        case .apply(let checkpoint):
            let applied = try replica.apply(checkpoint)
            report.rowsApplied += applied.rowsApplied
            report.digestMatches = applied.digestMatches
        case .keepConflicts(let conflicts):
            try replica.record(conflicts: conflicts)
        case .keepProof(let proof):
            try replica.record(proof: proof)
        case .abort(let problem):
            throw problem
        }
    }

    /// A slip of the hub's encoder, or bytes that were changed on the way.
    private static func problem(_ error: WireError) -> Problem {
        let problem = error.problem
        if problem.code == .protocolUnsupported { return problem }
        return Problem(.responseInvalid, problem.detail)
    }
}
