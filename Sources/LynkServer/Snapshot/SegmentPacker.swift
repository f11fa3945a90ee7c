import LynkCore
import LynkEngine
import LynkWire

/// Puts the pieces of a snapshot into segments: as many as go into one.
///
/// Cut by bytes alone, so that the same rows give the same segments, whoever asks for them.
struct SegmentPacker {
    private var frames: [UInt8] = []

    /// - Returns: the frames of the segment that the piece did not fit into any more.
    mutating func append(_ piece: PullStep) -> [UInt8]? {
        let bytes: [UInt8]
        switch piece {
        case .page(let payload): bytes = ResponseFrame.page(payload).encoded()
        case .conflicts(let conflicts): bytes = ResponseFrame.conflicts(conflicts).encoded()
        // The cut says the same, and a segment belongs to no device.
        case .checkpoint: return nil
        }
        guard !frames.isEmpty, frames.count + bytes.count > Limits.segmentBytesMax else {
            frames += bytes
            return nil
        }
        defer { frames = bytes }
        return frames
    }

    /// What is left for the last segment; empty when nothing is.
    mutating func finish() -> [UInt8] {
        defer { frames = [] }
        return frames
    }
}
