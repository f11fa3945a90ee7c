package import LynkCore

extension CBORWriter {
    package mutating func contentID(_ oid: ContentID) {
        bytes.append(0x58)
        bytes.append(0x20)
        word(oid.words.0)
        word(oid.words.1)
        word(oid.words.2)
        word(oid.words.3)
    }

    private mutating func word(_ number: UInt64) {
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }

    /// Eras and numbers in one flat array, ascending by era.
    package mutating func vector(_ vector: VersionVector) {
        array(2 * vector.entries.count)
        if vector.entries.count > 1 {
            for dot in vector.sorted { entry(dot.era, dot.number) }
        } else {
            for (era, number) in vector.entries { entry(era, number) }
        }
    }

    private mutating func entry(_ era: EraID, _ number: UInt64) {
        identifier(era)
        unsigned(number)
    }

    package mutating func timestamp(_ time: HybridTimestamp) { unsigned(time.rawValue) }

    package mutating func clock(_ reading: ClockReading) {
        array(3)
        integer(reading.wallMilliseconds)
        identifier(reading.bootID)
        integer(reading.bootMilliseconds)
    }

    /// - Parameter lane: the lane that the reader assumes; a head of it leaves its lane out.
    package mutating func head(_ head: LaneHead?, in lane: LaneID? = nil) {
        guard let head else { return null() }
        array(3)
        if head.lane == lane { null() } else { identifier(head.lane) }
        unsigned(head.sequence)
        contentID(head.oid)
    }

    package mutating func problem(_ problem: Problem?) {
        guard let problem else { return null() }
        array(2)
        text(problem.code.rawValue)
        text(cut(problem.detail, to: Limits.problemDetailBytesMax))
    }

    /// At most so many bytes of the text, without cutting a character's bytes apart.
    private func cut(_ text: String, to limit: Int) -> String {
        guard text.utf8.count > limit else { return text }
        var kept = String.UnicodeScalarView()
        var count = 0
        for scalar in text.unicodeScalars {
            count += UTF8.width(scalar)
            if count > limit { break }
            kept.append(scalar)
        }
        return String(kept)
    }
}
