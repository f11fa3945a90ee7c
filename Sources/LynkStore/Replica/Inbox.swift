import GRDB
import LynkCore
import LynkWire

/// A page that waits for its checkpoint.
struct InboxPage {
    let bytes: [UInt8]
    /// Where the hub can go on after this page; opaque here.
    let mark: [UInt8]
}

/// Pages of a pull whose checkpoint has not come yet, in the order of their arrival.
struct Inbox {
    private let database: Database

    init(_ database: Database) { self.database = database }

    func append(_ page: InboxPage) throws {
        let insert = try HotStatement(
            database, "INSERT INTO lynk_inbox (page, mark) VALUES (?, ?)")
        insert.bind(1, blob: page.bytes)
        insert.bind(2, blob: page.mark)
        try insert.run()
    }

    /// Where the last page ends; `nil` without pages.
    func lastMark() throws -> [UInt8]? {
        let select = try HotStatement(
            database, "SELECT mark FROM lynk_inbox ORDER BY id DESC LIMIT 1")
        defer { select.reset() }
        return try select.step() ? select.blob(0) : nil
    }

    /// Calls `body` with each page.
    func forEach(_ body: (Int64, [UInt8]) throws -> Void) throws {
        let select = try HotStatement(database, "SELECT id, page FROM lynk_inbox ORDER BY id")
        defer { select.reset() }
        while try select.step() { try body(select.integer(0), select.blob(1)) }
    }

    /// Drops this page and those after it.
    func drop(from id: Int64) throws {
        let delete = try HotStatement(database, "DELETE FROM lynk_inbox WHERE id >= ?")
        delete.bind(1, id)
        try delete.run()
    }

    func clear() throws { try database.execute(sql: "DELETE FROM lynk_inbox") }
}

extension InboxPage {
    /// Looks at a page's frame and lists, not at its cells, and takes its mark out.
    ///
    /// - Throws: ``Problem`` `response_invalid` for bytes that are not a page.
    init(checking bytes: [UInt8]) throws {
        let mark: [UInt8]
        do {
            mark = try bytes.withUnsafeBytes { view in
                var reader = try PageReader(view)
                while try reader.next() != nil {}
                return reader.mark
            }
        } catch let error as WireError {
            throw Problem(.responseInvalid, "a page does not decode: \(error)")
        }
        self.init(bytes: bytes, mark: mark)
    }
}
