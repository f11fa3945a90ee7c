import Foundation
import LynkCore
import Testing

@testable import LynkServer

struct ProblemStatusTests {
    @Test func everyCodeHasTheStatusThatTheBookSays() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = try String(
            contentsOf: root.appending(path: "Protocol/09-problems.md"), encoding: .utf8)
        var told: [String: Int] = [:]
        for line in page.split(separator: "\n") {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count == 2, let status = Int(cells[0]) else { continue }
            for code in cells[1].split(separator: "`") where !code.hasPrefix(",") {
                #expect(told.updateValue(status, forKey: String(code)) == nil, "\(code) twice")
            }
        }
        for code in ProblemCode.allCases {
            let status = Int("\(code.status)".prefix { $0 != " " })
            #expect(told.removeValue(forKey: code.rawValue) == status, "\(code)")
        }
        #expect(told.isEmpty)
    }

    @Test func whatMaySucceedAgainSaysWhen() throws {
        let waiting = ProblemCode.allCases.filter { $0.retryAfterSeconds != nil }
        #expect(Set(waiting) == [.overloaded, .storeBusy, .storeFailed, .hubBehind])
    }
}
