/// What happens when, in the order of the ticks and then of the entries: a binary heap.
struct EventQueue<Event> {
    private struct Entry {
        let tick: Int64
        let order: UInt64
        let event: Event

        func precedes(_ other: Entry) -> Bool { (tick, order) < (other.tick, other.order) }
    }

    private var heap: [Entry] = []
    private var count: UInt64 = 0

    var isEmpty: Bool { heap.isEmpty }

    mutating func add(_ event: Event, at tick: Int64) {
        count += 1
        heap.append(Entry(tick: tick, order: count, event: event))
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].precedes(heap[parent]) else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    mutating func next() -> (tick: Int64, event: Event)? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        if !heap.isEmpty {
            heap[0] = last
            var parent = 0
            while true {
                var least = parent
                for child in [2 * parent + 1, 2 * parent + 2]
                where child < heap.count && heap[child].precedes(heap[least]) { least = child }
                if least == parent { break }
                heap.swapAt(parent, least)
                parent = least
            }
        }
        return (first.tick, first.event)
    }
}
