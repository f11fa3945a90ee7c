import Foundation
import Glibc
import LynkHistory

/// Writes records to a file as they happen: a killed process has told all that it did.
struct HistoryLog: Sendable {
    private let file: Int32
    private let session: String

    /// - Parameter file: open for writing, kept open.
    init(_ file: Int32, session: String) {
        self.file = file
        self.session = session
    }

    /// In the name of a session; the log's own when there is none.
    func tell(_ event: Event, as other: String? = nil) throws {
        let line = try RecordFile.line(Record(at: Moment.now, by: other ?? session, event))
        var rest = line[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw CocoaError(.fileWriteUnknown) }
            rest = rest.dropFirst(count)
        }
    }
}
