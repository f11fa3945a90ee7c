import CStatx
import Foundation
import LynkCore

/// Where a replica's file stands: a copy of the file, or the same file on another machine, has
/// another fingerprint.
///
/// A restart of the machine changes nothing in it, and neither does moving the file within its
/// file system.
public struct FileFingerprint: Hashable, Sendable {
    /// `/etc/machine-id` (machine-id(5)); empty where there is none.
    public let machine: [UInt8]
    public let inode: UInt64
    /// When the file was made, in nanoseconds since 1970; 0 where the file system does not say.
    public let birthNanoseconds: Int64

    public init(machine: [UInt8], inode: UInt64, birthNanoseconds: Int64) {
        self.machine = machine
        self.inode = inode
        self.birthNanoseconds = birthNanoseconds
    }

    /// The fingerprint of this file on this machine.
    ///
    /// - Throws: ``Problem`` `store_failed` when the system cannot say.
    /// - SeeAlso: statx(2)
    public static func system(_ path: String) throws -> FileFingerprint {
        var record = statx()
        guard lynk_statx(path, &record) == 0 else {
            throw Problem(.storeFailed, "statx: \(String(cString: strerror(errno)))")
        }
        let machine = FileManager.default.contents(atPath: "/etc/machine-id") ?? Data()
        return FileFingerprint(
            machine: machine.filter { $0 > UInt8(ascii: " ") }.map { $0 },
            inode: record.stx_ino,
            birthNanoseconds: record.stx_btime.tv_sec * 1_000_000_000
                + Int64(record.stx_btime.tv_nsec))
    }

    /// What a replica keeps to know itself again, with the key that it signs with.
    func fence(_ key: DeviceKey?) -> [UInt8] {
        let keyID = key.map { ContentID(hashing: $0.publicKey.bytes) }?.bytes ?? []
        return machine + [0] + keyID.prefix(8)
            + withUnsafeBytes(of: inode.bigEndian) { Array($0) }
            + withUnsafeBytes(of: birthNanoseconds.bigEndian) { Array($0) }
    }
}
