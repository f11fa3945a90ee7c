import Foundation
import Lynk
import Testing

@Suite("Forged requests: the book's verdict, and not one row of any file is another")
struct ForgeryTests {
    /// One table of forgeries, tried in its order against one hub.
    struct Table: Sendable, CustomTestStringConvertible {
        let name: String
        let rows: [Forgery]
        var testDescription: String { name }
    }

    static let tables = [
        Table(name: "contexts", rows: Forgery.contexts),
        Table(name: "chains", rows: Forgery.chains),
        Table(name: "cursors", rows: Forgery.cursors),
        Table(name: "rights", rows: Forgery.rights),
        Table(name: "change set bytes", rows: Forgery.changeSetBytes),
        Table(name: "bodies", rows: Forgery.bodies),
        Table(name: "JSON", rows: Forgery.json),
        Table(name: "addresses", rows: Forgery.addresses),
    ]

    @Test("Each has its verdict and leaves nothing but what the table says", arguments: tables)
    func held(_ table: Table) async throws {
        try await ForgeryTown.run { town in
            for forgery in table.rows { try await forgery.hold(in: town) }
        }
    }

    @Test("Each names rules that stand in the book, and each name stands once")
    func cited() throws {
        let book = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Protocol")
        let pages = try FileManager.default.contentsOfDirectory(atPath: book.path)
            .filter { $0.hasSuffix(".md") }
            .map { try String(contentsOf: book.appendingPathComponent($0), encoding: .utf8) }
        let lines = pages.flatMap { $0.split(separator: "\n") }
        let all = Self.tables.flatMap(\.rows)
        for forgery in all {
            #expect(!forgery.rules.isEmpty, "\(forgery.name)")
            for rule in forgery.rules {
                #expect(lines.contains { $0.hasPrefix("### \(rule) ") }, "\(forgery.name)")
            }
        }
        #expect(Set(all.map(\.name)).count == all.count)
    }
}
