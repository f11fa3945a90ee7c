import Checklists
import Foundation
import GRDB
import LynkCore
import LynkEngine
import LynkStore
import LynkWire

/// What one device has to upload, to be delivered one by one at any time.
struct Uploads {
    private let device: TestDevice
    private let hello: Hello
    private var waiting: ArraySlice<(bytes: [UInt8], signature: [UInt8])>
    /// The token that the hub gave with its last answer.
    private var ratchet: [UInt8]

    init(_ device: TestDevice) throws {
        self.device = device
        hello = try device.replica.offer().hello
        ratchet = hello.ratchet
        let rows = try device.replica.read {
            try Row.fetchAll(
                $0,
                sql: """
                    SELECT bytes, signature FROM lynk_outbox
                    WHERE sequence > (SELECT settled.sequence FROM lynk_settled AS settled)
                    ORDER BY sequence
                    """)
        }
        waiting = ArraySlice(
            rows.map { (Array($0["bytes"] as Data), Array($0["signature"] as Data)) })
    }

    var isEmpty: Bool { waiting.isEmpty }

    /// Commits the next change set and gives the hub's answer.
    mutating func deliver() throws -> PushAnswer? {
        guard let next = waiting.popFirst() else { return nil }
        let push = try device.push(
            [next.bytes], next.signature, hello, PushClaims(ratchet: ratchet))
        let answer = try device.inspection.hub.commit([push]).first
        if let token = answer?.ratchet, !token.isEmpty { ratchet = token }
        return answer
    }
}

/// Somebody with a replica, and the way to the hub.
struct TestDevice {
    let inspection: Inspection
    let principal: Principal
    let replica: Replica

    var user: RowKey { RowKey(high: principal.user.high, low: principal.user.low) }

    /// One transaction, a second after the last.
    func act(_ body: (Database) throws -> Void) throws {
        inspection.clock.advance(seconds: 1)
        try replica.write(body)
    }

    func insert(_ table: String, _ key: RowKey, _ columns: KeyValuePairs<String, Value>) throws {
        let names = ["id"] + columns.map(\.key)
        let marks = names.map { _ in "?" }.joined(separator: ", ")
        try act {
            try $0.execute(
                sql: "INSERT INTO \(table) (\(names.joined(separator: ", "))) VALUES (\(marks))",
                arguments: StatementArguments(
                    [Data(key.bytes)] + columns.map(\.value.argument)))
        }
    }

    func update(_ table: String, _ key: RowKey, _ columns: KeyValuePairs<String, Value>) throws {
        let sets = columns.map { "\($0.key) = ?" }.joined(separator: ", ")
        try act {
            try $0.execute(
                sql: "UPDATE \(table) SET \(sets) WHERE id = ?",
                arguments: StatementArguments(
                    columns.map(\.value.argument) + [Data(key.bytes)]))
        }
    }

    /// Adds and removes words of a site's tags, as a form would: over what stands there.
    func tag(_ site: RowKey, add: [String] = [], remove: [String] = []) throws {
        let column = try replica.read {
            try Data.fetchOne(
                $0, sql: "SELECT tags FROM site WHERE id = ?", arguments: [Data(site.bytes)])
        }
        let standing = column.flatMap { ScalarArray.decode(Array($0)) } ?? []
        let kept = Set(standing).subtracting(remove.map(Value.text)).union(add.map(Value.text))
        let value: Value =
            kept.isEmpty
            ? .null : .blob(ScalarArray.encode(ScalarArray.canonicalSet(Array(kept))))
        try update("site", site, ["tags": value])
    }

    func note(_ site: RowKey, _ text: String) throws {
        try update("site", site, ["notes": .blob(ScalarArray.encode([.text(text)]))])
    }

    /// The texts in a site's list column.
    func list(_ column: String, of site: RowKey) throws -> [String] {
        let bytes = try replica.read {
            try Data.fetchOne(
                $0, sql: "SELECT \(column) FROM site WHERE id = ?", arguments: [Data(site.bytes)])
        }
        return bytes.flatMap { ScalarArray.decode(Array($0)) }?.compactMap(\.textValue) ?? []
    }

    func delete(_ table: String, _ key: RowKey) throws {
        try act {
            try $0.execute(sql: "DELETE FROM \(table) WHERE id = ?", arguments: [Data(key.bytes)])
        }
    }

    func texts(_ sql: String) throws -> [String] {
        try replica.read { try String.fetchAll($0, sql: sql) }
    }

    /// One exchange.
    @discardableResult
    func sync() throws -> ApplyReport? {
        let offer = try replica.offer()
        inspection.clock.advance(seconds: 1)
        var answer: PushAnswer?
        if !offer.changeSets.isEmpty {
            answer = try inspection.hub.commit([
                try push(
                    offer.changeSets.map(\.bytes), offer.signature, offer.hello,
                    PushClaims(offer.hello))
            ]).first
        }
        var scan = try inspection.hub.openPull(
            for: principal, hello: offer.hello, answer: answer,
            nowMilliseconds: inspection.clock.now)
        try replica.begin(scan.welcome)
        if let answer { try replica.record(answer.receipts) }
        while true {
            switch try inspection.hub.next(&scan) {
            case .page(let page): try replica.stage(page: page)
            case .conflicts(let conflicts): try replica.record(conflicts: conflicts)
            case .checkpoint(let checkpoint): return try replica.apply(checkpoint)
            }
        }
    }

    func push(
        _ bytes: [[UInt8]], _ signature: [UInt8], _ hello: Hello, _ claims: PushClaims
    ) throws -> Push {
        Push(
            principal: principal, lane: hello.lane,
            publicKey: try replica.enrolment()?.key.publicKey, upload: hello.clock,
            receivedMilliseconds: inspection.clock.now,
            work: .changeSets(try bytes.map { try ChangeSetCodec.open($0) }, signature: signature),
            claims: claims)
    }
}

extension Value {
    fileprivate var argument: (any DatabaseValueConvertible)? {
        switch self {
        case .null: nil
        case .integer(let number): number
        case .real(let number): number
        case .text(let text): text
        case .blob(let bytes): Data(bytes)
        }
    }
}
