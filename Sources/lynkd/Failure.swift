import ArgumentParser
import Foundation
import LynkCore

/// How a command ends when it cannot do what was asked.
enum Failure {
    /// Runs a command's body and turns a problem into a sentence and an exit code.
    static func reported(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let problem as Problem {
            report("\(problem)")
            throw ExitCode(problem.code == .directoryLocked ? 3 : 1)
        } catch {
            report("\(error)")
            throw ExitCode(1)
        }
    }

    private static func report(_ sentence: String) {
        FileHandle.standardError.write(Data("lynkd: \(sentence)\n".utf8))
    }
}
