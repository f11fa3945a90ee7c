import LynkClient
import LynkCore
import LynkWire

/// Long texts of JSON that try to make a reader hold a lot for little.
public enum HostileText {
    /// What the texts are.
    public static let names = all.map(\.name)

    /// By name, with the reason for which a body of such a text is refused.
    private static let all: [(name: String, text: String, reason: JSONError)] = [
        (
            "a million numbers", "[" + repeated("1,", 1_000_000) + "1]",
            JSONError("[0]", .expected("an object with one member, the message's name"))
        ),
        (
            "a million empty arrays", "[" + repeated("[],", 1_000_000) + "[]]",
            JSONError("[0]", .expected("an object with one member, the message's name"))
        ),
        (
            "two hundred thousand members",
            "[{" + (0..<200_000).map { "\"\($0)\":0," }.joined() + "\"x\":0}]",
            JSONError("[0]", .expected("an object with one member, the message's name"))
        ),
        (
            "a million empty members", "[{" + repeated("\"\":0,", 1_000_000) + "\"\":0}]",
            JSONError("[0].", .duplicate)
        ),
        (
            "a name of 1 MiB", "[{\"" + repeated("n", 1 << 20) + "\":0}]",
            JSONError("[0]." + repeated("n", 1 << 20), .unknown)
        ),
        (
            "ten thousand levels", repeated("[", 10_000) + repeated("]", 10_000),
            JSONError(repeated("[0]", Limits.nestingMax), .overLimit("nestingMax"))
        ),
        (
            "a million openings", repeated("[", 1_000_000),
            JSONError(repeated("[0]", Limits.nestingMax), .overLimit("nestingMax"))
        ),
    ]

    /// Reads the text of this name as a body, and as a problem's document.
    ///
    /// - Throws: ``FuzzFault`` when it is taken, refused for another reason, or when more than four
    ///   times its bytes are held.
    public static func check(_ name: String) throws {
        guard let found = all.first(where: { $0.name == name }) else { return }
        let input = Array(found.text.utf8)
        var thrown: JSONError?
        _ = try reading(input) {
            do throws(JSONError) { _ = try MessageJSON.body(of: input) } catch { thrown = error }
        }
        try expect(thrown == found.reason, "refused by \(thrown.map { "\($0.reason)" } ?? "none")")
        let head = HTTPResponseHead(
            status: 400, headers: [HTTPHeader("content-type", "application/problem+json")])
        _ = try reading(input) { ProblemDocument.problem(head, body: input) }
    }

    private static func repeated(_ text: String, _ count: Int) -> String {
        String(repeating: text, count: count)
    }
}
