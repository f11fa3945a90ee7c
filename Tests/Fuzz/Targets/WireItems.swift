import LynkCore
import LynkWire

/// The smallest pieces of a message, each of which has one encoding.
extension FuzzTarget {
    static let items = [
        FuzzTarget("cbor") { input in
            guard let first = input.first else { return }
            let bytes = Array(input.dropFirst())
            try Item.all[Int(first) % Item.all.count](bytes)
        },
        FuzzTarget("change-set") { input in try changeSet(input) },
        FuzzTarget("changes") { input in
            guard let changes = try reading(input, { try ChangeSetCodec.decode(changes: input) })
            else { return }
            try expect(ChangeSetCodec.encode(changes: changes) == input, "changes differ")
        },
        FuzzTarget("set-elements") { input in
            guard let values = try reading(input, { ScalarArray.decode(input) }) ?? nil else {
                return
            }
            let again = ScalarArray.encode(values)
            try expect(ScalarArray.decode(again) == values, "elements differ")
        },
    ]

    private static func changeSet(_ input: [UInt8]) throws {
        let offered = try reading(input) { try ChangeSetCodec.offered(input) }
        guard let sealed = try reading(input, { try ChangeSetCodec.open(input) }) else {
            try expect(offered?.flaw != nil || offered == nil, "an unreadable one has no flaw")
            return
        }
        try expect(ChangeSetCodec.seal(sealed.content).bytes == input, "a change set differs")
        try expect(offered?.oid == sealed.oid, "a change set has two names")
        try expect(offered?.flaw == nil, "a readable one has a flaw")
    }
}

/// One production of the grammar: what is read is written as the same bytes.
private enum Item {
    static let all: [@Sendable ([UInt8]) throws -> Void] = [
        {
            try same($0) { reader throws(WireError) in
                try reader.value()
            } write: {
                $0.value($1)
            }
        },
        {
            try same($0) { reader throws(WireError) in
                try reader.vector()
            } write: {
                $0.vector($1)
            }
        },
        {
            try same($0) { reader throws(WireError) in
                try reader.clock()
            } write: {
                $0.clock($1)
            }
        },
        {
            try same($0) { reader throws(WireError) in
                try reader.head()
            } write: {
                $0.head($1)
            }
        },
        {
            try same($0) { reader throws(WireError) in
                try reader.integer()
            } write: {
                $0.integer($1)
            }
        },
        {
            try same($0) { reader throws(WireError) in
                try reader.text(Limits.valueBytesMax, "text")
            } write: {
                $0.text($1)
            }
        },
        {
            try same($0) { reader throws(WireError) in
                try reader.contentID()
            } write: {
                $0.contentID($1)
            }
        },
        {
            try same($0) { reader throws(WireError) in
                try reader.bool()
            } write: {
                $0.bool($1)
            }
        },
        {
            try same($0) { reader throws(WireError) in
                try reader.timestamp()
            } write: {
                $0.timestamp($1)
            }
        },
    ]

    private static func same<Part>(
        _ bytes: [UInt8], read: (inout CBORReader) throws(WireError) -> Part,
        write: (inout CBORWriter, Part) -> Void
    ) throws {
        guard let part = try LynkFuzzTargets.reading(bytes, { try bytes.reading(read) }) else {
            return
        }
        var writer = CBORWriter()
        write(&writer, part)
        try expect(writer.bytes == bytes, "\(Part.self) is written in another way")
    }
}
