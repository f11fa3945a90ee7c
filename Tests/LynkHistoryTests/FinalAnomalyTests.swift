import LynkHistory
import Testing

/// One planted anomaly for each promise about the end of a run and about money.
struct FinalAnomalyTests {
    private let x1 = Cell("x", "1"), x2 = Cell("x", "2")
    private let paid = Cell("payment/p", "w1", amount: 500)

    @Test("a whole run without a slip")
    func clean() {
        var story = Story()
        story.write("office", "w0", x1)
        story.read("a", x1)
        story.write("a", "w1", paid)
        story.read("a", paid)
        story.receipt("a", "w1")
        story.write("b", "w2", x2)
        story.write("office", "w3", Cell("x", "3"))
        story.tell("b", .conflict(key: "x", values: ["2", "3"]))
        story.end(["a", "b", "office"], Cell("x", "3"), paid)
        #expect(story.kinds.isEmpty)
        let check = HistoryCheck(story.records)
        #expect(check.writes == 4)
        #expect(check.payments == 1)
        #expect(check.conflicts == 1)
    }

    @Test("a device that ends with other rows than the hub")
    func differs() {
        var story = Story()
        story.write("a", "w1", x1)
        story.end("a", [])
        story.end([], x1)
        #expect(story.kinds == [.readYourWrites, .differsFromHub])
    }

    @Test("a device is compared with what it may see, and need not see more")
    func scopes() {
        var story = Story()
        story.tell("b", .began(sees: ["x"]))
        story.write("a", "w1", x1, Cell("z/other", "1"))
        story.end("b", [x1])
        story.end([], x1, Cell("z/other", "1"))
        #expect(story.kinds.isEmpty)
        // One that sees all has to.
        story.end("c", [x1])
        #expect(story.kinds == [.fracturedRead, .differsFromHub])
    }

    @Test("a device that still has work, one whose digest differs, one that noted a difference")
    func unsettled() {
        for (pending, isEqual, incidents, kind) in [
            (1, true, [], Anomaly.Kind.notSettled), (0, false, [], .notSettled),
            (0, true, ["digest: differs"], .incident),
            (0, true, ["rollback_notice: lost"], .incident),
        ] {
            var story = Story()
            story.end("a", [], pending: pending, isEqual: isEqual, incidents: incidents)
            story.end([])
            #expect(story.kinds == [kind])
        }
    }

    @Test("an acknowledged write that is gone without a word")
    func lostWrite() {
        var story = Story()
        story.write("a", "w1", x1)
        story.write("b", "w2", x2)
        story.end(["c"], x2)
        #expect(story.kinds == [.lostWrite])
    }

    @Test("a write that its reader wrote over, or that the hub refused with a reason, is no loss")
    func explained() {
        var story = Story()
        story.write("a", "w1", x1)
        story.read("b", x1)
        story.write("b", "w2", x2)
        story.end(["b"], x2)
        #expect(story.kinds.isEmpty)

        // What the author knew before the hub was restored counts here.
        var before = Story()
        before.write("a", "w1", x1)
        before.read("b", x1)
        before.write("b", "w2", x2)
        before.read("c", x2)
        before.tell("driver", .hubRestored)
        before.tell("c", .exchanged(problem: "unreachable", isEqual: false))
        before.tell("c", .exchanged(problem: nil, isEqual: true))
        before.read("c", Cell("y", "1"))
        before.write("c", "w3", Cell("x", "3"))
        before.write("c", "w4", Cell("y", "1"))
        before.end(["c"], Cell("x", "3"), Cell("y", "1"))
        #expect(before.kinds == [.readFromFuture])

        var refused = Story()
        refused.write("a", "w1", x1)
        refused.tell(
            "a", .receipt(oid: "w1", disposition: "rejected", problem: "not_authorized"))
        refused.end([])
        #expect(refused.kinds.isEmpty)
    }

    @Test("a refusal without a reason, and a refused write that is there")
    func refusals() {
        var story = Story()
        story.write("a", "w1", x1)
        story.receipt("a", "w1", "rejected")
        story.end([])
        #expect(story.kinds == [.refusedWithoutReason])

        var visible = Story()
        visible.write("a", "w1", x1)
        visible.tell(
            "a", .receipt(oid: "w1", disposition: "rejected", problem: "not_authorized"))
        visible.end([], x1)
        #expect(visible.kinds == [.refusedWriteVisible])
    }

