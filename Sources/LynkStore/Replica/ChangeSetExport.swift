public import Foundation
public import LynkCore
import LynkWire

/// Change sets outside of any replica: their bytes, who signed them, and what they say to people.
///
/// The bytes decide; everything else in the file is for reading. Whoever has a file can check it
/// without the device: each name is the hash of its bytes, each signature is over the name.
public struct ChangeSetExport: Codable, Sendable {
    /// One change set.
    public struct Entry: Codable, Sendable {
        public let sequence: String
        public let oid: String
        public let bytes: Data
        public let signature: Data
        /// `pending`, or what the hub answered.
        public let state: String
        public let problem: String?
        public let content: Content?
    }

    /// What a change set says; 64-bit numbers are strings.
    public struct Content: Codable, Sendable {
        public let writtenMilliseconds: String
        public let schemaVersion: String
        public let intent: String?
        public let changes: [Change]
    }

    /// What it does to one row.
    public struct Change: Codable, Sendable {
        public let table: String
        public let key: String
        public let kind: String
        public let puts: [String: String]
        public let adds: [String: String]
    }

    /// Counts layouts of this file.
    public static let formatName = "lynk-change-sets-1"

    public let format: String
    public let tenant: String
    public let device: String
    public let publicKey: Data
    public let changeSets: [Entry]

    /// The file's bytes.
    public func encoded() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self)
    }

    /// Reads a file and proves every entry: name, signature and form.
    ///
    /// - Returns: the file and its change sets, in order; what was damaged at the device is left
    ///   out of the latter.
    /// - Throws: ``Problem`` `import_invalid` that names the entry.
    public static func check(
        _ data: Data
    ) throws -> (export: ChangeSetExport, changeSets: [SealedChangeSet]) {
        guard let export = try? JSONDecoder().decode(ChangeSetExport.self, from: data),
            export.format == formatName
        else { throw Problem(.importInvalid, "not an export of change sets") }
        guard let key = DevicePublicKey(bytes: Array(export.publicKey)) else {
            throw Problem(.importInvalid, "the public key is not one")
        }
        var found: [SealedChangeSet] = []
        for entry in export.changeSets where entry.content != nil {
            guard let sealed = try? ChangeSetCodec.open(Array(entry.bytes)),
                "\(sealed.oid)" == entry.oid
            else {
                throw Problem(.importInvalid, "the bytes of \(entry.oid) are not those it names")
            }
            guard key.verifies(Array(entry.signature), of: sealed.oid.bytes, as: .changeSet) else {
                throw Problem(.importInvalid, "the signature of \(entry.oid) does not verify")
            }
            found.append(sealed)
        }
        return (export, found)
    }
}

extension ChangeSetExport.Content {
    init(_ content: ChangeSet, _ tables: [TableID: TableSQL]) {
        self.init(
            writtenMilliseconds: String(content.made.wallMilliseconds),
            schemaVersion: String(content.schemaVersion),
            intent: content.intent.map { "\($0.name) \($0.arguments)" },
            changes: content.changes.map { change in
                let table = tables[change.table]?.schema
                func name(_ field: FieldID) -> String {
                    table?.ordinal(of: field).map { table?.fields[$0].name ?? "" } ?? "#\(field)"
                }
                return ChangeSetExport.Change(
                    table: table?.name ?? "#\(change.table)", key: "\(change.key)",
                    kind: "\(change.kind)",
                    puts: Dictionary(
                        change.puts.map { (name($0.field), $0.value.readable) },
                        uniquingKeysWith: { first, _ in first }),
                    adds: Dictionary(
                        change.adds.map { (name($0.field), String($0.delta)) },
                        uniquingKeysWith: { first, _ in first }))
            })
    }
}

extension Value {
    /// For people: what an export and a list show.
    var readable: String {
        switch self {
        case .null: "NULL"
        case .integer(let number): String(number)
        case .real(let number): String(number)
        case .text(let text): text
        case .blob(let bytes): hexadecimal(bytes)
        }
    }
}
