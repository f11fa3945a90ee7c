import Foundation
import Lynk
import LynkWire
import Testing

extension Forge {
    /// Where the context of a change set without a predecessor stands, one byte long if empty.
    static let contextOffset = 36

    /// A signed push of one change set with other bytes from its context on.
    func bent(_ bend: (inout [UInt8]) -> Void) throws -> ForgedRequest {
        var bytes = seal(context: .zero).bytes
        bend(&bytes)
        return try push([bytes])
    }

    var helloBytes: [UInt8] {
        var writer = CBORWriter()
        hello().encode(into: &writer)
        return writer.bytes
    }

    /// A body of these frames.
    func body(_ frames: Frame...) -> ForgedRequest {
        ForgedRequest(body: frames.flatMap { $0.encoded() })
    }

    /// A hello with other bytes, and nothing to push.
    func bentHello(_ bend: (inout [UInt8]) -> Void) -> ForgedRequest {
        var bytes = helloBytes
        bend(&bytes)
        return body(Frame(.hello, bytes), Frame(.signature, [0x40]))
    }
}

extension Forgery {
    private static let malformed = Verdict.receipt(.quarantined, .changeSetMalformed)

    /// Bytes that no encoder makes. Behind a head that can be read they are kept (X34); without
    /// one the push takes nothing.
    static let changeSetBytes = [
        Forgery("a longer integer than needed", "C1 X34", malformed) { forge in
            try forge.bent { $0.insert(0x18, at: Forge.contextOffset + 1) }
        },
        Forgery("an array of no stated length", "C1 X34", malformed) { forge in
            try forge.bent {
                $0.replaceSubrange(Forge.contextOffset...Forge.contextOffset, with: [0x9F, 0xFF])
            }
        },
        Forgery("bytes after the end", "C1 X34", malformed) { forge in
            try forge.bent { $0.append(0) }
        },
        Forgery("a change set that is cut", "C1 X34", malformed) { forge in
            try forge.bent { $0.removeLast(3) }
        },
        Forgery("a tag", "C1 X34", malformed) { forge in
            try forge.bent { $0.insert(0xC0, at: Forge.contextOffset) }
        },
        Forgery("a number that is none", "C1 X34", malformed) { forge in
            try forge.bent {
                $0.replaceSubrange(
                    Forge.contextOffset + 1...Forge.contextOffset + 1, with: [0xF9, 0x7E, 0])
            }
        },
        Forgery("fields out of order", "C4 X34", malformed) { forge in
            try forge.push(
                forge.seal([
                    RowChange(
                        table: 7, key: forge.fresh(), kind: .insert,
                        ordered: [.init(3, .integer(5)), .init(2, .integer(5))], adds: [])
                ]))
        },
        Forgery("a field twice", "C4 X34", malformed) { forge in
            try forge.push(
                forge.seal([
                    RowChange(
                        table: 7, key: forge.fresh(), kind: .insert,
                        ordered: [.init(3, .integer(5)), .init(3, .integer(6))], adds: [])
                ]))
        },
        Forgery("text that is no UTF-8", "C1 X34", malformed) { forge in
            try forge.bent {
                $0[($0.firstIndex(of: UInt8(ascii: "I")) ?? 0) + 1] = 0xFF
            }
        },
        Forgery("a count that claims the memory", "C6 X34", malformed) { forge in
            try forge.bent {
                $0.replaceSubrange(
                    Forge.contextOffset...Forge.contextOffset,
                    with: [0x9B, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF])
            }
        },
        Forgery("two thousand arrays in each other", "C1 X34", malformed) { forge in
            try forge.bent {
                $0.replaceSubrange(
                    Forge.contextOffset..., with: [UInt8](repeating: 0x81, count: 2_000))
            }
        },
        Forgery("a delete with fields", "C4 X34", malformed) { forge in
            try forge.push(
                forge.seal([
                    RowChange(
                        table: 7, key: forge.fresh(), kind: .delete,
                        puts: [.init(3, .integer(5))])
                ]))
        },
        Forgery("a dot numbered zero", "T1 X34", malformed) { forge in
            try forge.bent {
                $0.replaceSubrange(
                    Forge.contextOffset...Forge.contextOffset,
                    with: [0x82, 0x50] + forge.strange.bytes + [0])
            }
        },
        Forgery("a dot above 63 bits", "T1 X34", malformed) { forge in
            try forge.bent {
                $0.replaceSubrange(
                    Forge.contextOffset...Forge.contextOffset,
                    with: [0x82, 0x50] + forge.strange.bytes + [0x1B]
                        + [UInt8](repeating: 0xFF, count: 8))
            }
        },
        Forgery("a head that nobody can read", "X34", .problem(400, .bodyMalformed)) { forge in
            try forge.bent { $0[1] = 0x51 }
        },
        Forgery("a head in longer form", "X34 C1", .problem(400, .bodyMalformed)) { forge in
            try forge.bent { $0.replaceSubrange(0...0, with: [0x98, 0x09]) }
        },
        Forgery("nothing at all", "X34", .problem(400, .bodyMalformed)) { forge in
            try forge.push([[]])
        },
    ]
}
