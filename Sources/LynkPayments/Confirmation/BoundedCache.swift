/// A cache of bounded size and age: the least recently used entry goes first, old ones are swept.
///
/// It may forget anything at any time, so nothing may live in it alone. Time is the caller's.
package struct BoundedCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    /// What happened so far.
    package struct Statistics: Hashable, Sendable {
        package var hits = 0
        package var misses = 0
        /// Entries that went because another needed the room.
        package var evictions = 0
        /// Entries that were too old.
        package var expirations = 0
        package var sweeps = 0
    }

    private struct Node {
        let key: Key
        var value: Value
        var expiresAt: Int64
        var newer: Int?
        var older: Int?
    }

    package let capacity: Int
    package private(set) var statistics = Statistics()
    private let timeToLive: Int64
    private let sweepEvery: Int64
    private let clock: @Sendable () -> Int64
    private var places: [Key: Int] = [:]
    private var nodes: [Node?] = []
    private var free: [Int] = []
    private var newest: Int?
    private var oldest: Int?
    private var sweptAt: Int64

    /// - Parameter capacity: at least one entry.
    /// - Parameter timeToLive: milliseconds from the last time an entry was set.
    /// - Parameter sweepEvery: milliseconds between looks for old entries, taken while setting.
    /// - Parameter clock: milliseconds that never fall.
    package init(
        capacity: Int = 1_000, timeToLive: Int64 = 600_000, sweepEvery: Int64 = 60_000,
        clock: @escaping @Sendable () -> Int64
    ) {
        self.capacity = max(1, capacity)
        self.timeToLive = timeToLive
        self.sweepEvery = sweepEvery
        self.clock = clock
        sweptAt = clock()
    }

    package var count: Int { places.count }

    /// The entry, now the most recently used; `nil` when there is none or it is too old.
    package mutating func value(for key: Key) -> Value? {
        guard let place = places[key], let node = nodes[place] else {
            statistics.misses += 1
            return nil
        }
        guard clock() < node.expiresAt else {
            remove(at: place)
            statistics.expirations += 1
            statistics.misses += 1
            return nil
        }
        statistics.hits += 1
        unlink(place)
        linkNewest(place)
        return node.value
    }

    /// Puts an entry in. One that is only overwritten puts no other out.
    package mutating func set(_ value: Value, for key: Key) {
        let now = clock()
        if now - sweptAt >= sweepEvery { sweep(now) }
        let expiresAt = now + timeToLive
        if let place = places[key] {
            nodes[place]?.value = value
            nodes[place]?.expiresAt = expiresAt
            unlink(place)
            linkNewest(place)
            return
        }
        if places.count >= capacity, let oldest {
            remove(at: oldest)
            statistics.evictions += 1
        }
        let node = Node(key: key, value: value, expiresAt: expiresAt)
        let place = free.popLast() ?? nodes.count
        if place == nodes.count { nodes.append(node) } else { nodes[place] = node }
        places[key] = place
        linkNewest(place)
    }

    /// Takes an entry out.
    package mutating func remove(_ key: Key) {
        if let place = places[key] { remove(at: place) }
    }

    /// Takes out every entry that is too old.
    package mutating func sweep() { sweep(clock()) }

    private mutating func sweep(_ now: Int64) {
        sweptAt = now
        statistics.sweeps += 1
        for place in nodes.indices {
            guard let node = nodes[place], node.expiresAt <= now else { continue }
            remove(at: place)
            statistics.expirations += 1
        }
    }

    private mutating func remove(at place: Int) {
        guard let node = nodes[place] else { return }
        unlink(place)
        places[node.key] = nil
        nodes[place] = nil
        free.append(place)
    }

    private mutating func unlink(_ place: Int) {
        guard let node = nodes[place] else { return }
        if let newer = node.newer { nodes[newer]?.older = node.older } else { newest = node.older }
        if let older = node.older { nodes[older]?.newer = node.newer } else { oldest = node.newer }
        nodes[place]?.newer = nil
        nodes[place]?.older = nil
    }

    private mutating func linkNewest(_ place: Int) {
        nodes[place]?.older = newest
        if let newest { nodes[newest]?.newer = place }
        newest = place
        if oldest == nil { oldest = place }
    }
}
