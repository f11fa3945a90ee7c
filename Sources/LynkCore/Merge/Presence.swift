/// What decides whether a row is there, when its stamps do not tell it all.
///
/// A birth or an update asserts that the row is there; a delete covers the assertions that its
/// author knew. The stamps of a row that was never deleted are its assertions, so nothing is kept
/// of it. Kept as ``LiveVersions`` of ``RowMerge/presence``.
struct Presence {
    /// Assertions that stand in no field any more.
    var asserted: [Stamp] = []
    /// Stamps that stand in the row and assert nothing: a delete knew them.
    var covered: [Stamp] = []
    /// Deletes of this generation; of those that knew each other, the first.
    var deletes: [Stamp] = []
    /// Births of this generation besides the row's own.
    var births: [Stamp] = []
    /// Deletes that ended the generation before.
    var endings: [Stamp] = []
    /// Births of the generation before.
    var formerBirths: [Stamp] = []

    init(_ kept: LiveVersions?, of state: RowState) {
        for version in kept?.versions ?? [] {
            switch version.value {
            case 1: asserted.append(version.stamp)
            case 2: covered.append(version.stamp)
            case 3: deletes.append(version.stamp)
            case 4: births.append(version.stamp)
            case 5: endings.append(version.stamp)
            default: formerBirths.append(version.stamp)
            }
        }
        if case .deleted(let tombstone) = state, deletes.isEmpty { deletes = [tombstone.deleted] }
    }

    /// What must be kept beside the row or tombstone.
    func kept(beside state: RowState) -> LiveVersions {
        var presence = self
        switch state {
        case .present(let row):
            presence.asserted.removeAll { row.record.holds($0) }
            presence.covered.removeAll { !row.record.holds($0) }
        case .deleted(let tombstone):
            presence.asserted = []
            presence.covered = []
            if deletes == [tombstone.deleted] { presence.deletes = [] }
        }
        let parts = [
            presence.asserted, presence.covered, presence.deletes, births, endings, formerBirths,
        ]
        return LiveVersions(
            zip(1..., parts).flatMap { tag, stamps in
                stamps.map { LiveVersions.Version(value: .integer(tag), stamp: $0, oid: nil) }
            })
    }

    /// Every assertion that no delete knew.
    func assertions(of row: StampedRow) -> Set<Stamp> {
        row.record.stamps.subtracting(covered).union(asserted)
    }

    /// Notes a delete, unless one that it knew is noted: who knew this one knew that one.
    static func note(_ writer: Writer, sees: Bool, in deletes: inout [Stamp]) {
        if !deletes.contains(where: { writer.knew($0, sees: sees) }) {
            deletes.append(writer.stamp)
        }
    }
}
