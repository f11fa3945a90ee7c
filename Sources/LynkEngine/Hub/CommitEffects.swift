package import LynkCore

/// What a change set does to digests and scope heads, kept apart until it is certain.
///
/// A savepoint that rolls back drops its effects; those of a whole group are written once, before
/// COMMIT.
package struct CommitEffects {
    package typealias DigestName = LynkEngine.DigestName

    package var digests: [DigestName: SetDigest] = [:]
    var touchedScopes: Set<UInt32> = []

    package init() {}

    mutating func absorb(_ other: CommitEffects) {
        digests.merge(other.digests) { $1 }
        touchedScopes.formUnion(other.touchedScopes)
    }
}
