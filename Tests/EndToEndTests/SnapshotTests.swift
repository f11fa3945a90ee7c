import Foundation
import Lynk
import LynkPayments
import LynkWire
import Synchronization
import Testing

@Suite("First syncs by snapshots, over TLS")
struct SnapshotTests {
    private static let invoices = 240

    /// A tenant with enough invoices that a scope has more than one page.
    private static func open(_ hub: Installation) async throws -> Wholesaler {
        var tank = Wholesaler.first
        (tank.northShop, tank.southShop) = ("MARKER-NORTH-7d1f", "MARKER-SOUTH-93ab")
        try await hub.office.open(tank)
        let rows = (0..<UInt64(invoices)).map { tank.newInvoice(1_000 + $0, total: "105000") }
        let answer = try await hub.office.importFile(
            "invoices", Wholesaler.invoices(rows), into: tank.tenant)
        try #require(answer.head.status == 200)
        return tank
    }

    private static func clerk(
        _ name: String, _ tank: Wholesaler, at hub: Installation, rows: Int64,
        over transport: (any HTTPTransport)? = nil
    ) async throws -> Phone {
        let phone = try Phone(
            name, of: tank.clerk, at: hub, snapshotRowsMin: rows, through: transport)
        try await phone.enrol(hub.office.code(for: tank.clerk, role: .admin, in: tank.tenant))
        return phone
    }

    /// Every row that the device shows, table by table.
    private static func shown(_ phone: Phone) throws -> [String] {
        try Payments().schema.tables.flatMap { table in
            let fields = (["hex(id)"] + table.fields.map { "quote(\($0.name))" })
                .joined(separator: ", ")
            return try phone.rows("SELECT \(fields) FROM \(table.name) ORDER BY id")
        }
    }

    @Test("The same rows and digest as by a plain pull, and in step afterwards")
    func sameState() async throws {
        try await Installation.run { hub in
            let tank = try await Self.open(hub)
            let plain = try await Self.clerk("plain", tank, at: hub, rows: 0)
            #expect(try await plain.sync().segments == 0)
            let phone = try await Self.clerk("snap", tank, at: hub, rows: 1)
            let report = try await phone.sync()
            #expect(report.segments > 1)
            #expect(report.digestMatches)
            let paths = phone.line.received.map { $0.url.dropFirst(hub.address.count) }
            #expect(paths.contains { $0.contains("/snapshot?scope=retailer%2F") })
            let isSame = try Self.shown(phone) == Self.shown(plain)
            #expect(isSame)
            #expect(try phone.replica.status().root == plain.replica.status().root)
            #expect(try phone.replica.status().rows == plain.replica.status().rows)
            try phone.expectInStep()
            let ravi = try await Phone.enrolled("ravi", tank.ravi, of: tank, at: hub)
            try ravi.collect(100_000, at: tank.shop)
            for each in [ravi, phone, plain] { #expect(try await each.sync().digestMatches) }
            let isStillSame = try Self.shown(phone) == Self.shown(plain)
            #expect(isStillSame)
            try phone.expectInStep()
            // Nothing is offered to who has everything.
            #expect(try await phone.sync().segments == 0)
        }
    }

    @Test("A line that is cut at a byte of a segment goes on at that byte")
    func cut() async throws {
        try await Installation.run { hub in
            let tank = try await Self.open(hub)
            let plain = try await Self.clerk("plain", tank, at: hub, rows: 0)
            try await plain.sync()
            let expected = try Self.shown(plain)
            for (number, offset) in [0, 1, 8, 9, 100, 1_000, 2_047].enumerated() {
                let line = CuttingLine(hub.transport, after: offset)
                let phone = try await Self.clerk(
                    "cut-\(number)", tank, at: hub, rows: 200, over: line)
                for _ in 0..<40 {
                    do {
                        try await phone.sync()
                        break
                    } catch let problem as Problem where problem.code == .unreachable {
                        continue
                    }
                }
                #expect(line.cuts > 0)
                #expect(try phone.replica.status().position > 0)
                let isSame = try Self.shown(phone) == expected
                #expect(isSame, "\(offset)")
                try phone.expectInStep()
                // No byte was sent twice but those of a cut at the very start.
                #expect(line.isEachByteOnce)
            }
        }
    }

    /// Everything that came over the line, expanded.
    private static func received(_ phone: Phone) throws -> Data {
        try phone.line.received.reduce(into: Data()) { all, answer in
            let plain =
                answer.url.contains("/segments/")
                ? try? Zstd.decompress(answer.bytes, limit: Limits.segmentBytesMax) : nil
            all.append(contentsOf: try plain ?? answer.decoded())
        }
    }

    private static func get(
        _ path: String, as phone: Phone, _ tank: Wholesaler, at hub: Installation
    ) async throws -> HTTPResponse {
        let token = try #require(
            phone.line.lastExchange?.headers.first { $0.name == "Authorization" })
        return try await hub.transport.send(
            HTTPRequest(
                .get, "\(hub.address)/v1/tenants/\(tank.tenant)/\(path)", headers: [token],
                responseBytesMax: 8 << 20))
    }

