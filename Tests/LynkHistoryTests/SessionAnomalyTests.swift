import LynkHistory
import Testing

/// One planted anomaly for each guarantee of a session; each is found, and nothing else.
struct SessionAnomalyTests {
    private let x1 = Cell("x", "1"), x2 = Cell("x", "2"), y1 = Cell("y", "1"), y2 = Cell("y", "2")

    @Test("a session that does not see its own write")
    func readYourWrites() {
        var story = Story()
        story.write("a", "w1", x1)
        story.write("a", "w2", x2)
        story.read("a", x1)
        story.end(["a"], x2)
        #expect(story.kinds == [.readYourWrites])
    }

    @Test("a session whose own row is not there")
    func ownRowGone() {
        var story = Story()
        story.write("a", "w1", x1)
        story.read("a", y1)
        story.write("b", "w2", y1)
        story.end(["a", "b"], x1, y1)
        #expect(story.kinds == [.readFromFuture, .readYourWrites])
    }

    @Test("a session that sees an older state than before")
    func monotonicReads() {
        var story = Story()
        story.write("a", "w1", x1)
        story.write("a", "w2", x2)
        story.read("b", x2)
        story.read("b", x1)
        story.end(["a", "b"], x2)
        #expect(story.kinds == [.monotonicReads])
    }

    @Test("a row that was seen and is gone")
    func rowGone() {
        var story = Story()
        story.write("a", "w1", x1)
        story.read("b", x1)
        story.read("b", gone: ["x"])
        story.end(["a", "b"], x1)
        #expect(story.kinds == [.monotonicReads])
    }

    @Test("a session's later write without its earlier one")
    func monotonicWrites() {
        var story = Story()
        story.write("a", "w1", x1)
        story.write("a", "w2", y1)
        story.read("b", y1)
        story.end(["a", "b"], x1, y1)
        #expect(story.kinds == [.monotonicWrites])
    }

    @Test("an answer without the question that its author had seen")
    func writesFollowReads() {
        var story = Story()
        story.write("a", "w1", x1)
        story.read("b", x1)
        story.write("b", "w2", y1)
        story.read("c", y1)
        story.end(["a", "b", "c"], x1, y1)
        #expect(story.kinds == [.writesFollowReads])
    }

    @Test("a change set that is seen in part, over nothing and over older rows")
    func fracturedRead() {
        var story = Story()
        story.write("a", "w1", x1, y1)
        story.read("b", x1)
        story.end(["a", "b"], x1, y1)
        #expect(story.kinds == [.fracturedRead])

        var older = Story()
        older.write("a", "w1", x1, y1)
        older.write("a", "w2", x2, y2)
        older.read("b", x2, y1)
        older.end(["a", "b"], x2, y2)
        #expect(older.kinds == [.fracturedRead])
    }

    @Test("a part that a concurrent write took the place of is not missing")
    func partOverwritten() {
        var story = Story()
        story.write("a", "w1", x1, y1)
        story.write("b", "w2", y2)
        story.read("c", x1, y2)
        story.tell("c", .conflict(key: "y", values: ["1", "2"]))
        story.end(["a", "b", "c"], x1, y2)
        #expect(story.kinds.isEmpty)
    }

    @Test("a value that nobody wrote, one before it was written, and one whose write failed")
    func impossibleValues() {
        var story = Story()
        story.write("a", "w1", x1)
        story.read("b", x2)
        story.end(["a", "b"], x1)
        #expect(story.kinds == [.thinAir])

        var early = Story()
        early.read("b", x1)
        early.write("a", "w1", x1)
        early.end(["a", "b"], x1)
        #expect(early.kinds == [.readFromFuture])

        var failed = Story()
        failed.tell("a", .writing(write: "w1", cells: [x1]))
        failed.tell("a", .failed(write: "w1", problem: "disk full"))
        failed.read("a", x1)
        failed.end(["a"])
        #expect(failed.kinds.contains(.failedWriteVisible))
    }

    @Test("a write that a kill interrupted may be there or not, but not come and go")
    func interrupted() {
        var never = Story()
        never.write("a", "w1", x1)
        never.tell("a", .writing(write: "w2", cells: [x2]))
        never.tell("a", .began(sees: [""]))
        never.read("a", x1)
        never.end(["a"], x1)
        #expect(never.kinds.isEmpty)

        var wavering = Story()
        wavering.write("a", "w1", x1)
        wavering.tell("a", .writing(write: "w2", cells: [x2]))
        wavering.tell("a", .began(sees: [""]))
        wavering.read("a", x2)
        wavering.read("a", x1)
        wavering.end(["a"], x2)
        #expect(wavering.kinds == [.readYourWrites])
    }

