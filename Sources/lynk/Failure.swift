import ArgumentParser
import Foundation
import Lynk

/// How a command ends when it cannot do what was asked; see the exit codes in the help.
enum Failure {
    static let attention = ExitCode(2)
    static let unreachable = ExitCode(3)

    /// Runs a command's body and turns a problem into a sentence and an exit code.
    static func reported(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let problem as Problem {
            report("\(problem)")
            switch problem.code {
            case .unreachable, .timedOut, .overloaded: throw unreachable
            default: throw ExitCode(1)
            }
        } catch let error as ExitCode {
            throw error
        } catch let error as ValidationError {
            throw error
        } catch {
            report("\(error)")
            throw ExitCode(1)
        }
    }

    /// Something to know although the command goes on.
    static func warn(_ sentence: String) { report("note: \(sentence)") }

    private static func report(_ sentence: String) {
        FileHandle.standardError.write(Data("lynk: \(sentence)\n".utf8))
    }
}
