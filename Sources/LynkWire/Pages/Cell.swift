package import LynkCore

/// One value on its way between a page and a statement, without a copy: text and blobs are views
/// of bytes that the caller keeps alive.
package enum Cell {
    case null
    case integer(Int64)
    case real(Double)
    case text(UnsafeRawBufferPointer)
    case blob(UnsafeRawBufferPointer)

    package var value: Value {
        switch self {
        case .null: .null
        case .integer(let number): .integer(number)
        case .real(let number): .real(number)
        case .text(let view): .text(String(decoding: view, as: UTF8.self))
        case .blob(let view): .blob(Array(view))
        }
    }

    /// Whether the cell is this value, without making one.
    package func equals(_ value: Value) -> Bool {
        switch (self, value) {
        case (.null, .null): true
        case (.integer(let left), .integer(let right)): left == right
        case (.real(let left), .real(let right)): left == right
        case (.text(let left), .text(let right)): right.utf8.elementsEqual(left)
        case (.blob(let left), .blob(let right)): right.elementsEqual(left)
        default: false
        }
    }
}

extension CBORWriter {
    @inline(__always)
    package mutating func cell(_ cell: Cell) {
        switch cell {
        case .null: null()
        case .integer(let number): integer(number)
        case .real(let number): real(number)
        case .text(let view): text(utf8: view)
        case .blob(let view): byteString(view)
        }
    }
}

extension CBORReader {
    /// The next value as a view of the input.
    @inline(__always)
    package mutating func cell() throws(WireError) -> Cell {
        switch try peek() >> 5 {
        case 0, 1: return .integer(try integer())
        case 2: return .blob(try byteString(Limits.valueBytesMax, "valueBytesMax"))
        case 3: return .text(try textView(Limits.valueBytesMax, "valueBytesMax"))
        case 7: return try skipNull() ? .null : .real(try real())
        default: throw .unexpected("value")
        }
    }
}
