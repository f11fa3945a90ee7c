/// Code that ends the process, blocks a thread or reads the world where it must not.
enum Traps {
    static let traps = FileCheck(
        name: "traps", reads: { $0.isSwift && !$0.isTest },
        find: { file in
            let tokens = file.tokens
            return tokens.indices.compactMap { index in
                if tokens[index].text == "fatalError" && tokens[index].kind == .word {
                    return Violation(
                        path: file.path, line: tokens[index].line, what: "fatalError",
                        mend: "throw a Problem, or make the state impossible to express")
                }
                return bang(at: index, in: tokens, path: file.path)
            }
        })

    static let testTraps = FileCheck(
        name: "traps in tests", reads: { $0.isSwift && $0.isTest },
        find: { file in
            file.tokens.indices.compactMap { bang(at: $0, in: file.tokens, path: file.path) }
        })

    /// `try!`, `as!`, a forced unwrap or an implicitly unwrapped type.
    private static func bang(at index: Int, in tokens: [Token], path: String) -> Violation? {
        guard tokens[index].text == "!", tokens[index].kind == .mark, !tokens[index].isSpaced,
            index > 0
        else { return nil }
        let before = tokens[index - 1]
        if index + 1 < tokens.count, tokens[index + 1].text == "=", !tokens[index + 1].isSpaced {
            return nil  // the operator !=
        }
        let closes: Set = [")", "]", "}", "?", ">"]
        guard before.kind == .word || before.kind == .string || closes.contains(before.text)
        else { return nil }
        if before.text == "try" || before.text == "as" {
            return Violation(
                path: path, line: before.line, what: "\(before.text)!",
                mend: "handle the failure; in a test, let it throw or use #require")
        }
        return Violation(
            path: path, line: before.line, what: "\(before.text)! unwraps by force",
            mend: "parse into a type that cannot be missing; in a test, use try #require")
    }

    static let sleeps = FileCheck(
        name: "sleeps in tests", reads: { $0.isSwift && $0.isTest },
        find: { file in
            let tokens = file.tokens
            return tokens.indices.dropLast().filter { isSleep(at: $0, in: tokens) }.map {
                Violation(
                    path: file.path, line: tokens[$0].line, what: "\(tokens[$0].text) in a test",
                    mend: "wait for the event itself, or move the virtual clock")
            }
        })

    /// A sleep of the system's; a virtual clock's own method is none.
    private static func isSleep(at index: Int, in tokens: [Token]) -> Bool {
        let names: Set = ["sleep", "usleep", "nanosleep", "asyncAfter"]
        guard names.contains(tokens[index].text), tokens[index + 1].text == "(" else {
            return false
        }
        guard index > 0 else { return true }
        if tokens[index - 1].text == "func" { return false }
        guard tokens[index - 1].text == "." else {
            // The file's own function of that name, e.g. that of a virtual clock.
            return !tokens.indices.dropFirst().contains {
                tokens[$0].text == tokens[index].text && tokens[$0 - 1].text == "func"
            }
        }
        let owners: Set = ["Task", "Thread", "Glibc", "main", ")"]
        return index > 1 && owners.contains(tokens[index - 2].text)
    }

    /// Below the edges time and chance are parameters.
    static let ambient = FileCheck(
        name: "ambient time and chance",
        reads: {
            $0.isSwift && !$0.isTest
                && [
                    "LynkCore", "LynkWire", "LynkEngine", "LynkPayments", "LynkSimulator",
                ].contains($0.target)
        },
        find: { file in
            let names: Set = [
                "Date", "random", "SystemRandomNumberGenerator", "clock_gettime", "ContinuousClock",
                "SuspendingClock", "UUID", "DispatchTime", "gettimeofday",
            ]
            return calls(of: names, in: file.tokens).map {
                Violation(
                    path: file.path, line: $0.line, what: "\($0.text)() below the edges",
                    mend: "take the clock or the chance as a parameter")
            }
        })

    /// A library answers with values and errors; only programs speak to the terminal.
    static let prints = FileCheck(
        name: "prints in libraries",
        reads: { $0.isSwift && $0.path.hasPrefix("Sources/Lynk") },
        find: { file in
            calls(of: ["print", "debugPrint", "dump", "NSLog"], in: file.tokens).map {
                Violation(
                    path: file.path, line: $0.line, what: "\($0.text) in a library",
                    mend: "return the value, or log it through the logger that was given")
            }
        })

    private static func calls(of names: Set<String>, in tokens: [Token]) -> [Token] {
        tokens.indices.dropLast().filter {
            tokens[$0].kind == .word && names.contains(tokens[$0].text)
                && tokens[$0 + 1].text == "(" && !tokens[$0 + 1].isSpaced
                && ($0 == 0 || tokens[$0 - 1].text != "func")
        }.map { tokens[$0] }
    }
}
