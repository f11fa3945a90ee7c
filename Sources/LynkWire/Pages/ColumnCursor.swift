import LynkCore

/// Reads one column of a page section, a value per row, straight from the page's bytes.
package struct ColumnCursor {
    private enum Codec {
        case plain, deltas, dictionary, constant
    }

    private let codec: Codec
    private var reader: CBORReader
    private var position = 0
    private var previous: Int64 = 0
    private var values: [Cell] = []

    /// Takes the column from `page`; the values are checked as they are read.
    package init(_ page: inout CBORReader) throws(WireError) {
        let count = try page.array(3, "column")
        let kind = try page.unsigned()
        switch (kind, count) {
        case (0, 2):
            codec = .plain
            reader = CBORReader(try page.byteString(Limits.frameBytesMax, "frameBytesMax"))
        case (1, 2):
            codec = .deltas
            reader = CBORReader(try page.byteString(Limits.frameBytesMax, "frameBytesMax"))
        case (2, 3):
            codec = .dictionary
            var entries = CBORReader(try page.byteString(Limits.frameBytesMax, "frameBytesMax"))
            while !entries.isAtEnd {
                guard values.count < 256 else { throw .overLimit("dictionary") }
                values.append(try entries.cell())
            }
            reader = CBORReader(try page.byteString(Limits.rowsPerPageMax, "rowsPerPageMax"))
        case (3, 2):
            codec = .constant
            reader = CBORReader(UnsafeRawBufferPointer(start: nil, count: 0))
            values = [try page.cell()]
        default:
            throw .invalid("column codec \(kind)")
        }
    }

    @inline(__always)
    package mutating func next() throws(WireError) -> Cell {
        switch codec {
        case .plain: return try reader.cell()
        case .constant: return values[0]
        case .deltas:
            let delta = unzigzag(try readVarint(reader.input, at: &position))
            previous &+= delta
            return .integer(previous)
        case .dictionary:
            guard position < reader.input.count else { throw .truncated }
            let index = Int(reader.input[position])
            position += 1
            guard index < values.count else { throw .invalid("dictionary index") }
            return values[index]
        }
    }

    /// The next value of a column that can only hold unsigned numbers.
    @inline(__always)
    package mutating func number() throws(WireError) -> UInt64 {
        guard case .integer(let value) = try next() else { throw .unexpected("integer") }
        return UInt64(bitPattern: value)
    }

    /// - Throws: when values are left over.
    package func finish() throws(WireError) {
        let isDone =
            switch codec {
            case .plain: reader.isAtEnd
            case .deltas, .dictionary: position == reader.input.count
            case .constant: true
            }
        guard isDone else { throw .invalid("a column is longer than its section") }
    }
}
