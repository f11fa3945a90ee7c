/// What a message says an item must be; a slip names the member from the outside in.
extension CBORItem {
    package func list(_ name: String, of counts: ClosedRange<Int> = 0...Int.max)
        throws(CBORSlip) -> [CBORItem]
    {
        guard case .array(let items) = self, counts.contains(items.count) else {
            throw CBORSlip(at: 0, what: "\(name) is not an array of the due length")
        }
        return items
    }

    /// A flat array of groups of `size` elements each.
    package func groups(_ name: String, of size: Int) throws(CBORSlip) -> [[CBORItem]] {
        let items = try list(name)
        guard items.count % size == 0 else {
            throw CBORSlip(at: 0, what: "\(name) ends inside a group")
        }
        return stride(from: 0, to: items.count, by: size).map { Array(items[$0..<$0 + size]) }
    }

    package func blob(_ name: String, of counts: ClosedRange<Int>) throws(CBORSlip) -> [UInt8] {
        guard case .bytes(let bytes) = self, counts.contains(bytes.count) else {
            throw CBORSlip(at: 0, what: "\(name) is not \(counts) bytes")
        }
        return bytes
    }

    package func id(_ name: String) throws(CBORSlip) -> [UInt8] { try blob(name, of: 16...16) }

    package func number(_ name: String) throws(CBORSlip) -> UInt64 {
        guard case .unsigned(let number) = self else {
            throw CBORSlip(at: 0, what: "\(name) is not a number from zero up")
        }
        return number
    }

    /// A signed number as its 64 bits; what travels as a difference modulo 2^64 adds up so.
    package func bits(_ name: String) throws(CBORSlip) -> UInt64 {
        switch self {
        case .unsigned(let number): return number
        case .negative(let number) where number <= UInt64(Int64.max): return ~number
        default: throw CBORSlip(at: 0, what: "\(name) is not an integer of 64 bits")
        }
    }

    package func words(_ name: String, of count: ClosedRange<Int>) throws(CBORSlip) -> String {
        guard case .text(let text) = self, count.contains(text.utf8.count) else {
            throw CBORSlip(at: 0, what: "\(name) is not text of \(count) bytes")
        }
        return text
    }

    package func truth(_ name: String) throws(CBORSlip) -> Bool {
        guard case .bool(let value) = self else {
            throw CBORSlip(at: 0, what: "\(name) is neither true nor false")
        }
        return value
    }

    /// Extensions by their number (05-exchange.md, X12).
    package func extensions(_ name: String) throws(CBORSlip) -> [UInt64: [UInt8]] {
        guard case .map(let members) = self, members.count <= 16 else {
            throw CBORSlip(at: 0, what: "\(name) is not a map of at most 16 members")
        }
        var found: [UInt64: [UInt8]] = [:]
        for member in members {
            let key = try member.key.number(name)
            found[key] = try member.value.blob(name, of: 0...(16 << 20))
        }
        return found
    }
}