    @Test("a restored hub may show less of others, never less of a session's own")
    func restoredHub() {
        var story = Story()
        story.write("a", "w1", x1)
        story.write("b", "w2", y1)
        story.read("c", x1, y1)
        story.tell("driver", .hubRestored)
        story.tell("c", .exchanged(problem: nil, isEqual: true))
        story.read("c", gone: ["x", "y"])
        story.end(["a", "b", "c"], x1, y1)
        #expect(story.kinds.isEmpty)

        var own = Story()
        own.write("c", "w1", x1)
        own.read("c", x1)
        own.tell("driver", .hubRestored)
        own.tell("c", .exchanged(problem: nil, isEqual: true))
        own.read("c", gone: ["x"])
        own.end(["c"], x1)
        #expect(own.kinds == [.readYourWrites])
    }

    @Test("what waits at a restored hub for a birth need not be seen, until it was seen again")
    func waitingForBirth() {
        var story = Story()
        story.write("a", "w1", x1)
        story.read("b", x1)
        story.write("b", "w2", x2)
        story.read("c", x2)
        story.tell("driver", .hubRestored)
        story.tell("b", .exchanged(problem: nil, isEqual: true))
        story.tell(
            "b", .receipt(oid: "w2", disposition: "quarantined", problem: "waiting_for_birth: x"))
        story.read("b", gone: ["x"])
        story.write("b", "w3", y1)
        story.read("b", y1)
        story.tell("c", .exchanged(problem: nil, isEqual: true))
        story.read("c", y1, gone: ["x"])
        for session in ["b", "c"] {
            story.tell(session, .exchanged(problem: nil, isEqual: true))
        }
        var lost = story
        story.read("b", x2)
        story.read("c", x2)
        var wavering = story
        story.end(["b", "c"], x2, y1)
        #expect(story.kinds.isEmpty)

        wavering.read("b", gone: ["x"])
        wavering.read("c", gone: ["x"])
        wavering.end(["b", "c"], x2, y1)
        #expect(wavering.kinds == [.readYourWrites, .monotonicReads])

        // The birth came back, and what waited for it did not.
        lost.end(["b", "c"], x1, y1)
        #expect(lost.kinds == [.lostWrite])
    }

    @Test("while a session may or may not know of a restore it may see less, afterwards not")
    func betweenEpochs() {
        var story = Story()
        story.write("a", "w1", x1)
        story.write("a", "w2", x2)
        story.read("b", x2)
        story.tell("driver", .hubRestored)
        story.tell("b", .exchanged(problem: "unreachable", isEqual: false))
        story.read("b", y2)
        story.write("c", "w3", y1)
        story.write("c", "w4", y2)
        story.tell("b", .exchanged(problem: nil, isEqual: true))
        story.read("b", x1)
        story.end([], x2, y2)
        #expect(story.kinds == [.readFromFuture])

        story.tell("b", .exchanged(problem: nil, isEqual: true))
        story.read("b", x2)
        story.read("b", x1)
        #expect(story.kinds == [.readFromFuture, .monotonicReads])
    }

    @Test("before its first exchange with the restored hub a session still never goes back")
    func beforeTheRestoreIsKnown() {
        var story = Story()
        story.write("a", "w1", x1)
        story.write("a", "w2", x2)
        story.read("b", x2)
        story.tell("driver", .hubRestored)
        story.read("b", x1)
        story.end(["a", "b"], x2)
        #expect(story.kinds == [.monotonicReads])
    }

    @Test("a first sync that broke off shows what had come; one that ended shows all of it")
    func firstSync() {
        var story = Story()
        story.write("a", "w1", x1, y1)
        story.tell("b", .began(sees: [""]))
        story.tell("b", .read(shown: [], gone: [], isWhole: true))
        story.tell("b", .exchanged(problem: "unreachable", isEqual: false))
        story.read("b", x1)
        var ended = story
        story.tell("b", .exchanged(problem: nil, isEqual: true))
        story.read("b", y1)
        story.end(["a", "b"], x1, y1)
        #expect(story.kinds.isEmpty)

        ended.tell("b", .exchanged(problem: nil, isEqual: true))
        ended.read("b", x1)
        ended.end(["a", "b"], x1, y1)
        #expect(ended.kinds == [.fracturedRead])
    }

