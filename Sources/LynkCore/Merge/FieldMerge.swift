/// One register's decision (Protocol/04-merge.md). Pure and total.
///
/// Policies with ``LiveVersions`` are decided by those instead; over one value they are registers.
public enum FieldMerge: Sendable, Equatable {
    /// The new value and its stamp replace the current ones; the values may be equal.
    case replace
    /// The current value and its stamp stay, and nothing of the new one is lost by that.
    case same
    /// Concurrent, and the new value wins; the current one is kept as a conflict.
    case replaceInConflict
    /// Concurrent, and the current value wins; the new one is kept as a conflict.
    case keepInConflict
    /// Not concurrent, and the policy does not allow the step.
    case refuse

    /// Decides a put.
    ///
    /// - Parameters:
    ///   - knew: whether the author had the current value.
    ///   - isLater: whether the new write's (effective time, oid) is greater than the current
    ///     one's; asked only when a tie-break is needed.
    public static func decide(
        _ new: Value, over current: Value, policy: MergePolicy, knew: Bool, isLater: () -> Bool
    ) -> FieldMerge {
        if new == current {
            // The stamp that would have won with another value stands. Else a write in between
            // would be judged against the wrong one, and the order of arrival would decide.
            return (knew || isLater()) == (policy != .immutable) ? .replace : .same
        }
        switch policy {
        case .immutable:
            if knew { return .refuse }
            return isLater() ? .keepInConflict : .replaceInConflict
        case .lattice(let lattice):
            let step = compare(lattice.rank(new), lattice.rank(current))
            if knew { return step > 0 ? .replace : .refuse }
            return step > 0 ? .replaceInConflict : .keepInConflict
        case .maximum:
            return compare(new.integerValue, current.integerValue) > 0 ? .replace : .same
        case .minimum:
            // Null is no number, so it is neither less nor more: a number replaces it.
            guard let number = new.integerValue else { return .same }
            return current.integerValue.map { number < $0 } ?? true ? .replace : .same
        case .lastWriter, .group, .counter, .set, .flag, .multiValue, .custom:
            if knew { return .replace }
            return isLater() ? .replaceInConflict : .keepInConflict
        }
    }

    /// A value outside the order ranks below all.
    private static func compare<T: Comparable>(_ left: T?, _ right: T?) -> Int {
        switch (left, right) {
        case (nil, nil): 0
        case (nil, _): -1
        case (_, nil): 1
        case (let left?, let right?): left < right ? -1 : left == right ? 0 : 1
        }
    }
}
