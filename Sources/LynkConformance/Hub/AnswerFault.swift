/// What becomes of one answer of the kit's hub on its way: a lie, with checksums that are good, or
/// a line that breaks.
package struct AnswerFault: Sendable {
    package enum Way: Sendable {
        /// The request is not taken, and the line breaks.
        case unheard
        /// The request is taken, and the line breaks before a byte of the answer.
        case lost
        /// The answer breaks off at this byte; below zero from the end.
        case cut(Int)
        /// The request is not taken and answered with a problem.
        case refused(Int, String)
        /// Bytes stand in the place of the answer.
        case instead([UInt8])
        /// Frames are changed.
        case frames([FrameFault])
        /// Nothing is wrong.
        case none
    }
    package var way: Way

    func body(_ frames: [RawFrame]) throws -> [UInt8] {
        guard case .frames(let faults) = way else { return frames.flatMap(\.encoded) }
        var frames = frames
        var spoiled: Set<Int> = []
        for fault in faults { try fault.apply(to: &frames, spoiled: &spoiled) }
        return frames.enumerated().flatMap { index, frame -> [UInt8] in
            var bytes = frame.encoded
            if spoiled.contains(index) { bytes[bytes.count - 1] ^= 1 }
            return bytes
        }
    }
}

/// One change to the frames of an answer.
package struct FrameFault: Sendable {
    package enum Change: Sendable {
        case drop, twice, last, checksum
        case flip(Int)
        case payload([UInt8])
        /// The item at a path becomes another.
        case set([Int], CBORItem)
        case add([Int], Int64)
        case invert([Int])
        case remove([Int])
        case append([Int], CBORItem)
        /// A member of the map at a path.
        case member([Int], UInt64, CBORItem)
        /// A frame follows.
        case follow(UInt8, [UInt8])
    }
    package var type: UInt8
    package var change: Change

    func apply(to frames: inout [RawFrame], spoiled: inout Set<Int>) throws {
        guard let place = frames.firstIndex(where: { $0.type == type }) else { return }
        switch change {
        case .drop: frames.remove(at: place)
        case .twice: frames.insert(frames[place], at: place)
        case .last: frames.append(frames.remove(at: place))
        case .checksum: spoiled.insert(place)
        case .flip(let offset):
            guard !frames[place].payload.isEmpty else { return }
            let count = frames[place].payload.count
            let at = offset < 0 ? max(0, count + offset) : min(offset, count - 1)
            frames[place].payload[at] ^= 1
        case .payload(let bytes): frames[place].payload = bytes
        case .follow(let type, let payload):
            frames.insert(RawFrame(type, payload), at: place + 1)
        case .set(let path, let item): try edit(&frames[place], path) { $0 = item }
        case .add(let path, let count):
            try edit(&frames[place], path) { item in
                item = .integer(Int64(bitPattern: ((try? item.bits("number")) ?? 0)) &+ count)
            }
        case .invert(let path):
            try edit(&frames[place], path) { item in
                guard case .bytes(var bytes) = item, !bytes.isEmpty else { return }
                bytes[0] ^= 1
                item = .bytes(bytes)
            }
        case .remove(let path):
            guard let index = path.last else { return }
            try edit(&frames[place], Array(path.dropLast())) { item in
                guard case .array(var items) = item, items.indices.contains(index) else { return }
                items.remove(at: index)
                item = .array(items)
            }
        case .append(let path, let new):
            try edit(&frames[place], path) { item in
                guard case .array(let items) = item else { return }
                item = .array(items + [new])
            }
        case .member(let path, let number, let value):
            try edit(&frames[place], path) { item in
                guard case .map(var members) = item else { return }
                members.removeAll { $0.key == .unsigned(number) }
                item = .map(members + [CBORMember(.unsigned(number), value)])
            }
        }
    }

    private func edit(
        _ frame: inout RawFrame, _ path: [Int], _ change: (inout CBORItem) -> Void
    ) throws {
        var item = try CBORReader.item(frame.payload)
        item.edit(path[...], change)
        frame.payload = item.encoded
    }
}

extension CBORItem {
    /// Changes the item at a path of indexes; below zero from the end.
    mutating func edit(_ path: ArraySlice<Int>, _ change: (inout CBORItem) -> Void) {
        guard let first = path.first else { return change(&self) }
        guard case .array(var items) = self else { return }
        let index = first < 0 ? items.count + first : first
        guard items.indices.contains(index) else { return }
        items[index].edit(path.dropFirst(), change)
        self = .array(items)
    }
}
