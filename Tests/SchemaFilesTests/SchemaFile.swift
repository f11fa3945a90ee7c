import Foundation
import LynkCore

/// The schema of one application as a file of the protocol book.
enum SchemaFile {
    static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Protocol/Schemas")

    static func exists(_ application: String) -> Bool {
        FileManager.default.fileExists(atPath: url(application).path)
    }

    static func read(_ application: String) throws -> SchemaDocument {
        let data = try Data(contentsOf: url(application))
        return try JSONDecoder().decode(SchemaDocument.self, from: data)
    }

    static func write(_ document: SchemaDocument) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try text(document).write(
            to: url(document.application), atomically: true, encoding: .utf8)
    }

    static func text(_ document: SchemaDocument) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(document), as: UTF8.self) + "\n"
    }

    private static func url(_ application: String) -> URL {
        folder.appendingPathComponent("\(application).json")
    }
}