    @Test("What a worker may not see is neither in its segments nor behind their names")
    func foreign() async throws {
        try await Installation.run { hub in
            let tank = try await Self.open(hub)
            let clerk = try await Self.clerk("clerk", tank, at: hub, rows: 1)
            try await clerk.sync()
            let ravi = try Phone("ravi", of: tank.ravi, at: hub, snapshotRowsMin: 1)
            try await ravi.enrol(
                hub.office.code(for: tank.ravi, role: .worker, in: tank.tenant))
            #expect(try await ravi.sync().segments > 0)
            let far = Data("MARKER-SOUTH-93ab".utf8)
            #expect(try Self.received(clerk).range(of: far) != nil)
            #expect(try Self.received(ravi).range(of: far) == nil)
            #expect(try Self.received(ravi).range(of: Data("MARKER-NORTH-7d1f".utf8)) != nil)
            #expect(try ravi.fileBytes().range(of: far) == nil)

            let other = Wholesaler(number: 2, name: "Madan Pharma")
            try await hub.office.open(other)
            let stranger = try Phone("stranger", of: other.clerk, at: hub, snapshotRowsMin: 1)
            try await stranger.enrol(
                hub.office.code(for: other.clerk, role: .admin, in: other.tenant))
            try await stranger.sync()
            let nothing = "snapshot/segments/\(ContentID(hashing: [1]))"
            let unknown = try await Self.get(nothing, as: ravi, tank, at: hub)
            #expect(unknown.head.status == 404)
            var own = 0
            for answer in clerk.line.received where answer.url.contains("/snapshot") {
                let path = String(
                    answer.url.dropFirst("\(hub.address)/v1/tenants/\(tank.tenant)/".count))
                let seen = try await Self.get(path, as: ravi, tank, at: hub)
                if seen.head.status == 200 {
                    own += 1
                    let plain = try? Zstd.decompress(seen.body, limit: Limits.segmentBytesMax)
                    #expect(Data(plain ?? seen.body).range(of: far) == nil)
                } else {
                    #expect(seen.head.status == 404)
                    #expect(seen.body == unknown.body)
                }
                // Another tenant's clerk, under both addresses.
                for tenant in [tank, other] {
                    let foreign = try await Self.get(path, as: stranger, tenant, at: hub)
                    let isHidden = foreign.body == unknown.body
                    #expect(isHidden || (tenant.number == 2 && path.contains("?scope=")))
                }
            }
            #expect(own > 0)
        }
    }

    @Test("A poll with nothing to do is a 304, and one with something is not")
    func head() async throws {
        try await Installation.run { hub in
            let tank = try await Self.open(hub)
            let ravi = try await Phone.enrolled("ravi", tank.ravi, of: tank, at: hub)
            let meera = try await Phone.enrolled("meera", tank.meera, of: tank, at: hub)
            func ask() async throws -> Int {
                let held = try #require(try ravi.replica.heldHead())
                let token = try #require(
                    ravi.line.lastExchange?.headers.first { $0.name == "Authorization" })
                let answer = try await hub.transport.send(
                    HTTPRequest(
                        .get, "\(hub.address)/v1/tenants/\(tank.tenant)/head",
                        headers: [token, HTTPHeader("If-None-Match", "\"\(held.text)\"")]))
                #expect(answer.head.status == 200 || answer.body.isEmpty)
                return answer.head.status
            }
            #expect(try await ask() == 304)
            try meera.collect(5_000, at: tank.farShop)
            try await meera.sync()
            #expect(try await ask() == 304)
            let answer = try await hub.office.importFile(
                "invoices", Wholesaler.invoices([tank.newInvoice(9_000, total: "105000")]),
                into: tank.tenant)
            try #require(answer.head.status == 200)
            #expect(try await ask() == 200)
            try await ravi.sync()
            #expect(try await ask() == 304)
        }
    }
}

/// A line that breaks after so many bytes of each answer for a segment.
private final class CuttingLine: HTTPTransport {
    private struct State {
        var cuts = 0
        /// Bytes that were let through, by segment, as ranges in their order.
        var passed: [String: [Range<Int>]] = [:]
    }

    private let line: any HTTPTransport
    private let limit: Int
    private let state = Mutex(State())

    init(_ line: any HTTPTransport, after limit: Int) {
        self.line = line
        self.limit = limit
    }

    var statistics: TransferStatistics { line.statistics }
    var cuts: Int { state.withLock { $0.cuts } }

    var isEachByteOnce: Bool {
        state.withLock { state in
            state.passed.values.allSatisfy { ranges in
                zip(ranges, ranges.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound }
            }
        }
    }

    func send(_ request: HTTPRequest, onBody: HTTPBodyHandler?) async throws -> HTTPResponse {
        guard request.url.contains("/segments/"), let onBody else {
            return try await line.send(request, onBody: onBody)
        }
        let whole = try await line.send(request)
        let range = request.headers.first { $0.name == "Range" }?.value
        let start = range.flatMap { Int($0.dropFirst(6).dropLast()) } ?? 0
        // Every third answer is let through far enough to come to an end some day.
        let isPatient = state.withLock { $0.cuts % 3 == 2 }
        let count = min(isPatient ? max(limit, 50_000) : limit, whole.body.count)
        state.withLock { $0.passed[request.url, default: []].append(start..<start + count) }
        _ = try onBody(HTTPBodyChunk(head: whole.head, bytes: Array(whole.body.prefix(count))))
        guard count < whole.body.count else {
            if isPatient { state.withLock { $0.cuts += 1 } }
            return HTTPResponse(head: whole.head, transfer: whole.transfer)
        }
        state.withLock { $0.cuts += 1 }
        throw Problem(.unreachable, "cut on purpose")
    }
}
