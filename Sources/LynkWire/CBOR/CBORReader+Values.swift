package import LynkCore

extension CBORReader {
    package mutating func contentID() throws(WireError) -> ContentID {
        let view = try byteString(32, "content id")
        guard view.count == 32 else { throw .unexpected("32 bytes") }
        return ContentID(loading: view)
    }

    package mutating func unsigned32(_ name: String) throws(WireError) -> UInt32 {
        guard let number = UInt32(exactly: try unsigned()) else { throw .invalid(name) }
        return number
    }

    /// A count of things that exist: from 1, and small enough for a signed column.
    package mutating func ordinal(_ name: String) throws(WireError) -> UInt64 {
        let number = try unsigned()
        guard number > 0, number <= UInt64(Int64.max) else { throw .invalid(name) }
        return number
    }

    /// Eras and numbers in one flat array, ascending by era.
    ///
    /// An odd count announces a part for lanes, which this version does not know.
    package mutating func vector() throws(WireError) -> VersionVector {
        let count = try array(2 * Limits.vectorEntriesMax + 1, "vectorEntriesMax")
        guard count.isMultiple(of: 2) else { throw .invalid("lanes in a vector are reserved") }
        var vector = VersionVector()
        var last: EraID?
        for _ in 0..<count / 2 {
            let era = try identifier(EraTag.self)
            if let last, last >= era { throw .notCanonical }
            last = era
            vector.include(Dot(era: era, number: try ordinal("dot number")))
        }
        return vector
    }

    package mutating func timestamp() throws(WireError) -> HybridTimestamp {
        HybridTimestamp(rawValue: try unsigned())
    }

    package mutating func clock() throws(WireError) -> ClockReading {
        try array(exactly: 3)
        return ClockReading(
            wallMilliseconds: try integer(), bootID: try identifier(BootTag.self),
            bootMilliseconds: try integer())
    }

    /// - Parameter lane: the lane that a head without one is of; such a head is refused if `nil`.
    package mutating func head(in lane: LaneID? = nil) throws(WireError) -> LaneHead? {
        if try skipNull() { return nil }
        try array(exactly: 3)
        let named: LaneID
        if let lane, try skipNull() {
            named = lane
        } else {
            named = try identifier(LaneTag.self)
            guard named != lane else { throw .notCanonical }
        }
        return LaneHead(
            lane: named, sequence: try ordinal("lane sequence"), oid: try contentID())
    }

    /// A problem; a code of a later version is kept in the detail.
    package mutating func problem() throws(WireError) -> Problem? {
        if try skipNull() { return nil }
        try array(exactly: 2)
        let name = try text(Limits.nameBytesMax, "nameBytesMax")
        let detail = try text(Limits.problemDetailBytesMax, "problemDetailBytesMax")
        if let code = ProblemCode(rawValue: name) { return Problem(code, detail) }
        return Problem(.internalFailure, detail.isEmpty ? name : "\(name): \(detail)")
    }

    /// A short byte string whose length its use decides.
    package mutating func digest() throws(WireError) -> [UInt8] {
        Array(try byteString(Limits.digestBytesMax, "digestBytesMax"))
    }

    /// Where a whole message must end.
    package func end() throws(WireError) {
        guard isAtEnd else { throw .invalid("bytes after the end") }
    }
}

extension [UInt8] {
    /// Reads one message that takes up all of these bytes.
    package func reading<Result>(
        _ body: (inout CBORReader) throws(WireError) -> Result
    ) throws(WireError) -> Result {
        try withUnsafeBufferPointer { (buffer) throws(WireError) -> Result in
            var reader = CBORReader(UnsafeRawBufferPointer(buffer))
            let result = try body(&reader)
            try reader.end()
            return result
        }
    }
}
