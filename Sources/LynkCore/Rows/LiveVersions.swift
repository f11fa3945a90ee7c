/// The writes to one field that nobody has replaced or removed knowingly, for fields whose value
/// alone does not tell them (``MergePolicy/hasLiveVersions``) and for a row's presence.
///
/// A hub keeps them beside the row, by table, key and field: they outlive a delete. Where none are
/// kept, the column and its stamp say it all, which is the normal case.
public struct LiveVersions: Hashable, Sendable {
    /// One write that is still in force.
    public struct Version: Hashable, Sendable {
        /// What it wrote: an element of a set, the value of another field.
        public let value: Value
        public let stamp: Stamp
        /// `nil` when the commit behind the stamp is no longer known; it orders first.
        public let oid: ContentID?

        public init(value: Value, stamp: Stamp, oid: ContentID?) {
            self.value = value
            self.stamp = stamp
            self.oid = oid
        }
    }

    public private(set) var versions: [Version]

    public init(_ versions: [Version] = []) { self.versions = versions }

    public var isEmpty: Bool { versions.isEmpty }
}

extension LiveVersions {
    /// Those of a field of which none are kept: its column, written by its stamp.
    init(
        of column: Value, stamp: Stamp, policy: MergePolicy, oid: (Stamp) throws -> ContentID?
    ) rethrows {
        let values: [Value]
        switch policy {
        case .set, .multiValue: values = ScalarArray.elements(of: column) ?? []
        case .flag(let flag): values = column == flag.winner ? [column] : []
        default: values = column.isNull ? [] : [column]
        }
        // Only where values stand side by side does their order matter.
        let name = policy == .set || values.isEmpty ? nil : try oid(stamp)
        versions = values.map { Version(value: $0, stamp: stamp, oid: name) }
    }

    /// Whether the column and this stamp say the same.
    func isTold(by column: Value, stamp: Stamp, policy: MergePolicy) -> Bool {
        let told = LiveVersions(of: column, stamp: stamp, policy: policy, oid: { _ in nil })
        return versions.allSatisfy { $0.stamp == stamp }
            && versions.count == told.versions.count
            && Set(versions.map(\.value)) == Set(told.versions.map(\.value))
    }

    /// Takes out what the writer knew. When `value` is given, only writes of it.
    mutating func cover(_ value: Value? = nil, by writer: Writer, sees: Bool) {
        versions.removeAll {
            (value == nil || $0.value == value)
                && writer.relation(to: $0.stamp, sees: sees) == .knew
        }
    }

    /// Puts a write in, unless one that knew it stands already.
    mutating func insert(_ value: Value, by writer: Writer, sees: Bool, amongEqual: Bool = false) {
        let isPast = versions.contains {
            (!amongEqual || $0.value == value)
                && writer.relation(to: $0.stamp, sees: sees) == .isKnown
        }
        if isPast { return }
        let new = Version(value: value, stamp: writer.stamp, oid: writer.oid)
        let place = versions.firstIndex { new.precedes($0) } ?? versions.endIndex
        versions.insert(new, at: place)
    }

    /// The column that these versions make; `nil` when the application has no such function.
    func column(
        _ policy: MergePolicy, resolve: (String, UInt32, Value, Value) throws -> Value?
    ) rethrows -> Value? {
        switch policy {
        case .set: return SetEdit.column(of: Set(versions.map(\.value)))
        case .flag(let flag): return isEmpty ? flag.loser : flag.winner
        case .multiValue:
            // A value that several wrote stands once, where the last of them stands.
            var values: [Value] = []
            for version in versions {
                values.removeAll { $0 == version.value }
                values.append(version.value)
            }
            return values.isEmpty ? .null : .blob(ScalarArray.encode(values))
        case .custom(let name, let number):
            guard var value = versions.first?.value else { return .null }
            for version in versions.dropFirst() {
                guard let next = try resolve(name, number, value, version.value) else { return nil }
                value = next
            }
            return value
        default: return versions.last?.value ?? .null
        }
    }
}

extension LiveVersions.Version {
    fileprivate func precedes(_ other: Self) -> Bool {
        if stamp.effective != other.stamp.effective {
            return stamp.effective < other.stamp.effective
        }
        guard let theirs = other.oid else { return false }
        return oid.map { $0 < theirs } ?? true
    }
}
