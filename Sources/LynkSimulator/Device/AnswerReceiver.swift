import LynkCore
import LynkEngine
import LynkStore
import LynkWire

/// The device's side of one answer: bytes to frames to calls on the replica, as the client does.
struct AnswerReceiver {
    private enum State { case awaitingWelcome, streaming, finished, aborted }

    /// What is worth telling the world.
    enum Event {
        case began(Welcome)
        case recorded([Receipt])
        case staged(rows: Int)
        case conflicts(Int)
        case applied(Checkpoint, ApplyReport)
    }

    private let tenant: TenantID
    private let hello: Hello
    private let resumed: ResumedExchange?
    private var frames = FrameReader()
    private var state = State.awaitingWelcome
    private var welcome: Welcome?
    /// A signature that came ahead of a brief answer.
    private var proof: [UInt8] = []
    private var unproven: [ReceiptProof.Entry] = []
    private(set) var session: ExchangeSession?
    private(set) var refusal: Problem?
    private(set) var hasMore = false
    private(set) var report: ApplyReport?
    private(set) var receiptCount = 0
    private(set) var frameCount = 0

    init(tenant: TenantID, hello: Hello, resumed: ResumedExchange?) {
        self.tenant = tenant
        self.hello = hello
        self.resumed = resumed
    }

    var isFinished: Bool { state == .finished }
    /// Whether some bytes of an answer have come and its end has not.
    var isInside: Bool { state == .streaming }

    /// Takes bytes as they arrive; what was recorded and staged before a failure stays.
    ///
    /// - Parameter frameLimit: the device's process ends after so many frames.
    mutating func take(
        _ bytes: [UInt8], into replica: any DeviceStore, frameLimit: Int = .max,
        tell: (Event) throws -> Void
    ) throws {
        frames.append(bytes)
        while frameCount < frameLimit, let messages = try nextMessages() {
            frameCount += 1
            for message in messages { try perform(message, replica, tell) }
        }
    }

    /// The line has ended.
    func finish() throws {
        switch state {
        case .finished where frames.isEmpty: return
        case .finished: throw Problem(.responseInvalid, "bytes after the checkpoint")
        case .awaitingWelcome: throw Problem(.responseInvalid, "the answer is empty")
        default: throw Problem(.unreachable, "the answer broke off before its checkpoint")
        }
    }

    private mutating func nextMessages() throws -> [ResponseFrame]? {
        do throws(WireError) {
            guard let frame = try frames.next() else { return nil }
            if frame.type == .brief, let resumed {
                let messages = try resumed.expand(frame.payload)
                guard !proof.isEmpty else { return messages }
                return Array(messages.prefix(2)) + [.proof(proof)] + messages.dropFirst(2)
            }
            let message = try ResponseFrame.decode(frame)
            if case .proof(let signature) = message, state == .awaitingWelcome, resumed != nil,
                proof.isEmpty
            {
                proof = signature
                return []
            }
            return [message]
        } catch {
            throw Problem(.responseInvalid, "\(error)")
        }
    }

    private mutating func perform(
        _ message: ResponseFrame, _ replica: any DeviceStore, _ tell: (Event) throws -> Void
    ) throws {
        switch (state, message) {
        case (.aborted, _), (.finished, _):
            throw Problem(.responseInvalid, "a frame after the end")
        case (_, .problem(let problem)):
            state = .aborted
            throw problem
        case (.awaitingWelcome, .welcome(let welcome)):
            state = .streaming
            self.welcome = welcome
            refusal = welcome.refusal
            try replica.begin(welcome)
            try tell(.began(welcome))
        case (.streaming, .receipts(let receipts)):
            receiptCount += receipts.count
            unproven += receipts.map { ReceiptProof.Entry($0) }
            try replica.record(receipts)
            try tell(.recorded(receipts))
        case (.streaming, .proof(let signature)):
            try replica.record(proof: ReceiptProof(entries: unproven, signature: signature))
            unproven = []
        case (.streaming, .page(let payload)):
            try replica.stage(page: payload)
            try tell(.staged(rows: Self.rows(of: payload)))
        case (.streaming, .conflicts(let conflicts)):
            try replica.record(conflicts: conflicts)
            try tell(.conflicts(conflicts.count))
        case (.streaming, .checkpoint(let checkpoint)):
            try apply(checkpoint, replica, tell)
        default:
            state = .aborted
            throw Problem(.responseInvalid, "a frame out of place")
        }
    }

    private mutating func apply(
        _ checkpoint: Checkpoint, _ replica: any DeviceStore, _ tell: (Event) throws -> Void
    ) throws {
        state = .finished
        let applied = try replica.apply(checkpoint)
        report = applied
        hasMore = applied.hasMore
        if let welcome {
            if var session = resumed?.session {
                session.advance(welcome, to: checkpoint)
                self.session = session
            } else {
                session = ExchangeSession(
                    tenant: tenant, hello: hello, welcome: welcome, checkpoint: checkpoint)
            }
        }
        try tell(.applied(checkpoint, applied))
    }

    /// Rows of a page, deleted ones included.
    private static func rows(of page: [UInt8]) -> Int {
        page.withUnsafeBytes { bytes in
            var count = 0
            do throws(WireError) {
                var reader = try PageReader(bytes)
                while let section = try reader.next() {
                    count += section.count + section.removed.count / 16
                }
            } catch {
                // The replica refuses such a page by itself.
                return 0
            }
            return count
        }
    }
}
