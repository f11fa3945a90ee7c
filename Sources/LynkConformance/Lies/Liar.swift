/// A server with one slip, as a proxy makes it of an honest one: it changes what comes back, with
/// frames and checksums that are good, or what goes there, as a check that is missing would. The
/// kit must see each of them.
package struct Liar: Sendable {
    package let name: String
    /// What such a server does, for people.
    package let what: String
    var request: @Sendable (inout CaseRunner.Sending, TestDevice) throws -> Void = { _, _ in }
    var answer: @Sendable (inout PlainAnswer) throws -> Void = { _ in }

    /// Every lie that the kit knows.
    package static let all: [Liar] =
        receipts + checkpoints + welcomes + pages + frames + plain + missingChecks

    package static func named(_ name: String) -> Liar? { all.first { $0.name == name } }
}

extension Liar {
    /// A lie in the frames of an answer to an exchange.
    static func frames(
        _ name: String, _ what: String,
        _ change: @escaping @Sendable (inout [RawFrame]) throws -> Void
    ) -> Liar {
        Liar(name: name, what: what) { answer in
            guard answer.status == 200, var frames = try? RawFrame.all(in: answer.body),
                frames.first?.type == 0x10
            else { return }
            try change(&frames)
            answer.body = frames.flatMap(\.encoded)
        }
    }

    /// A lie in each message of one type.
    static func item(
        _ name: String, _ what: String, _ type: UInt8, _ path: [Int] = [],
        _ change: @escaping @Sendable (inout CBORItem) -> Void
    ) -> Liar {
        frames(name, what) { frames in
            for place in frames.indices where frames[place].type == type {
                var item = try CBORReader.item(frames[place].payload)
                item.edit(path[...], change)
                frames[place].payload = item.encoded
            }
        }
    }

    /// A message of one type is left out.
    static func dropped(_ name: String, _ what: String, _ type: UInt8) -> Liar {
        frames(name, what) { $0.removeAll { $0.type == type } }
    }

    init(
        name: String, what: String, answer: @escaping @Sendable (inout PlainAnswer) throws -> Void
    ) {
        self.name = name
        self.what = what
        self.answer = answer
    }

    static func plus(_ count: Int64) -> @Sendable (inout CBORItem) -> Void {
        { item in
            item = .integer(Int64(bitPattern: ((try? item.bits("number")) ?? 0)) &+ count)
        }
    }

    static let inverted: @Sendable (inout CBORItem) -> Void = { item in
        guard case .bytes(var bytes) = item, !bytes.isEmpty else { return }
        bytes[0] ^= 1
        item = .bytes(bytes)
    }

    static func becomes(_ other: CBORItem) -> @Sendable (inout CBORItem) -> Void {
        { $0 = other }
    }
}
