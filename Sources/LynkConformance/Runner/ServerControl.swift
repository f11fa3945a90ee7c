import Foundation

/// A program that stops, kills, copies and puts back the server under test, so that cases may ask
/// what is left: `restart`, `kill`, `backup NAME`, `restore NAME`. When it ends, the server
/// answers.
package struct ServerControl: Sendable {
    private let command: [String]

    /// - Parameter command: a program and its arguments; a program without a slash is looked for.
    package init(_ command: [String]) { self.command = command }

    /// - Throws: ``LineBroken`` when the program fails.
    package func run(_ words: [String]) throws {
        // Not Foundation's Process: it waits for whoever holds the descriptors that the program
        // was given, and the server that it starts does.
        var arguments = (["/usr/bin/env"] + command + words).map { strdup($0) }
        arguments.append(nil)
        defer { for argument in arguments { free(argument) } }
        var variables = ProcessInfo.processInfo.environment.map { strdup("\($0)=\($1)") }
        variables.append(nil)
        defer { for variable in variables { free(variable) } }
        var process: pid_t = 0
        guard posix_spawn(&process, "/usr/bin/env", nil, nil, arguments, variables) == 0 else {
            throw LineBroken(description: "the control program does not start")
        }
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        guard status == 0 else {
            throw LineBroken(description: "the control program failed at \(words)")
        }
    }
}
