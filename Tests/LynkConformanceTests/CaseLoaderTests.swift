import Foundation
import Testing

@testable import LynkConformance

@Suite("Cases as data")
struct CaseLoaderTests {
    private func read(_ text: String) throws -> ConformanceCase {
        try ConformanceCase(JSONValue.parse(Array(text.utf8)))
    }

    private func refusal(_ text: String) throws -> CaseProblem.Code? {
        do {
            _ = try read(text)
            return nil
        } catch let problem as CaseProblem {
            return problem.code
        }
    }

    private let good = """
        {"id": "LYNK-PUSH-001", "title": "a payment", "rules": ["X4"], "level": "L1",
        "strength": "MUST", "role": "server", "steps": [{"do": "exchange", "push": ["p"],
        "expect": {"receipts": ["accepted"]}}]}
        """

    @Test("a case is read whole")
    func wholeCase() throws {
        let one = try read(good)
        #expect(one.section == "push")
        #expect(one.steps.first?.expect.receipts == [.init(disposition: "accepted")])
        #expect(CaseText.explain(one).contains("expects   status 200; accepted"))
    }

    @Test("a slip in a file names its code and its member")
    func slips() throws {
        #expect(try refusal(good) == nil)
        let bent: [(String, String, CaseProblem.Code)] = [
            ("\"title\"", "\"heading\"", .memberMissing),
            ("\"level\": \"L1\"", "\"level\": \"L9\"", .memberInvalid),
            ("\"push\"", "\"pushes\"", .memberUnknown),
            ("LYNK-PUSH-001", "PUSH-1", .memberInvalid),
            ("[\"X4\"]", "[]", .memberInvalid),
            ("\"do\": \"exchange\"", "\"do\": \"guess\"", .memberInvalid),
        ]
        for (from, to, code) in bent {
            #expect(try refusal(good.replacingOccurrences(of: from, with: to)) == code)
        }
    }

    @Test("bends change bytes where they say")
    func bends() {
        var bytes: [UInt8] = [1, 2, 3, 4]
        Bend(at: .offset(-1), flips: 1).apply(to: &bytes)
        Bend(at: .offset(0), removes: 1, inserts: [9, 9]).apply(to: &bytes)
        Bend(at: .context, removes: 1).apply(to: &bytes, context: 2)
        #expect(bytes == [9, 9, 3, 5])
        Bend(at: .offset(Int.max), inserts: [0]).apply(to: &bytes)
        #expect(bytes.last == 0)
    }
}
