import Foundation
import Lynk
import LynkWire
import Testing

extension Forgery {
    /// Names, predecessors, lanes, signatures and tokens.
    static let chains = [
        Forgery("a predecessor that is nowhere", "C2", .refused(.chainGap)) { forge in
            try forge.push(forge.seal(after: ContentID(hashing: [1, 2, 3])))
        },
        Forgery("a predecessor that is another device's", "C2", .refused(.chainGap)) { forge in
            let head = try #require(try forge.town.meera.replica.offer().hello.head)
            return try forge.push(forge.seal(after: head.oid))
        },
        Forgery("a gap in its own lane", "C2 I3", .refused(.chainGap)) { forge in
            try forge.push(forge.seal(after: ContentID(hashing: [4])), as: forge.honest)
        },
        Forgery("a place in the lane with other content", "I3 X30", .refused(.laneForked)) {
            forge in
            try forge.push(forge.seal(after: nil), as: forge.honest)
        },
        Forgery("the lane of another device", "I3", .refused(.laneForked)) { forge in
            let lane = try forge.town.meera.replica.offer().hello.lane
            return try forge.push(forge.seal(), as: forge.hello(lane: lane))
        },
        Forgery("a token that nobody gave", "X31", .refused(.laneForked)) { forge in
            let head = try #require(forge.honest.head)
            let token = [UInt8](repeating: 7, count: Limits.ratchetBytes)
            return try forge.push(
                forge.seal(after: head.oid),
                as: forge.hello(lane: forge.honest.lane, ratchet: token))
        },
        Forgery("the token of another lane", "X31", .refused(.laneForked)) { forge in
            let head = try #require(forge.honest.head)
            let token = try forge.town.meera.replica.offer().hello.ratchet
            try #require(token.count == Limits.ratchetBytes)
            return try forge.push(
                forge.seal(after: head.oid),
                as: forge.hello(lane: forge.honest.lane, ratchet: token))
        },
        Forgery("a push that is no chain", "C3", .refused(.changeSetMalformed)) { forge in
            try forge.push([forge.seal().bytes, forge.seal(after: nil).bytes])
        },
        Forgery("a successor of other bytes", "C3 X34", .refused(.changeSetMalformed)) { forge in
            let (first, other) = (forge.seal(), forge.seal())
            return try forge.push([other.bytes, forge.seal(after: first.oid).bytes])
        },
        Forgery("a skip that is not the last", "C12", .refused(.changeSetMalformed)) { forge in
            let skip = ChangeSetCodec.seal(
                ChangeSet(
                    tenant: forge.principal.tenant, device: forge.principal.device, previous: nil,
                    context: forge.vector, schemaVersion: 1, changes: [],
                    intent: Intent(
                        name: "skip", arguments: ContentID(hashing: [9]).description),
                    claimed: .zero, made: forge.honest.clock))
            return try forge.push([skip.bytes, forge.seal(after: skip.oid).bytes])
        },
        Forgery("another device's key", "C3", .refused(.signatureInvalid)) { forge in
            let key = try #require(try forge.town.meera.replica.enrolment()).key
            return try forge.push(forge.seal(), by: key)
        },
        Forgery("another tenant's key", "C3", .refused(.signatureInvalid)) { forge in
            let key = try #require(try forge.town.thief.replica.enrolment()).key
            return try forge.push(forge.seal(), by: key)
        },
        Forgery("a signature of other bytes", "C3", .refused(.signatureInvalid)) { forge in
            try forge.push([forge.seal().bytes], over: ContentID(hashing: [5]).bytes)
        },
        Forgery("bytes that changed on the way", "X34", .refused(.signatureInvalid)) { forge in
            let honest = forge.seal()
            var bent = honest.bytes
            bent[bent.count - 1] ^= 1
            return try forge.push([bent], over: honest.oid.bytes)
        },
        Forgery("a signature for another purpose", "C3 E3", .refused(.signatureInvalid)) { forge in
            let sealed = forge.seal()
            return ForgedRequest(
                body: SyncRequest.encode(
                    hello: forge.hello(), changeSets: [sealed.bytes],
                    signature: try forge.key.sign(sealed.oid.bytes, as: .challenge)))
        },
        Forgery("a change set of another device", "C3", .refused(.changeSetMalformed)) { forge in
            let device = try #require(try forge.town.meera.replica.enrolment()).principal.device
            return try forge.push(forge.seal(device: device))
        },
        Forgery("a change set of another tenant", "C3 S4", .refused(.changeSetMalformed)) { forge in
            try forge.push(forge.seal(tenant: forge.town.other.tenant))
        },
    ]
}
