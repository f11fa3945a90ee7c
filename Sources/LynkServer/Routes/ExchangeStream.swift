import LynkCore
import LynkEngine
import LynkWire

/// The answer of one exchange, frame by frame: welcome, receipts, pages, checkpoint.
///
/// A value that moves between threads; each step is one short read of the store.
struct ExchangeStream: Sendable {
    private let store: any TenantStore
    private var scan: PullScan
    private var receipts: [Receipt]
    private var hasWelcomed = false
    /// Whether the checkpoint was given.
    private(set) var isFinished = false

    /// Opens the pull. Blocks on the store.
    init(
        of store: any TenantStore, for principal: Principal, hello: Hello, answer: PushAnswer?,
        nowMilliseconds: Int64
    ) throws {
        self.store = store
        scan = try store.openPull(
            for: principal, hello: hello, answer: answer, nowMilliseconds: nowMilliseconds)
        receipts = answer?.receipts ?? []
    }

    /// The next frame as bytes. Blocks on the store; not to be called when finished.
    mutating func next() throws -> [UInt8] {
        if !hasWelcomed {
            hasWelcomed = true
            return ResponseFrame.welcome(scan.welcome).encoded()
        }
        if !receipts.isEmpty {
            defer { receipts = [] }
            return ResponseFrame.receipts(receipts).encoded()
        }
        switch try store.next(&scan) {
        case .page(let payload):
            return ResponseFrame.page(payload).encoded()
        case .conflicts(let conflicts):
            return ResponseFrame.conflicts(conflicts).encoded()
        case .checkpoint(let checkpoint):
            isFinished = true
            return ResponseFrame.checkpoint(checkpoint).encoded()
        }
    }

    /// Frames until `count` bytes are passed or the exchange ends.
    mutating func next(bytes count: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while !isFinished, bytes.count < count { bytes += try next() }
        return bytes
    }
}
