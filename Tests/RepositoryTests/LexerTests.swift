import Testing

/// The scanner is what the checks stand on.
struct LexerTests {
    static let cases: [(source: String, tokens: [String])] = [
        ("let a = 1", ["let", "a", "=", "1"]),
        ("a // b", ["a"]),
        ("a /* b /* c */ d */ e", ["a", "e"]),
        (#"a("b c")"#, ["a", "(", "\"", ")"]),
        (#"a("b \"c\" d") e"#, ["a", "(", "\"", ")", "e"]),
        (##"a(#"b "c" \d"#) e"##, ["a", "(", "\"", ")", "e"]),
        (#"a("b \(c("d")) e") f"#, ["a", "(", "\"", "(", "c", "(", "\"", ")", ")", ")", "f"]),
        ("a(\"\"\"\n b \"c\" // d\n \"\"\") e", ["a", "(", "\"", ")", "e"]),
        ("`class`.a", ["`class`", ".", "a"]),
    ]

    @Test("comments and the insides of strings are not tokens", arguments: cases)
    func tokens(_ source: String, _ tokens: [String]) {
        #expect(SwiftLexer(source).tokens.map(\.text) == tokens)
    }

    @Test("lines are counted through comments and long strings")
    func lines() {
        let lexer = SwiftLexer("a\n/* b\n c */ d\n\"\"\"\n e\n\"\"\"\nf /// g\n/// h\ni")
        #expect(lexer.tokens.map(\.line) == [1, 3, 4, 7, 9])
        #expect(lexer.documentedLines == [7, 8])
    }

    @Test("functions are measured from their name to their closing brace")
    func functions() {
        let source = """
            struct S {
                init(a: Int = { 1 }()) { self.init() }
                func f() -> some P
                where T: P {
                    let g = { "}" }
                }
                var h: Int { 1 }
            }
            """
        let spans = Lengths.functionSpans(in: SwiftLexer(source).tokens)
        #expect(spans.map(\.name) == ["init", "f"])
        #expect(spans.map(\.lines) == [1, 4])
    }

    @Test("what a protocol asks for is documented there, not at each conformer")
    func requirements() {
        let source = "protocol P { func a(); var b: Int { get } }\nstruct S { func c() {} }"
        #expect(Documentation.requirements(in: SwiftLexer(source).tokens) == ["a"])
    }
}
