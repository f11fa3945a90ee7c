import Checklists
import Foundation
import GRDB
import LynkCore
import LynkEngine
import LynkStore
import LynkWire

/// One change set as it stands in a device's outbox, to be delivered at any time.
struct Upload {
    let principal: Principal
    let push: Push
    let oid: ContentID
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
                try push(offer.changeSets.map(\.bytes), offer.signature, offer.hello)
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

    private func push(_ bytes: [[UInt8]], _ signature: [UInt8], _ hello: Hello) throws -> Push {
        Push(
            principal: principal, lane: hello.lane,
            publicKey: try replica.enrolment()?.key.publicKey, upload: hello.clock,
            receivedMilliseconds: inspection.clock.now,
            work: .changeSets(try bytes.map { try ChangeSetCodec.open($0) }, signature: signature))
    }

    /// The outbox, each change set as a push of its own.
    func uploads() throws -> [Upload] {
        let hello = try replica.offer().hello
        let rows = try replica.read {
            try Row.fetchAll(
                $0,
                sql: """
                    SELECT bytes, signature FROM lynk_outbox
                    WHERE sequence > (SELECT settled.sequence FROM lynk_settled AS settled)
                    ORDER BY sequence
                    """)
        }
        return try rows.map { row in
            let bytes = Array(row["bytes"] as Data)
            return Upload(
                principal: principal,
                push: try push([bytes], Array(row["signature"] as Data), hello),
                oid: try ChangeSetCodec.open(bytes).oid)
        }
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
