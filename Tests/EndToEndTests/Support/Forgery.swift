import Foundation
import Lynk
import LynkWire
import Testing

/// One way to bend an honest request, and what the book says becomes of it.
struct Forgery: Sendable, CustomTestStringConvertible {
    /// What comes back. What stays of it at the hub follows from that.
    enum Verdict: Sendable {
        /// A problem in the place of an answer.
        case problem(Int, ProblemCode)
        /// The push is refused in the welcome, and the pull goes on.
        case refused(ProblemCode)
        /// It takes its dot; the bytes of a quarantined one are kept.
        case receipt(Disposition, ProblemCode?)
        /// An answer to a pull, from the start or from the cursor.
        case pulled(HandshakeVerdict, fromStart: Bool)
        /// The same bytes as for something that was never there.
        case asNothing
        /// An answer of this status, with nothing of others in it.
        case status(Int)
    }

    let name: String
    /// Rules of the book that say so.
    let rules: [String]
    let verdict: Verdict
    /// Tables with rows that the book keeps of it, besides what follows from the verdict.
    let keeps: [String]
    let bend: @Sendable (Forge) throws -> ForgedRequest

    init(
        _ name: String, _ rules: String, _ verdict: Verdict, keeps: [String] = [],
        _ bend: @escaping @Sendable (Forge) throws -> ForgedRequest
    ) {
        self.name = name
        self.rules = rules.split(separator: " ").map(String.init)
        self.verdict = verdict
        self.keeps = keeps
        self.bend = bend
    }

    var testDescription: String { name }

    /// Tables of the tenant's file that may differ afterwards; `nil` for all of them.
    private var kept: [String]? {
        let taken = ["lynk_lane", "lynk_log", "lynk_meta", "lynk_oid"]
        switch verdict {
        case .receipt(.quarantined, .waitingForBirth):
            return taken + ["lynk_quarantine", "lynk_waiting"]
        case .receipt(.quarantined, _): return taken + ["lynk_quarantine"]
        case .receipt(.rejected, _): return taken
        case .receipt: return nil
        default: return keeps
        }
    }

    /// Sends it, and holds the answer and every row of every file to the table.
    func hold(in town: ForgeryTown) async throws {
        let (mine, others) = (town.tank.tenant, town.other.tenant)
        let before = try town.hub.snapshot(of: mine)
        let foreign = try town.hub.snapshot(of: others)
        let control = try town.hub.controlSnapshot()
        let request = try bend(try Forge(town))
        try await judge(try await town.send(request), in: town)
        let after = try town.hub.snapshot(of: mine)
        if let kept {
            #expect(after.differences(from: before) == kept, "\(name)")
            let entries = after.rows("lynk_log").count - before.rows("lynk_log").count
            #expect(entries == (kept.contains("lynk_log") ? 1 : 0), "\(name)")
            // Quarantine keeps the very bytes.
            if kept.contains("lynk_quarantine") {
                let more =
                    after.rows("lynk_quarantine").count - before.rows("lynk_quarantine").count
                #expect(more == 1, "\(name)")
            }
        }
        #expect(
            try town.hub.snapshot(of: others).differences(from: foreign) == [], "\(name)")
        #expect(try town.hub.controlSnapshot().differences(from: control) == [], "\(name)")
    }

    private func judge(_ answer: HTTPResponse, in town: ForgeryTown) async throws {
        let text = String(decoding: answer.body.prefix(300), as: UTF8.self)
        switch verdict {
        case .problem(let status, let code):
            #expect(answer.head.status == status, "\(name): \(text)")
            guard answer.head.status == status else { return }
            try Refusal.expect(answer, status, code, name)
        case .asNothing:
            try Refusal.expect(answer, 404, .notFound, name)
        case .status(let status):
            #expect(answer.head.status == status, "\(name): \(text)")
        case .refused(let code):
            let told = try Told(answer, name)
            #expect(told.welcome?.refusal?.code == code, "\(name)")
            #expect(told.receipts == [] && told.isWhole, "\(name)")
        case .receipt(let disposition, let code):
            let told = try Told(answer, name)
            #expect(told.receipts.map(\.disposition) == [disposition], "\(name): \(told)")
            #expect(told.receipts.first?.problem?.code == code, "\(name): \(told.receipts)")
            #expect(told.welcome?.refusal == nil, "\(name): \(told.receipts)")
        case .pulled(let verdict, let fromStart):
            let told = try Told(answer, name)
            #expect(told.welcome?.verdict == verdict, "\(name)")
            #expect((told.pages > 0) == fromStart && told.isWhole, "\(name)")
        }
    }

    /// What an answer says, frame by frame.
    struct Told {
        var welcome: Welcome?
        var receipts: [Receipt] = []
        var pages = 0
        /// Whether it ends with a checkpoint.
        var isWhole = false

        init(_ answer: HTTPResponse, _ name: String) throws {
            let isJSON = answer.head.mediaType == MessageJSON.mediaType
            let text = String(decoding: answer.body.prefix(300), as: UTF8.self)
            try #require(answer.head.status == 200, "\(name): \(text)")
            var reader = FrameReader()
            reader.append(isJSON ? try MessageJSON.body(of: answer.body) : answer.body)
            while let frame = try reader.next() {
                switch try ResponseFrame.decode(frame) {
                case .welcome(let said): welcome = said
                case .receipts(let said): receipts += said
                case .page: pages += 1
                case .checkpoint: isWhole = true
                default: break
                }
            }
        }
    }
}
