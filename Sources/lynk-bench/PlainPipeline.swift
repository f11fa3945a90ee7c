import CSQLite
import LynkCore
import LynkWire

/// The baseline of a first sync: reads rows, writes each as a CBOR array, compresses with zstd;
/// and at the other end decompresses, reads and inserts. No versions, no digests.
enum PlainPipeline {
    /// Bodies as they are sent, one per about 192 KiB of rows.
    static func encode(_ table: PlainTable, send: ([UInt8]) throws -> Void) throws {
        let select = try table.prepare("SELECT * FROM payment")
        defer { sqlite3_finalize(select) }
        let compressor = ZstdStreamCompressor(level: 3)
        var writer = CBORWriter(reserving: Limits.pageBytesTarget + 1_024)
        while sqlite3_step(select) == SQLITE_ROW {
            writer.array(10)
            for column in 0..<Int32(10) {
                switch sqlite3_column_type(select, column) {
                case SQLITE_INTEGER: writer.integer(sqlite3_column_int64(select, column))
                case SQLITE_TEXT:
                    writer.text(
                        utf8: UnsafeRawBufferPointer(
                            start: sqlite3_column_text(select, column),
                            count: Int(sqlite3_column_bytes(select, column))))
                default:
                    writer.byteString(
                        UnsafeRawBufferPointer(
                            start: sqlite3_column_blob(select, column),
                            count: Int(sqlite3_column_bytes(select, column))))
                }
            }
            if writer.bytes.count >= Limits.pageBytesTarget {
                try send(compressor.append(writer.bytes, flush: true))
                writer.bytes.removeAll(keepingCapacity: true)
            }
        }
        try send(compressor.append(writer.bytes, flush: true) + compressor.finish())
    }

    /// Inserts all rows of a decompressed chunk sequence in one transaction.
    final class Receiver {
        private let table: PlainTable
        private let insert: OpaquePointer?
        private let decompressor = ZstdStreamDecompressor(limit: 1 << 30)
        private var rest: [UInt8] = []
        private(set) var rowCount = 0

        init(_ table: PlainTable) throws {
            self.table = table
            insert = try table.prepare(PlainTable.insert)
            try table.run("BEGIN IMMEDIATE")
        }

        func take(_ chunk: [UInt8]) throws {
            rest += try decompressor.append(chunk)
            var used = 0
            try rest.withUnsafeBytes { bytes in
                var reader = CBORReader(bytes)
                while !reader.isAtEnd {
                    do { try row(&reader) } catch WireError.truncated { break }
                    used = reader.position
                }
            }
            rest.removeFirst(used)
        }

        private func row(_ reader: inout CBORReader) throws {
            try reader.array(exactly: 10)
            for column in 0..<Int32(10) {
                switch try reader.cell() {
                case .integer(let number): sqlite3_bind_int64(insert, column + 1, number)
                case .text(let view):
                    sqlite3_bind_text(
                        insert, column + 1, view.baseAddress?.assumingMemoryBound(to: CChar.self),
                        Int32(view.count), nil)
                case .blob(let view):
                    sqlite3_bind_blob(
                        insert, column + 1, view.baseAddress, Int32(view.count), nil)
                default: sqlite3_bind_null(insert, column + 1)
                }
            }
            try table.step(insert)
            rowCount += 1
        }

        func finish() throws {
            try table.run("COMMIT")
            sqlite3_finalize(insert)
        }
    }
}
