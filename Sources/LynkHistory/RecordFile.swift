public import Foundation

/// A history in files: one JSON object a line.
public enum RecordFile {
    /// A line as it is written.
    public static func line(_ record: Record) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(record) + Data([UInt8(ascii: "\n")])
    }

    /// Reads a file; a line that a killed process did not finish is passed over.
    ///
    /// - Throws: `DecodingError` for a whole line that is no record, or when it cannot be read.
    public static func read(_ file: URL) throws -> [Record] {
        let decoder = JSONDecoder()
        return try Data(contentsOf: file).split(separator: UInt8(ascii: "\n")).compactMap { line in
            guard line.last == UInt8(ascii: "}") else { return nil }
            return try decoder.decode(Record.self, from: line)
        }
    }

    /// Reads every `.jsonl` file of a folder.
    public static func readAll(in folder: URL) throws -> [Record] {
        try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "jsonl" }
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
            .flatMap { try read($0) }
    }
}
