import Foundation
import Lynk
import LynkWire
import Testing

extension Forgery {
    /// What a device says that it has. It can cost only its own line: a pull writes nothing.
    static let cursors = [
        Forgery("a position ahead of the head", "X7", .pulled(.ok, fromStart: true)) { forge in
            try forge.pull(
                forge.hello(cursor: forge.cursor(position: forge.honest.cursor.position + 50)))
        },
        Forgery("the last of all positions", "X7", .pulled(.ok, fromStart: true)) { forge in
            try forge.pull(forge.hello(cursor: forge.cursor(position: .max)))
        },
        Forgery("a position behind its vector", "X7", .pulled(.ok, fromStart: true)) { forge in
            try forge.pull(forge.hello(cursor: forge.cursor(position: 1)))
        },
        Forgery("a position without a vector", "X7", .pulled(.ok, fromStart: true)) { forge in
            try forge.pull(forge.hello(cursor: forge.cursor(vector: .zero)))
        },
        Forgery("a vector beyond the hub's", "X7 X30", .pulled(.rollback, fromStart: true)) {
            forge in
            let beyond = VersionVector([forge.dot.era: forge.dot.number + 100])
            return try forge.pull(forge.hello(cursor: forge.cursor(vector: beyond)))
        },
        Forgery("a vector of an unknown era", "X7 X30", .pulled(.rollback, fromStart: true)) {
            forge in
            let vector = VersionVector([forge.strange: 1])
            return try forge.pull(forge.hello(cursor: forge.cursor(vector: vector)))
        },
        Forgery("a vector of two eras", "X7 X30", .pulled(.rollback, fromStart: true)) { forge in
            let vector = VersionVector([forge.dot.era: forge.dot.number, forge.strange: 1])
            return try forge.pull(forge.hello(cursor: forge.cursor(vector: vector)))
        },
        Forgery("another tenant's cursor", "X7 S4", .pulled(.rollback, fromStart: true)) { forge in
            let foreign = try forge.town.thief.replica.offer().hello
            return try forge.pull(forge.hello(cursor: foreign.cursor, chain: foreign.chain))
        },
        Forgery("another past", "X30 I21", .pulled(.rollback, fromStart: true)) { forge in
            var chain = forge.honest.chain
            try #require(!chain.isEmpty)
            chain[0] ^= 1
            return try forge.pull(forge.hello(chain: chain))
        },
        Forgery("a scope set that it never had", "S2 X7", .pulled(.ok, fromStart: true)) { forge in
            let cursor = PullCursor(
                position: forge.honest.cursor.position, vector: forge.vector,
                scopeSetHash: [UInt8](repeating: 9, count: 8))
            return try forge.pull(forge.hello(cursor: cursor))
        },
        Forgery("another device's scope set", "S2 X7", .pulled(.ok, fromStart: true)) { forge in
            let hash = try forge.town.meera.replica.offer().hello.cursor.scopeSetHash
            let cursor = PullCursor(
                position: forge.honest.cursor.position, vector: forge.vector, scopeSetHash: hash)
            return try forge.pull(forge.hello(cursor: cursor))
        },
        Forgery("a kept head that is nowhere", "X22 X30", .pulled(.rollback, fromStart: false)) {
            forge in
            let head = LaneHead(
                lane: LaneID(high: 1, low: 9), sequence: 1, oid: ContentID(hashing: [1]))
            return try forge.pull(forge.hello(keptHeads: [head]))
        },
        Forgery("a mark that nobody gave", "X33", .pulled(.ok, fromStart: false)) { forge in
            let mark = [1] + [UInt8](repeating: 0x7F, count: 48 + 24)
            return try forge.pull(forge.hello(resume: mark))
        },
        Forgery("a snapshot of a scope of others", "X45 S2", .pulled(.ok, fromStart: false)) {
            forge in
            let held = HeldSnapshot(
                scope: Scope("worker/\(forge.town.tank.meera)"), position: 1,
                chain: [UInt8](repeating: 1, count: Limits.chainBytes))
            return try forge.pull(forge.hello(snapshots: [held]))
        },
        Forgery("era records with nothing to push", "T20", .pulled(.ok, fromStart: false)) {
            forge in
            let record = EraRecord(
                era: forge.strange, hub: HubID(high: 1, low: 1), parents: .zero)
            return try forge.pull(forge.hello(eras: [record]))
        },
        Forgery("a negative position", "X7", .problem(400, .bodyMalformed)) { forge in
            try forge.pull(forge.hello(cursor: forge.cursor(position: -1)))
        },
        Forgery("a cursor of too many eras", "T1", .problem(413, .bodyTooLarge)) { forge in
            let many = (1...UInt64(Limits.vectorEntriesMax + 1)).map {
                (EraID(high: 0xBAD2, low: $0), UInt64(1))
            }
            let crowded = VersionVector(Dictionary(uniqueKeysWithValues: many))
            return try forge.pull(forge.hello(cursor: forge.cursor(vector: crowded)))
        },
        Forgery("another application's schema", "X50", .problem(409, .schemaUnknown)) { forge in
            try forge.push(forge.seal(), as: forge.hello(schema: "checklists"))
        },
    ]
}
