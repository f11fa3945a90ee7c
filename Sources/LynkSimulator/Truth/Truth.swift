import LynkCore
import LynkEngine

/// What only the simulator knows: every change set that was ever written and by whom, every commit
/// that a hub ever made, and which of them are excusably gone.
final class Truth {
    /// A change set of a device, when it was written.
    struct Written {
        let oid: ContentID
        let slot: Int
        let content: ChangeSet
        /// The hub's chain hash of the checkpoint that its author had applied: names everything
        /// that the author had seen of others.
        let chain: [UInt8]
        let scopes: Set<Scope>
        /// What an attacker made; `nil` for an honest replica's.
        var forgery: Forgery?
        var isForged: Bool { forgery != nil }
    }

    /// How far a forgery may come.
    enum Forgery {
        /// The device may do that: it is judged as any other.
        case withinRights
        /// It may be refused, rejected or quarantined, and is never applied.
        case beyondRights
        /// It is not the device's at all: it takes no place in the log.
        case inauthentic
    }

    /// By oid; the first author of it.
    private(set) var written: [ContentID: Written] = [:]
    /// In the order of writing.
    private(set) var order: [ContentID] = []
    /// Change sets that the office or the hub itself wrote.
    private(set) var byHub: Set<ContentID> = []
    /// What nobody can be asked for any more, because its last copy went with a device's restored
    /// file or a hub's restored backup.
    private(set) var excused: Set<ContentID> = []
    /// The commits of the hub's present log, by position from 1.
    private(set) var log: [Commit] = []
    /// Every commit ever made, by the beginning of its chain hash: with its predecessor's.
    private(set) var tree: [[UInt8]: (commit: Commit, parent: [UInt8])] = [:]
    /// Every dot ever given, and to what.
    private(set) var dots: [Dot: ContentID] = [:]
    /// A dot that was given to two change sets.
    private(set) var givenTwice: Dot?
    /// Commits ever made: unlike the log's length it never goes back.
    private(set) var made = 0
    /// At and below this position the hub has forgotten what is kept for causality alone.
    var floor: Int64 = 0
    private(set) var hubRestores = 0
    private(set) var deviceRestores = 0
    private(set) var clones = 0

    func write(_ written: Written) {
        if self.written[written.oid] == nil {
            self.written[written.oid] = written
            order.append(written.oid)
        }
    }

    func hubWrote(_ oid: ContentID) { byHub.insert(oid) }

    func commit(_ commits: [Commit]) {
        for commit in commits {
            let parent = log.last?.chain ?? CommitChain.start
            tree[Self.name(commit.chain)] = (commit, Self.name(parent))
            log.append(commit)
            made += 1
            if let other = dots.updateValue(commit.oid, forKey: commit.dot), other != commit.oid {
                givenTwice = commit.dot
            }
        }
    }

    /// The hub's file was replaced by one that ends at this position.
    ///
    /// - Returns: the commits that are gone with it.
    func restore(to position: Int64) -> [Commit] {
        hubRestores += 1
        let lost = Array(log[Int(position)...])
        log.removeLast(lost.count)
        return lost
    }

    func excuse(_ oids: some Sequence<ContentID>) { excused.formUnion(oids) }
    func restoredDevice() { deviceRestores += 1 }
    func cloned() { clones += 1 }

    static func name(_ chain: [UInt8]) -> [UInt8] { Array(chain.prefix(CommitChain.shortBytes)) }

    /// The commits that end with this chain hash, oldest first.
    func commits(upTo chain: [UInt8]) -> [Commit] {
        var found: [Commit] = []
        var next = Self.name(chain)
        while let (commit, parent) = tree[next] {
            found.append(commit)
            next = parent
        }
        return found.reversed()
    }

    /// Whether nothing has happened that loses commits or copies of devices.
    var isUndisturbed: Bool { hubRestores == 0 && deviceRestores == 0 && clones == 0 }
}
