import LynkWire

/// Lets a fuzzer past checksums and lengths, which no mutation keeps right.
///
/// A body of frames begins with a zero, because no frame is so long. An input that begins
/// otherwise is the types and payloads alone, with a mark between two of them, and stands for the
/// body that these make.
enum Pieces {
    private static let mark: [UInt8] = [0xFF, 0x00, 0xFF]

    static func body(_ input: [UInt8]) -> [UInt8] {
        guard let first = input.first, first != 0 else { return input }
        return split(input).flatMap { piece -> [UInt8] in
            guard let type = piece.first else { return [] }
            return Frame(FrameType(rawValue: type), Array(piece.dropFirst())).encoded()
        }
    }

    /// What stands between two marks.
    static func split(_ input: [UInt8]) -> [ArraySlice<UInt8>] {
        var pieces: [ArraySlice<UInt8>] = []
        var start = 0
        var index = 0
        while index < input.count {
            if input[index...].starts(with: mark) {
                pieces.append(input[start..<index])
                index += mark.count
                start = index
            } else {
                index += 1
            }
        }
        return pieces + [input[start...]]
    }

    static func joined(_ pieces: [[UInt8]]) -> [UInt8] { Array(pieces.joined(separator: mark)) }

    /// The pieces that a body is made of; the body itself when one of them would not be told
    /// from a mark.
    static func of(_ body: [UInt8]) -> [UInt8] {
        var reader = FrameReader()
        reader.append(body)
        var pieces: [[UInt8]] = []
        while let frame = try? reader.next() {
            pieces.append([frame.type.rawValue] + frame.payload)
        }
        let joined = joined(pieces)
        return self.body(joined) == body ? joined : body
    }
}
