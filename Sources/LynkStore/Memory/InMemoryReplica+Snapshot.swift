public import LynkCore
public import LynkEngine
import LynkWire
import Synchronization

extension InMemoryReplica: SnapshotReplica {
    public func snapshotTask() throws -> SnapshotTask? {
        memory.withLock { memory in
            let intake = memory.intake
            return intake.next.map { index in
                let entry = intake.entries[index]
                return SnapshotTask(
                    scope: entry.scope, manifest: entry.manifest, taken: entry.taken,
                    byteCount: intake.bytes.count)
            }
        }
    }

    public func begin(snapshot: SnapshotManifest) throws -> Bool {
        try memory.withLock { memory in
            guard snapshot.tenant == memory.enrolment?.principal.tenant else {
                throw Problem(.responseInvalid, "the snapshot is another tenant's")
            }
            guard let index = memory.intake.next,
                memory.intake.entries[index].scope == snapshot.scope
            else { throw Problem(.responseInvalid, "a snapshot that was not asked for") }
            let entry = memory.intake.entries[index]
            let before = entry.manifest?.segments ?? []
            guard snapshot.segments.starts(with: before.prefix(entry.taken)) else { return false }
            let isSame = before.dropFirst(entry.taken).first
            let goesOn = isSame != nil && isSame == snapshot.segments.dropFirst(entry.taken).first
            if !goesOn { memory.intake.bytes = [] }
            memory.intake.entries[index].manifest = snapshot
            return true
        }
    }

    public func keep(segmentBytes: [UInt8]) throws {
        memory.withLock { $0.intake.bytes += segmentBytes }
    }

    public func dropSegmentBytes() throws { memory.withLock { $0.intake.bytes = [] } }

    public func takeSegment() throws {
        try memory.withLock { memory in
            guard let index = memory.intake.next,
                let manifest = memory.intake.entries[index].manifest
            else { throw Problem(.responseInvalid, "a segment that was not asked for") }
            let bytes = memory.intake.bytes
            memory.intake.bytes = []
            var next = memory
            let segment = manifest.segments[memory.intake.entries[index].taken]
            do {
                for frame in try SegmentCodec.open(bytes, as: segment) {
                    switch frame {
                    case .page(let page): next.intake.pages.append(try PageRows(page, schema))
                    case .conflicts(let conflicts): next.keep(conflicts)
                    default: continue
                    }
                }
            } catch is WireError {
                throw Problem(.responseInvalid, "a segment is not what its hash stands for")
            }
            next.intake.entries[index].taken += 1
            memory = next
        }
    }

    public func dropSnapshots() throws { memory.withLock { $0.dropSnapshots() } }
}

extension ReplicaMemory {
    mutating func dropSnapshots() {
        guard !intake.entries.isEmpty else { return }
        intake = SnapshotMemory()
        // A pull that went on from them does not go on any more.
        inbox = []
    }

    /// Plans what is offered, keeps what the pull goes on from, and drops what it does not.
    mutating func noteSnapshots(_ welcome: Welcome) {
        if welcome.snapshotsTaken { return }
        if welcome.snapshots.isEmpty { return dropSnapshots() }
        intake.plan(welcome.snapshots)
    }
}
