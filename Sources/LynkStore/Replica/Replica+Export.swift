import Foundation
import GRDB
import LynkCore
import LynkEngine
import LynkWire
import Synchronization

/// What of a replica's own work an export holds.
public enum ExportedWork: Sendable {
    /// Everything that is still in the file: unsent, kept until durable, refused.
    case everything
    /// What the hub has not taken: unsent or refused.
    case unsettled
    /// What the hub refused.
    case refused
}

extension Replica {
    /// Own change sets with their bytes and signatures, as a value that can be written to a file.
    ///
    /// - Throws: ``Problem`` `not_enrolled` before enrolment: there is no work then.
    public func export(_ work: ExportedWork) throws -> ChangeSetExport {
        let state = state.withLock { $0 }
        guard let enrolment = state.enrolment else { throw Problem(.notEnrolled) }
        let entries = try pool.read { database in
            let select = try HotStatement(
                database,
                """
                SELECT own.sequence, own.oid, bytes, signature, disposition, problem, detail
                FROM lynk_outbox AS own LEFT JOIN lynk_receipt AS receipt USING (sequence)
                WHERE \(Self.filter(work)) ORDER BY own.sequence
                """)
            defer { select.reset() }
            var entries: [ChangeSetExport.Entry] = []
            while try select.step() { entries.append(entry(select)) }
            return entries
        }
        return ChangeSetExport(
            format: ChangeSetExport.formatName, tenant: "\(enrolment.principal.tenant)",
            device: "\(enrolment.principal.device)",
            publicKey: Data(enrolment.key.publicKey.bytes), changeSets: entries)
    }

    private static func filter(_ work: ExportedWork) -> String {
        let refused = "disposition IN ('rejected', 'quarantined') AND resolution IS NULL"
        let unsent = "own.sequence > (SELECT answered FROM lynk_settled)"
        return switch work {
        case .everything: "true"
        case .unsettled: "\(unsent) OR (\(refused))"
        case .refused: refused
        }
    }

    private func entry(_ select: HotStatement) -> ChangeSetExport.Entry {
        let oid = ContentID(bytes: select.blobView(1))
        let sealed = try? ChangeSetCodec.open(select.blob(2))
        let problem = select.isNull(5) ? nil : "\(select.text(5)): \(select.text(6))"
        return ChangeSetExport.Entry(
            sequence: String(select.integer(0)), oid: oid.map { "\($0)" } ?? "",
            bytes: Data(select.blob(2)), signature: Data(select.blob(3)),
            state: select.isNull(4) ? "pending" : select.text(4), problem: problem,
            content: sealed.flatMap { sealed in
                sealed.oid == oid ? ChangeSetExport.Content(sealed.content, tables) : nil
            })
    }

    /// Writes an export to a new file, on disk when the call returns, and reads it back.
    ///
    /// - Returns: how many change sets are in it.
    /// - Throws: ``Problem`` `already_exists` for a file that is there, `store_failed` when it
    ///   cannot be written.
    @discardableResult
    public func export(_ work: ExportedWork, to path: String) throws -> Int {
        let export = try export(work)
        guard !FileManager.default.fileExists(atPath: path) else {
            throw Problem(.alreadyExists, "the file \(path)")
        }
        do {
            try export.encoded().write(to: URL(fileURLWithPath: path), options: .withoutOverwriting)
            let handle = try FileHandle(forUpdating: URL(fileURLWithPath: path))
            try handle.synchronize()
            try handle.close()
        } catch {
            throw Problem(.storeFailed, "\(path) cannot be written: \(error)")
        }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw Problem(.storeFailed, "\(path) cannot be read back")
        }
        return try ChangeSetExport.check(data).export.changeSets.count
    }

    /// Closes the replica and deletes its file, as when a person logs out.
    ///
    /// - Parameter path: where the work goes that the hub has not taken.
    /// - Throws: ``Problem`` `unsent_work` when there is such work and no path; nothing is
    ///   deleted then.
    public func erase(exportingTo path: String?) throws {
        if let path {
            try export(.everything, to: path)
        } else {
            let unsettled = try enrolment() == nil ? 0 : export(.unsettled).changeSets.count
            guard unsettled == 0 else {
                throw Problem(.unsentWork, "\(unsettled) change sets are not at the hub")
            }
        }
        let file = pool.path
        try close()
        for suffix in ["", "-wal", "-shm"]
        where FileManager.default.fileExists(atPath: file + suffix) {
            try FileManager.default.removeItem(atPath: file + suffix)
        }
    }
}
