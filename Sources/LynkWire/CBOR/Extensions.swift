import LynkCore

/// The members at the end of a message that a version may add to and an earlier reader passes
/// over: numbers to byte strings, ascending, each left out when it says nothing.
///
/// A member that is more than bytes is one CBOR item inside its byte string.
struct ExtensionWriter {
    fileprivate private(set) var writer = CBORWriter(reserving: 64)
    fileprivate private(set) var count = 0

    /// Keys come in ascending order; empty bytes are left out.
    mutating func bytes(_ key: UInt64, _ value: [UInt8]) {
        guard !value.isEmpty else { return }
        count += 1
        writer.unsigned(key)
        writer.byteString(value)
    }

    /// One item, written only on a condition.
    mutating func item(_ key: UInt64, if isSaid: Bool, _ body: (inout CBORWriter) -> Void) {
        guard isSaid else { return }
        var item = CBORWriter(reserving: 64)
        body(&item)
        bytes(key, item.bytes)
    }
}

extension CBORWriter {
    /// The extensions of a message, its last element.
    mutating func extensions(_ body: (inout ExtensionWriter) -> Void) {
        var extensions = ExtensionWriter()
        body(&extensions)
        map(extensions.count)
        bytes.append(contentsOf: extensions.writer.bytes)
    }
}

/// The members that were there; what nobody asks for is passed over.
struct ExtensionReader {
    private var entries: [UInt64: UnsafeRawBufferPointer] = [:]

    init(_ reader: inout CBORReader) throws(WireError) {
        var last: UInt64?
        for _ in 0..<(try reader.map(Limits.extensionsMax, "extensionsMax")) {
            let key = try reader.unsigned()
            if let last, last >= key { throw .notCanonical }
            last = key
            entries[key] = try reader.byteString(Limits.messageBytesMax, "messageBytesMax")
        }
    }

    /// At most `limit` bytes; none when the member is absent.
    func bytes(_ key: UInt64, upTo limit: Int, _ name: String) throws(WireError) -> [UInt8] {
        guard let view = entries[key] else { return [] }
        guard !view.isEmpty else { throw .notCanonical }
        guard view.count <= limit else { throw .overLimit(name) }
        return Array(view)
    }

    /// Exactly so many bytes, or none when the member is absent.
    func bytes(_ key: UInt64, exactly count: Int) throws(WireError) -> [UInt8] {
        let found = try bytes(key, upTo: .max, "")
        guard found.isEmpty || found.count == count else { throw .unexpected("\(count) bytes") }
        return found
    }

    /// One item that takes up the whole member; `nil` when the member is absent.
    func item<Result>(
        _ key: UInt64, _ body: (inout CBORReader) throws(WireError) -> Result
    ) throws(WireError) -> Result? {
        guard let view = entries[key] else { return nil }
        var reader = CBORReader(view)
        let result = try body(&reader)
        try reader.end()
        return result
    }

    /// A list that is left out when it is empty.
    func list<Element>(
        _ key: UInt64, upTo limit: Int, _ name: String,
        _ element: (inout CBORReader) throws(WireError) -> Element
    ) throws(WireError) -> [Element] {
        let found = try item(key) { (reader) throws(WireError) -> [Element] in
            let count = try reader.array(limit, name)
            guard count > 0 else { throw .notCanonical }
            var elements: [Element] = []
            for _ in 0..<count { elements.append(try element(&reader)) }
            return elements
        }
        return found ?? []
    }

    /// A number that is left out when it is zero.
    func number(_ key: UInt64) throws(WireError) -> Int64 {
        let found = try item(key) { (reader) throws(WireError) -> Int64 in
            Int64(try reader.ordinal("number"))
        }
        return found ?? 0
    }

    /// A fact that is left out when it is not so.
    func flag(_ key: UInt64) throws(WireError) -> Bool {
        let found = try item(key) { (reader) throws(WireError) -> Bool in
            guard try reader.bool() else { throw .notCanonical }
            return true
        }
        return found ?? false
    }
}
