/// A QR code of model 2 in byte mode with medium error correction, versions 1 to 10
/// (ISO/IEC 18004).
///
/// Our own rather than libqrencode: receipts need one mode and ten versions, this target imports no
/// C, and the same text gives the same modules on every machine. Its structure follows Project
/// Nayuki's description, https://www.nayuki.io/page/creating-a-qr-code-step-by-step.
package struct QRCode: Hashable, Sendable {
    /// Modules on each side, without the quiet zone of four.
    package private(set) var size: Int
    private var dark: [Bool]
    private var isFunction: [Bool]

    /// Error correction bytes of each block, and blocks, by version.
    private static let blocks: [(correction: Int, count: Int)] = [
        (10, 1), (16, 1), (26, 1), (18, 2), (24, 2), (16, 4), (18, 4), (22, 4), (22, 5), (26, 5),
    ]

    package subscript(x: Int, y: Int) -> Bool { dark[y * size + x] }

    /// - Returns: `nil` for more than 213 bytes of UTF-8.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard
            let version = (1...Self.blocks.count).first(where: {
                Self.bitCount(bytes, $0) <= Self.dataBytes($0) * 8
            })
        else { return nil }
        size = version * 4 + 17
        dark = Array(repeating: false, count: size * size)
        isFunction = dark
        drawPatterns(version)
        place(Self.codewords(bytes, version))
        var best = self
        var least = Int.max
        for mask in 0..<8 {
            var masked = self
            masked.apply(mask)
            masked.drawFormat(mask)
            let penalty = masked.penalty
            if penalty < least { (best, least) = (masked, penalty) }
        }
        self = best
    }

    // MARK: bytes

    private static func bitCount(_ bytes: [UInt8], _ version: Int) -> Int {
        4 + (version < 10 ? 8 : 16) + 8 * bytes.count
    }

    /// Bytes that fit beside the function patterns.
    private static func rawBytes(_ version: Int) -> Int {
        var modules = (16 * version + 128) * version + 64
        if version >= 2 {
            let count = version / 7 + 2
            modules -= (25 * count - 10) * count - 55
            if version >= 7 { modules -= 36 }
        }
        return modules / 8
    }

    private static func dataBytes(_ version: Int) -> Int {
        let block = blocks[version - 1]
        return rawBytes(version) - block.correction * block.count
    }

    /// Data with its length and padding, in blocks with their correction, interleaved.
    private static func codewords(_ bytes: [UInt8], _ version: Int) -> [UInt8] {
        var bits: [Bool] = []
        func append(_ value: Int, _ count: Int) {
            for bit in stride(from: count - 1, through: 0, by: -1) {
                bits.append(value >> bit & 1 == 1)
            }
        }
        append(4, 4)
        append(bytes.count, version < 10 ? 8 : 16)
        for byte in bytes { append(Int(byte), 8) }
        let capacity = dataBytes(version) * 8
        append(0, min(4, capacity - bits.count))
        append(0, (8 - bits.count % 8) % 8)
        var pad = 0xEC
        while bits.count < capacity {
            append(pad, 8)
            pad ^= 0xEC ^ 0x11
        }
        let data = stride(from: 0, to: bits.count, by: 8).map { at in
            bits[at..<at + 8].reduce(UInt8(0)) { $0 << 1 | ($1 ? 1 : 0) }
        }
        return interleave(data, version)
    }

    private static func interleave(_ data: [UInt8], _ version: Int) -> [UInt8] {
        let (correction, count) = blocks[version - 1]
        let raw = rawBytes(version)
        let short = count - raw % count
        let length = raw / count - correction
        let divisor = self.divisor(correction)
        var rest = data[...]
        var parts: [(data: [UInt8], correction: [UInt8])] = []
        for index in 0..<count {
            let part = Array(rest.prefix(length + (index < short ? 0 : 1)))
            rest = rest.dropFirst(part.count)
            parts.append((part, remainder(part, divisor)))
        }
        var result: [UInt8] = []
        for at in 0...length {
            for part in parts where at < part.data.count { result.append(part.data[at]) }
        }
        for at in 0..<correction {
            for part in parts { result.append(part.correction[at]) }
        }
        return result
    }

    // MARK: Reed and Solomon's code over GF(2^8 / 0x11D)

    private static func product(_ left: UInt8, _ right: UInt8) -> UInt8 {
        var result = 0
        for bit in stride(from: 7, through: 0, by: -1) {
            result = result << 1 ^ (result >> 7 * 0x11D)
            result ^= Int(right >> UInt8(bit) & 1) * Int(left)
        }
        return UInt8(truncatingIfNeeded: result)
    }

    private static func divisor(_ degree: Int) -> [UInt8] {
        var result = Array(repeating: UInt8(0), count: degree - 1) + [1]
        var root: UInt8 = 1
        for _ in 0..<degree {
            for at in 0..<degree {
                result[at] = product(result[at], root)
                if at + 1 < degree { result[at] ^= result[at + 1] }
            }
            root = product(root, 2)
        }
        return result
    }

    private static func remainder(_ data: [UInt8], _ divisor: [UInt8]) -> [UInt8] {
        var result = Array(repeating: UInt8(0), count: divisor.count)
        for byte in data {
            let factor = byte ^ result.removeFirst()
            result.append(0)
            for at in divisor.indices { result[at] ^= product(divisor[at], factor) }
        }
        return result
    }

    // MARK: modules

    private mutating func set(_ x: Int, _ y: Int, _ isDark: Bool) {
        guard (0..<size).contains(x), (0..<size).contains(y) else { return }
        dark[y * size + x] = isDark
        isFunction[y * size + x] = true
    }

    private mutating func drawPatterns(_ version: Int) {
        for at in 0..<size {
            set(6, at, at % 2 == 0)
            set(at, 6, at % 2 == 0)
        }
        for (x, y) in [(3, 3), (size - 4, 3), (3, size - 4)] {
            for dy in -4...4 {
                for dx in -4...4 {
                    let distance = max(abs(dx), abs(dy))
                    set(x + dx, y + dy, distance != 2 && distance != 4)
                }
            }
        }
        let centres = alignment(version)
        let last = centres.count - 1
        for (row, y) in centres.enumerated() {
            for (column, x) in centres.enumerated() {
                // There the finders are.
                if [row, column] == [0, 0] || [row, column] == [0, last]
                    || [row, column] == [last, 0]
                {
                    continue
                }
                for dy in -2...2 {
                    for dx in -2...2 { set(x + dx, y + dy, max(abs(dx), abs(dy)) != 1) }
                }
            }
        }
        drawFormat(0)
        if version >= 7 { drawVersion(version) }
    }

    private func alignment(_ version: Int) -> [Int] {
        if version == 1 { return [] }
        let count = version / 7 + 2
        let step = (version * 8 + count * 3 + 5) / (count * 4 - 4) * 2
        return [6] + (0..<count - 1).map { size - 7 - $0 * step }.reversed()
    }

    private mutating func drawFormat(_ mask: Int) {
        // Medium correction is 00.
        var rest = mask
        for _ in 0..<10 { rest = rest << 1 ^ (rest >> 9 * 0x537) }
        let bits = (mask << 10 | rest) ^ 0x5412
        func bit(_ at: Int) -> Bool { bits >> at & 1 == 1 }
        for at in 0...5 { set(8, at, bit(at)) }
        set(8, 7, bit(6))
        set(8, 8, bit(7))
        set(7, 8, bit(8))
        for at in 9..<15 { set(14 - at, 8, bit(at)) }
        for at in 0..<8 { set(size - 1 - at, 8, bit(at)) }
        for at in 8..<15 { set(8, size - 15 + at, bit(at)) }
        set(8, size - 8, true)
    }

    private mutating func drawVersion(_ version: Int) {
        var rest = version
        for _ in 0..<12 { rest = rest << 1 ^ (rest >> 11 * 0x1F25) }
        let bits = version << 12 | rest
        for at in 0..<18 {
            let (far, near) = (size - 11 + at % 3, at / 3)
            set(far, near, bits >> at & 1 == 1)
            set(near, far, bits >> at & 1 == 1)
        }
    }

    /// Bits run up and down in columns of two, from the right; column 6 is the timing pattern's.
    private mutating func place(_ bytes: [UInt8]) {
        var bit = 0
        var right = size - 1
        while right >= 1 {
            if right == 6 { right = 5 }
            let isUpward = (right + 1) & 2 == 0
            for step in 0..<size {
                let y = isUpward ? size - 1 - step : step
                for x in [right, right - 1] where !isFunction[y * size + x] {
                    guard bit < bytes.count * 8 else { continue }
                    dark[y * size + x] = bytes[bit / 8] >> UInt8(7 - bit % 8) & 1 == 1
                    bit += 1
                }
            }
            right -= 2
        }
    }

    private mutating func apply(_ mask: Int) {
        for y in 0..<size {
            for x in 0..<size where !isFunction[y * size + x] {
                let isFlipped =
                    switch mask {
                    case 0: (x + y) % 2 == 0
                    case 1: y % 2 == 0
                    case 2: x % 3 == 0
                    case 3: (x + y) % 3 == 0
                    case 4: (x / 3 + y / 2) % 2 == 0
                    case 5: x * y % 2 + x * y % 3 == 0
                    case 6: (x * y % 2 + x * y % 3) % 2 == 0
                    default: ((x + y) % 2 + x * y % 3) % 2 == 0
                    }
                if isFlipped { dark[y * size + x].toggle() }
            }
        }
    }

    /// How hard it is to read: long runs, blocks, what looks like a finder, and imbalance.
    private var penalty: Int {
        let rows = (0..<size).map { y in (0..<size).map { self[$0, y] } }
        let columns = (0..<size).map { x in (0..<size).map { self[x, $0] } }
        var total = (rows + columns).reduce(0) { $0 + Self.penalty(of: $1) }
        for y in 0..<size - 1 {
            for x in 0..<size - 1
            where self[x, y] == self[x + 1, y] && self[x, y] == self[x, y + 1]
                && self[x, y] == self[x + 1, y + 1]
            {
                total += 3
            }
        }
        let count = dark.count(where: { $0 })
        return total + abs(count * 20 - dark.count * 10) / dark.count * 10
    }

    private static let finders: [[Bool]] = {
        let core = [true, false, true, true, true, false, true]
        let light = [false, false, false, false]
        return [core + light, light + core]
    }()

    private static func penalty(of line: [Bool]) -> Int {
        var total = 0
        var run = 0
        for at in line.indices {
            run = at > 0 && line[at] == line[at - 1] ? run + 1 : 1
            if run == 5 { total += 3 } else if run > 5 { total += 1 }
        }
        for start in 0...line.count - 11 {
            if finders.contains(Array(line[start..<start + 11])) { total += 40 }
        }
        return total
    }
}
