import LynkCore
import LynkWire
import TestSupport
import Testing

@Suite struct ChangeSetCodecTests {
    @Test("What was sealed opens to the same value, bytes and content id", arguments: 0..<8)
    func roundTrip(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<100 {
            let sealed = ChangeSetCodec.seal(random.changeSet())
            let opened = try ChangeSetCodec.open(sealed.bytes)
            #expect(opened.content == sealed.content)
            #expect(opened.bytes == sealed.bytes)
            #expect(opened.oid == sealed.oid)
            #expect(opened.oid == ContentID(hashing: sealed.bytes))
        }
    }

    @Test("No beginning of a change set is a change set", arguments: 0..<40)
    func truncated(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let bytes = ChangeSetCodec.seal(random.changeSet()).bytes
        let taken = bytes.indices.filter { count in
            refusal { () throws(WireError) in
                try ChangeSetCodec.open(Array(bytes[..<count]))
            } == nil
        }
        #expect(taken.isEmpty)
    }

    @Test(
        "Whatever opens seals to the same bytes again: there is one encoding",
        arguments: 0..<60)
    func flippedBits(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let bytes = ChangeSetCodec.seal(random.changeSet()).bytes
        for bit in 0..<bytes.count * 8 {
            let damaged = flipped(bytes, bit: bit)
            guard let opened = try? ChangeSetCodec.open(damaged) else { continue }
            let again = ChangeSetCodec.seal(opened.content).bytes
            if again != damaged { Issue.record("seed \(seed), bit \(bit)") }
        }
    }

