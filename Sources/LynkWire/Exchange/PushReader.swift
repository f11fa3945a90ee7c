import LynkCore

/// Collects the change sets of one push.
struct PushReader {
    private(set) var changeSets: [SealedChangeSet] = []
    private var byteCount = 0
    private var elision: ChangeSetElision

    init(_ opening: ResumedOpening?) { elision = opening?.elision ?? ChangeSetElision() }

    /// The change-set frames and the signature frame, to the end of the body.
    mutating func frames(_ reader: inout FrameReader) throws(WireError) -> [UInt8] {
        while let frame = try reader.next() {
            switch frame.type {
            case .changeSets:
                guard !frame.payload.isEmpty else { throw .unexpected("change set") }
                try read(frame.payload)
            case .signature:
                guard reader.isEmpty else { throw .invalid("bytes after the signature") }
                let signature = try frame.payload.reading { (reader) throws(WireError) in
                    Array(try reader.byteString(Limits.signatureBytes, "signatureBytes"))
                }
                return try checked(signature)
            default:
                throw .unexpected("frame of a request")
            }
        }
        throw .truncated
    }

    /// Change sets in a row, each a byte string.
    mutating func read(_ payload: [UInt8]) throws(WireError) {
        let found = try payload.withUnsafeBufferPointer {
            (buffer) throws(WireError) -> [[UInt8]] in
            var reader = CBORReader(UnsafeRawBufferPointer(buffer))
            var found: [[UInt8]] = []
            while !reader.isAtEnd {
                let view = try reader.byteString(Limits.changeSetBytesMax, "changeSetBytesMax")
                found.append(Array(view))
                guard changeSets.count + found.count <= Limits.changeSetsPerPushMax else {
                    throw .overLimit("changeSetsPerPushMax")
                }
            }
            return found
        }
        for bytes in found {
            let sealed = try offered(bytes)
            byteCount += sealed.bytes.count
            guard byteCount <= Limits.pushBytesMax else { throw .overLimit("pushBytesMax") }
            changeSets.append(sealed)
            elision.previous = sealed.oid
        }
    }

    private func offered(_ sent: [UInt8]) throws(WireError) -> SealedChangeSet {
        do throws(WireError) {
            return try ChangeSetCodec.offered(try elision.restored(sent))
        } catch {
            // A sender leaves nothing out of bytes whose beginning it cannot read itself.
            guard let whole = try? ChangeSetCodec.offered(sent) else { throw error }
            return whole
        }
    }

    /// A signature stands with change sets, and only with them.
    func checked(_ signature: [UInt8]) throws(WireError) -> [UInt8] {
        guard signature.count == (changeSets.isEmpty ? 0 : Limits.signatureBytes) else {
            throw .invalid("length of the signature")
        }
        return signature
    }
}
