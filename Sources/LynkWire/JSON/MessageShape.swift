/// The form of a message, for turning its CBOR into JSON and back: the transcoders follow it, and
/// the codecs stay the only place that knows what a message means (Protocol/12-json.md).
indirect enum MessageShape: Sendable {
    /// A named element of an array.
    struct Member: Sendable {
        let name: String
        let shape: MessageShape
        /// Whether the array may end before it.
        let mayBeAbsent: Bool

        init(_ name: String, _ shape: MessageShape, mayBeAbsent: Bool = false) {
            self.name = name
            self.shape = shape
            self.mayBeAbsent = mayBeAbsent
        }
    }

    /// A numbered member of a message's extensions.
    struct Extension: Sendable {
        let key: UInt64
        let name: String
        let shape: MessageShape
        /// Whether the byte string is the value; else it holds one CBOR item.
        let isPlain: Bool

        init(_ key: UInt64, _ name: String, _ shape: MessageShape, isPlain: Bool = false) {
            self.key = key
            self.name = name
            self.shape = shape
            self.isPlain = isPlain
        }
    }

    /// A bound and its name in the limits.
    struct Bound: Sendable {
        let most: Int
        let name: String

        init(_ most: Int, _ name: String) {
            self.most = most
            self.name = name
        }
    }

    case bool
    /// An unsigned number of at most 32 bits: a JSON number.
    case number
    /// An unsigned number of 64 bits: a JSON string of decimal digits.
    case word
    /// A signed number of 64 bits: a JSON string of decimal digits.
    case integer
    /// An unsigned number that means one of these, in order.
    case names([String])
    case text(Bound)
    /// Bytes in hexadecimal.
    case bytes(Bound)
    /// Exactly so many bytes in hexadecimal.
    case fixed(Int)
    /// Sixteen bytes with hyphens.
    case identifier
    /// A field's value, tagged with its kind.
    case value
    /// Null or the shape.
    case optional(MessageShape)
    /// CBOR's `undefined`, in JSON the string `known`, or the shape.
    case known(MessageShape)
    /// An array of named elements: a JSON object.
    case record([Member])
    case list(MessageShape, Bound)
    /// One flat array of groups of elements: a JSON array of objects.
    case groups([Member], Bound)
    /// Within a group: the difference, modulo 2^64, to the same member of the group before. In
    /// JSON it is the number itself.
    case running
    case extensions([Extension])
    /// A byte string around one item.
    case inBytes(MessageShape)
    /// Items in a row up to the end: a JSON array.
    case sequence(MessageShape, Bound)
    case page
}
