import LynkCore
import LynkEngine
import Synchronization

/// Segments of a store in memory.
final class MemorySegments: SegmentStore {
    private let kept = Mutex<[ContentID: [UInt8]]>([:])

    func put(_ bytes: [UInt8], as name: ContentID) { kept.withLock { $0[name] = bytes } }

    func read(_ name: ContentID, from offset: Int, count: Int) -> [UInt8]? {
        kept.withLock { $0[name] }.map { Array($0.dropFirst(max(offset, 0)).prefix(count)) }
    }

    func remove(_ name: ContentID) { kept.withLock { $0[name] = nil } }
}
