import Checklists
import Foundation
import LynkCore
import LynkPayments
import Testing

/// Numbers, types and policies do not change by accident: they stand in Protocol/Schemas.
///
/// After a change that is meant, and that an earlier replica can live with, run the tests once
/// with `LYNK_WRITE_SCHEMAS=1`. A slip is not written: it needs a new field instead.
@Suite("The schema files", .serialized)
struct SchemaFilesTests {
    private static let isWriting =
        ProcessInfo.processInfo.environment["LYNK_WRITE_SCHEMAS"] == "1"
    private static let schemas = [Payments().schema, Checklists().schema]

    @Test("The file of each application is what its declaration says", arguments: schemas)
    func files(schema: Schema) throws {
        let declared = SchemaDocument(schema)
        if Self.isWriting {
            if SchemaFile.exists(schema.name) {
                try #require(declared.slips(since: SchemaFile.read(schema.name)) == [])
            }
            try SchemaFile.write(declared)
        }
        let kept = try SchemaFile.read(schema.name)
        #expect(declared.slips(since: kept) == [])
        let hint: Comment = "run the tests once with LYNK_WRITE_SCHEMAS=1"
        #expect(kept == declared, hint)
        #expect(try SchemaFile.text(declared) == SchemaFile.text(kept), hint)
    }

    @Test("A declaration has no slip of its own", arguments: schemas)
    func declarations(schema: Schema) {
        #expect(schema.problems == [])
    }

    @Test("Only the applications have a file")
    func noOthers() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: SchemaFile.folder.path)
        #expect(names.sorted() == Self.schemas.map { "\($0.name).json" }.sorted())
    }

    @Test("A number that is used for something else is found in the committed file")
    func plantedSlip() throws {
        let kept = try SchemaFile.read("payments")
        let schema = Payments().schema
        let worker = try #require(schema.table(named: "worker"))
        // As if `phone` had been removed and its number given to a new field.
        let fields = worker.fields.map {
            $0.name == "phone" ? FieldSchema($0.id, "vehicles", .integer, .counter, default: 0) : $0
        }
        let table = TableSchema(
            worker.id, worker.name, worker.kind, fields, indexes: worker.indexes,
            deletes: worker.deletes, uniques: worker.uniques)
        let planted = Schema(
            schema.name, version: schema.version + 1,
            schema.tables.map { $0.id == worker.id ? table : $0 })
        let slips = SchemaDocument(planted).slips(since: kept)
        #expect(slips.map(\.table) == ["worker"])
        #expect(slips.map(\.field) == ["vehicles"])
        #expect(slips.map(\.reason) == ["field 2 was of type text"])
    }
}
