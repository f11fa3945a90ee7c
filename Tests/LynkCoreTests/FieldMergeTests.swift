import LynkCore
import Testing

/// One field's decisions, as a table: what the author knew, who is later, what becomes of it.
@Suite struct FieldMergeTests {
    private static let states = MergePolicy.lattice(Lattice(["open", "paid", "closed"]))

    struct Case: Sendable {
        let reason: Comment
        let policy: MergePolicy
        let current: Value
        let new: Value
        let knew: Bool
        let isLater: Bool
        let expected: FieldMerge

        init(
            _ reason: Comment, _ policy: MergePolicy, _ current: Value, _ new: Value,
            knew: Bool = false, isLater: Bool = false, _ expected: FieldMerge
        ) {
            self.reason = reason
            self.policy = policy
            self.current = current
            self.new = new
            self.knew = knew
            self.isLater = isLater
            self.expected = expected
        }
    }

    static let cases = [
        Case("known is replaced", .lastWriter, 1, 2, knew: true, .replace),
        Case("known is replaced by null", .lastWriter, 1, .null, knew: true, .replace),
        Case("later wins", .lastWriter, 1, 2, isLater: true, .replaceInConflict),
        Case("earlier loses", .lastWriter, 1, 2, .keepInConflict),
        Case("equal and later: the stamp moves", .lastWriter, 1, 1, isLater: true, .replace),
        Case("equal and earlier: it does not", .lastWriter, 1, 1, .same),
        Case("the same letter in another form is another text", .lastWriter,
            .text("\u{E9}"), .text("e\u{301}"), isLater: true, .replaceInConflict),

        Case("known is final", .immutable, 1, 2, knew: true, .refuse),
        Case("later loses", .immutable, 1, 2, isLater: true, .keepInConflict),
        Case("earlier wins", .immutable, 1, 2, .replaceInConflict),
        Case("equal and earlier: the stamp moves", .immutable, 1, 1, .replace),
        Case("equal and later: it does not", .immutable, 1, 1, isLater: true, .same),
        Case("equal and known: it does not", .immutable, 1, 1, knew: true, .same),

        Case("a step forward", states, "open", "closed", knew: true, .replace),
        Case("a step back is refused", states, "paid", "open", knew: true, .refuse),
        Case("the higher rank wins", states, "paid", "closed", .replaceInConflict),
        Case("the lower rank loses, also when later", states, "paid", "open", isLater: true,
            .keepInConflict),
        Case("no declared state is below all", states, "open", "lost", knew: true, .refuse),

        Case("more", .maximum, 3, 4, .replace),
        Case("less", .maximum, 4, 3, knew: true, isLater: true, .same),
        Case("more than nothing", .maximum, .null, .integer(.min), .replace),
        Case("nothing", .maximum, 4, .null, knew: true, .same),

        Case("less", .minimum, 4, 3, .replace),
        Case("more", .minimum, 3, 4, knew: true, isLater: true, .same),
        Case("less than nothing", .minimum, .null, .integer(.max), .replace),
        Case("nothing", .minimum, 4, .null, knew: true, isLater: true, .same),
    ]

    @Test("Each decision", arguments: cases.indices)
    func table(_ index: Int) {
        let each = Self.cases[index]
        let decision = FieldMerge.decide(
            each.new, over: each.current, policy: each.policy, knew: each.knew,
            isLater: { each.isLater })
        #expect(decision == each.expected, each.reason)
    }

    @Test("The tie-break is asked for only when it decides")
    func lazyTie() {
        for policy in [MergePolicy.lastWriter, .immutable, .maximum, .minimum, Self.states] {
            var asked = 0
            _ = FieldMerge.decide("a", over: "b", policy: policy, knew: true) {
                asked += 1
                return true
            }
            #expect(asked == 0)
        }
    }
}