    @Test("two answers for one change set")
    func receiptsDiffer() {
        var story = Story()
        story.write("a", "w1", x1)
        story.receipt("a", "w1", "accepted")
        story.receipt("copy of a", "w1", "merged")
        story.end([], x1)
        #expect(story.kinds == [.receiptsDiffer])
    }

    @Test("a payment that is gone")
    func lostPayment() {
        var story = Story()
        story.write("a", "w1", paid)
        story.end([])
        #expect(story.kinds == [.lostPayment])
    }

    @Test("what never left a device that was replaced is lost and told; what left it is not")
    func replacedDevice() {
        var story = Story()
        story.write("a", "w1", paid)
        story.tell("driver", .abandoned(session: "a"))
        story.end([])
        #expect(story.kinds.isEmpty)

        // The hub lost it as well, and whoever had seen it there.
        var both = Story()
        both.write("a", "w1", x1, paid)
        both.receipt("a", "w1")
        both.read("b", x1, paid)
        both.tell("driver", .hubRestored)
        both.tell("driver", .abandoned(session: "a"))
        both.tell("b", .exchanged(problem: nil, isEqual: true))
        both.end(["b"])
        #expect(both.kinds.isEmpty)

        var answered = Story()
        answered.write("a", "w1", paid)
        answered.receipt("a", "w1")
        answered.tell("driver", .abandoned(session: "a"))
        answered.end([])
        #expect(answered.kinds == [.lostPayment])
    }

    @Test("an answer that is told again after the hub was restored is not a new one")
    func toldAgain() {
        func story(_ number: Int64) -> Story {
            var story = Story()
            story.write("a", "w1", paid)
            story.tell(
                "a", .receipt(oid: "w1", disposition: "accepted", problem: nil, number: 7))
            story.tell("driver", .hubRestored)
            story.tell(
                "a", .receipt(oid: "w1", disposition: "accepted", problem: nil, number: number))
            story.tell("driver", .abandoned(session: "a"))
            story.end([])
            return story
        }
        #expect(story(7).kinds.isEmpty)
        #expect(story(9).kinds == [.lostPayment])
    }

    @Test("of a replaced device, what its later write replaced is not lost where that one lost")
    func replacedAndDecided() {
        let x3 = Cell("x", "3")
        var story = Story()
        story.write("a", "w1", x1)
        story.read("b", x1)
        story.write("a", "w2", x2)
        story.write("c", "w3", x3)
        story.tell("driver", .hubRestored)
        story.tell("driver", .abandoned(session: "a"))
        for session in ["b", "c"] {
            story.tell(session, .exchanged(problem: nil, isEqual: true))
        }
        var untold = story
        story.tell("c", .conflict(key: "x", values: ["2", "3"]))
        story.receipt("a", "w1")
        story.end(["b", "c"], x3)
        #expect(story.kinds.isEmpty)

        untold.receipt("a", "w1")
        untold.tell("b", .conflict(key: "x", values: []))
        untold.end(["b", "c"], x3)
        #expect(untold.kinds == [.lostWrite])
    }

    @Test("a payment that is there twice, once under a key that nobody wrote")
    func paymentTwice() {
        var story = Story()
        story.write("a", "w1", paid)
        story.end([], paid, Cell("payment/q", "w1", amount: 500))
        #expect(story.kinds == [.thinAir, .paymentTwice])
    }

    @Test("a payment with another amount")
    func paymentChanged() {
        var story = Story()
        story.write("a", "w1", paid)
        story.end([], Cell("payment/p", "w1", amount: 5_000))
        #expect(story.kinds == [.paymentChanged])
    }

    @Test("books that hold another sum, do not balance, or drift")
    func books() {
        for (books, kind) in [
            (Books(payments: 2, collected: 500, difference: 0, drift: 0), Anomaly.Kind.sumDiffers),
            (Books(payments: 1, collected: 499, difference: 0, drift: 0), .sumDiffers),
            (Books(payments: 1, collected: 500, difference: -1, drift: 0), .booksUnbalanced),
            (Books(payments: 1, collected: 500, difference: 0, drift: 1), .drift),
        ] {
            var story = Story()
            story.write("a", "w1", paid)
            story.end([], paid, books: books)
            #expect(story.kinds == [kind])
        }
    }

    @Test("a history that is none")
    func malformed() {
        #expect(Story().kinds == [.malformed])
        var twice = Story()
        twice.write("a", "w1", x1)
        twice.write("b", "w2", x1)
        twice.end([], x1)
        #expect(twice.kinds == [.malformed])
    }
}