    @Test("a copy that begins after a restore has rows of before, and not what those had seen")
    func copyAfterRestore() {
        var story = Story()
        story.write("a", "w1", x1)
        story.read("b", x1)
        story.write("b", "w2", y1)
        story.tell("driver", .hubRestored)
        story.tell("copy", .began(sees: [""]))
        story.tell("copy", .read(shown: [y1], gone: [], isWhole: true))
        story.tell("copy", .exchanged(problem: nil, isEqual: true))
        story.read("copy", y1)
        story.read("copy", x1)
        for session in ["a", "b"] {
            story.tell(session, .exchanged(problem: nil, isEqual: true))
        }
        story.end(["a", "b", "copy"], x1, y1)
        #expect(story.kinds.isEmpty)
    }

    @Test("a copy shows its own writes of before over the hub's rows until an exchange went well")
    func copiedWithWork() {
        var story = Story()
        story.write("a", "w1", x1)
        story.write("a", "w2", x2)
        story.write("b", "w3", y1)
        story.tell("copy", .began(sees: [""]))
        story.tell("copy", .read(shown: [x1], gone: [], isWhole: true))
        story.read("a", x2, y1)
        story.write("a", "w4", y2)
        story.read("copy", y2)
        var late = story
        story.tell("copy", .exchanged(problem: nil, isEqual: true))
        story.read("copy", x2)
        story.end(["a", "copy"], x2, y2)
        #expect(story.kinds.isEmpty)

        late.tell("copy", .exchanged(problem: nil, isEqual: true))
        late.read("copy", y2)
        late.end(["a"], x2, y2)
        #expect(late.kinds == [.monotonicWrites])
    }

    @Test("an own write on another's row may be hidden while the hub may have lost the row")
    func hiddenBetweenEpochs() {
        func story(after problem: String?, bornBy author: String) -> Story {
            var story = Story()
            story.write(author, "w1", x1)
            story.read("b", x1)
            story.write("b", "w2", x2)
            story.tell("driver", .hubRestored)
            // Only the second began certainly after the restore.
            for _ in 0..<2 {
                story.tell("b", .exchanged(problem: problem, isEqual: problem == nil))
            }
            story.read("b", gone: ["x"])
            story.tell("b", .exchanged(problem: nil, isEqual: true))
            story.read("b", x2)
            story.end(["b"], x2)
            return story
        }
        #expect(story(after: "unreachable", bornBy: "a").kinds.isEmpty)
        #expect(story(after: nil, bornBy: "a").kinds == [.readYourWrites])
        #expect(story(after: "unreachable", bornBy: "b").kinds == [.readYourWrites])
    }

    @Test("what a restored hub told a device that is gone may have been to wait")
    func toldToTheLost() {
        func story(isLost: Bool) -> Story {
            var story = Story()
            story.write("a", "w1", x1)
            story.read("b", x1)
            story.write("b", "w2", x2)
            story.write("b", "w3", y1)
            story.tell("driver", .hubRestored)
            if isLost { story.tell("driver", .abandoned(session: "b")) }
            for _ in 0..<2 { story.tell("c", .exchanged(problem: nil, isEqual: true)) }
            story.read("c", y1)
            story.read("c", x1)
            story.read("c", x2)
            story.end(["c"], x2, y1)
            return story
        }
        #expect(story(isLost: true).kinds.isEmpty)
        #expect(story(isLost: false).kinds == [.monotonicWrites])
    }

    @Test("a copy may show what its file had again while it does not know of a restored hub")
    func copyBetweenEpochs() {
        func story(then problem: String?) -> Story {
            var story = Story()
            story.write("a", "w1", x1)
            story.write("a", "w2", x2, y1)
            story.tell("copy", .began(sees: [""]))
            story.tell("copy", .read(shown: [x1], gone: [], isWhole: true))
            story.tell("copy", .exchanged(problem: nil, isEqual: true))
            story.read("copy", x2, y1)
            story.tell("driver", .hubRestored)
            for _ in 0..<2 {
                story.tell("copy", .exchanged(problem: problem, isEqual: problem == nil))
            }
            story.read("copy", x1)
            for _ in 0..<2 { story.tell("copy", .exchanged(problem: nil, isEqual: true)) }
            story.read("copy", x2)
            story.end(["copy"], x2, y1)
            return story
        }
        #expect(story(then: "unreachable").kinds.isEmpty)
        #expect(story(then: nil).kinds == [.fracturedRead])
    }
}