    @Test(
        "Whatever opens after several bytes were replaced seals to the same bytes",
        arguments: 0..<20)
    func replacedBytes(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            var bytes = ChangeSetCodec.seal(random.changeSet(changes: 2)).bytes
            for _ in 0...random.count(2) {
                bytes[random.count(bytes.count - 1)] = UInt8(truncatingIfNeeded: random.next())
            }
            guard let opened = try? ChangeSetCodec.open(bytes) else { continue }
            #expect(ChangeSetCodec.seal(opened.content).bytes == bytes)
        }
    }

    @Test("Bytes after the end are refused")
    func trailing() {
        var random = SeededGenerator(seed: 1)
        let bytes = ChangeSetCodec.seal(random.changeSet()).bytes + [0xF6]
        let error = refusal { () throws(WireError) in try ChangeSetCodec.open(bytes) }
        #expect(error == .invalid("bytes after the end"))
    }

    /// One change set around the given bytes of its parts.
    private func wrapped(context: String = "80", changes: String = "80") throws -> [UInt8] {
        let id = "50" + String(repeating: "11", count: 16)
        return try hex("89" + id + id + "F6" + context + "01" + "00" + "8300\(id)00F6" + changes)
    }

    @Test("The skeleton of the table below is itself good")
    func skeleton() throws {
        #expect(try ChangeSetCodec.open(wrapped()).content.changes == [])
    }

    @Test(
        "Other encodings and impossible parts of a change set are refused",
        arguments: [
            ("fields out of order", "8402008402F601F6", WireError.notCanonical),
            ("a field twice", "8400008401F601F6", .notCanonical),
            ("a field without a value", "8400008301F602", .unexpected("field and value")),
            ("no adds, but said so", "8500008080", .notCanonical),
            ("adds out of order", "85000080840201 0101", .notCanonical),
            ("no edits, but said so", "860001808080", .notCanonical),
            ("more parts than there are", "870001808080", .overLimit("parts of a change")),
            (
                "an edit without its removed part", "8600018080 82018101",
                .unexpected("field, added and removed")
            ),
            ("an edit of nothing", "8600018080 83018080", .notCanonical),
            ("edits out of order", "8600018080 86028101800181 0180", .notCanonical),
            ("elements out of order", "8600018080 8301820201 80", .notCanonical),
            ("an element twice", "8600018080 8301820101 80", .notCanonical),
            ("text before a number", "8600018080 8301826161 01 80", .notCanonical),
            (
                "an element both added and removed", "8600018080 8301810181 01",
                .invalid("an element both added and removed")
            ),
            ("null as an element", "8600018080 830181F680", .unexpected("element")),
            (
                "more elements than a set has", "8600018080 830199040180",
                .overLimit("setElementsMax")
            ),
            ("a delete with an edit", "8600028080 8301810180", .invalid("fields in a delete")),
            ("an unknown kind", "84000380", .invalid("kind of change")),
            ("a kind beyond a byte", "8400190100 80", .invalid("kind of change")),
            ("a delete with a field", "8400028201F6", .invalid("fields in a delete")),
            ("three parts", "8300 00", .unexpected("change")),
            ("a long head", "841800 0080", .notCanonical),
            ("a table beyond 32 bits", "841B0000000100000000 0080", .invalid("table")),
            ("a field beyond 32 bits", "840000821B0000000100000000F6", .invalid("field")),
            ("a value that is a map", "8400008201A0", .unexpected("value")),
            ("a value that is a boolean", "8400008201F5", .unexpected("float")),
            ("a value that is undefined", "8400008201F7", .unexpected("float")),
            ("NaN", "8400008201FA7FC00000", .invalid("NaN or negative zero")),
            ("negative zero", "8400008201FA80000000", .invalid("NaN or negative zero")),
            ("half precision", "8400008201F93C00", .unexpected("float")),
            ("a double that fits a float", "8400008201FB3FF0000000000000", .notCanonical),
            (
                "an integer above 63 bits", "84000082011B8000000000000000",
                .invalid("integer over 64 bits")
            ),
            ("text that is not UTF-8", "840000820161FF", .invalidText),
            ("a surrogate in text", "840000820163EDA080", .invalidText),
            ("an overlong form in text", "840000820162C080", .invalidText),
            ("text of indefinite length", "84000082017F6161FF", .notCanonical),
            ("a delta that is not a number", "85000080 8201F6", .unexpected("integer")),
            ("more fields than a table has", "840000 990202", .overLimit("fieldsPerTableMax")),
        ])
    func refusedChange(reason: Comment, change: String, expected: WireError) throws {
        // The key comes after the table, which is the first byte or bytes after the head.
        let parts = try hex(change)
        let tableEnd = parts[1] == 0x18 ? 3 : parts[1] == 0x1B ? 10 : 2
        let key: [UInt8] = [0x50] + [UInt8](repeating: 7, count: 16)
        let bytes = Array(parts[..<tableEnd]) + key + Array(parts[tableEnd...])
        let digits = hexadecimal(bytes)
        let whole = try wrapped(changes: "81" + digits)
        let error = refusal { () throws(WireError) in try ChangeSetCodec.open(whole) }
        // A head that promises more items than there are bytes left is cut off before all else.
        #expect(error == expected, reason)
    }

    @Test(
        "Other encodings of a context are refused",
        arguments: [
            ("a number of zero", "82 E1 00", WireError.invalid("dot number")),
            ("a number beyond 63 bits", "82 E1 1B8000000000000000", .invalid("dot number")),
            ("eras out of order", "84 E2 01 E1 01", .notCanonical),
            ("an era twice", "84 E1 01 E1 02", .notCanonical),
            ("lanes", "83 E1 01 80", .invalid("lanes in a vector are reserved")),
            ("lanes alone", "81 80", .invalid("lanes in a vector are reserved")),
            ("too many eras", "98 42", .overLimit("vectorEntriesMax")),
        ])
    func refusedContext(reason: Comment, context: String, expected: WireError) throws {
        let digits =
            context
            .replacing("E1", with: "50" + String(repeating: "A1", count: 16))
            .replacing("E2", with: "50" + String(repeating: "A2", count: 16))
        let whole = try wrapped(context: digits)
        let error = refusal { () throws(WireError) in try ChangeSetCodec.open(whole) }
        #expect(error == expected, reason)
    }

    @Test("The longest vector, field list, text and intent are taken, one more is not")
    func limits() throws {
        func open(_ change: (inout Draft) -> Void) -> WireError? {
            var draft = Draft()
            change(&draft)
            let bytes = ChangeSetCodec.seal(draft.changeSet).bytes
            return refusal { () throws(WireError) in try ChangeSetCodec.open(bytes) }
        }
        #expect(open { $0.eras = Limits.vectorEntriesMax } == nil)
        #expect(open { $0.eras = Limits.vectorEntriesMax + 1 } == .overLimit("vectorEntriesMax"))
        #expect(open { $0.fields = Limits.fieldsPerTableMax } == nil)
        #expect(
            open { $0.fields = Limits.fieldsPerTableMax + 1 } == .overLimit("fieldsPerTableMax"))
        #expect(open { $0.textBytes = Limits.valueBytesMax } == nil)
        #expect(open { $0.textBytes = Limits.valueBytesMax + 1 } == .overLimit("valueBytesMax"))
        #expect(open { $0.intentBytes = Limits.intentBytesMax } == nil)
        #expect(open { $0.intentBytes = Limits.intentBytesMax + 1 } == .overLimit("intentBytesMax"))
        #expect(open { $0.changes = Limits.changesPerSetMax } == nil)
        #expect(open { $0.changes = Limits.changesPerSetMax + 1 } == .overLimit("changesPerSetMax"))
        let long = [UInt8](repeating: 0, count: Limits.changeSetBytesMax + 1)
        let error = refusal { () throws(WireError) in try ChangeSetCodec.open(long) }
        #expect(error == .overLimit("changeSetBytesMax"))
    }

    /// A change set by its sizes.
    private struct Draft {
        var eras = 0
        var fields = 1
        var textBytes = 1
        var intentBytes = 1
        var changes = 1

        var changeSet: ChangeSet {
            var vector = VersionVector()
            for era in 0..<eras {
                vector.include(Dot(era: EraID(high: 1, low: UInt64(era)), number: 1))
            }
            let puts = (0..<fields).map {
                RowChange.Put(FieldID($0), .text(String(repeating: "x", count: textBytes)))
            }
            let change = RowChange(
                table: 1, key: RowKey(high: 0, low: 1), kind: .update, puts: puts)
            return ChangeSet(
                tenant: TenantID(high: 0, low: 2), device: DeviceID(high: 0, low: 3),
                previous: nil, context: vector, schemaVersion: 1,
                changes: Array(repeating: change, count: changes),
                intent: Intent(name: String(repeating: "n", count: intentBytes)),
                claimed: .zero,
                made: ClockReading(
                    wallMilliseconds: 0, bootID: BootID(high: 0, low: 4), bootMilliseconds: 0))
        }
    }
}
