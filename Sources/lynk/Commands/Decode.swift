import ArgumentParser
import Foundation
import Lynk
import LynkWire

struct Decode: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows a captured message of the exchange as JSON. Needs no replica.",
        discussion: """
            FILE holds what was on the line: the body of a request or of an answer, frames, a \
            change set, a page or a hello by itself, compressed with zstd or not. - reads \
            standard input. Only the form is checked, not signatures.

              lynk decode answer.bin
              lynk decode - < change-set.cbor

            Bytes that are no message end with exit code 1, and standard error names the first \
            byte that could not be read.
            """)

    @Argument(help: "The file with the bytes; - for standard input.")
    var file: String

    func run() async throws {
        try await Failure.reported {
            let text = try CapturedMessage.node(of: try read()).indented
            FileHandle.standardOutput.write(Data(text + Array("\n".utf8)))
        }
    }

    /// - Throws: ``Problem`` `parameter_invalid` for a file that cannot be read.
    private func read() throws -> [UInt8] {
        let handle: FileHandle
        if file == "-" {
            handle = .standardInput
        } else {
            guard let opened = FileHandle(forReadingAtPath: file) else {
                throw Problem(.parameterInvalid, "the file \(file) cannot be read")
            }
            handle = opened
        }
        // One byte more than may be, so that a larger file is told apart from a full one.
        do {
            return Array(try handle.read(upToCount: Limits.captureBytesMax + 1) ?? Data())
        } catch {
            throw Problem(.parameterInvalid, "the file \(file) cannot be read")
        }
    }
}
