import LynkCore
import LynkWire

/// The same bytes with one bit turned.
func flipped(_ bytes: [UInt8], bit: Int) -> [UInt8] {
    var damaged = bytes
    damaged[bit / 8] ^= 1 << UInt8(bit % 8)
    return damaged
}

/// The error of a decoder, or `nil` when it took the bytes.
func refusal(_ decode: () throws(WireError) -> some Any) -> WireError? {
    do throws(WireError) {
        _ = try decode()
        return nil
    } catch {
        return error
    }
}

/// All messages of a stream that must end cleanly.
func frames(_ bytes: [UInt8]) throws(WireError) -> [Frame] {
    var reader = FrameReader()
    reader.append(bytes)
    var found: [Frame] = []
    while let frame = try reader.next() { found.append(frame) }
    guard reader.isEmpty else { throw .truncated }
    return found
}

func hex(_ digits: String) throws -> [UInt8] {
    guard let bytes = bytes(hexadecimal: digits.filter { !$0.isWhitespace }) else {
        throw NotHexadecimal(digits: digits)
    }
    return bytes
}

struct NotHexadecimal: Error { let digits: String }
