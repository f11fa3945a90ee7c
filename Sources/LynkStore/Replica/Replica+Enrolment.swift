import GRDB
public import LynkCore

extension Replica {
    public func enrolmentKey() throws -> DeviceKey {
        try pool.write { database in
            let meta = ReplicaMeta(database)
            if let kept = try meta.read("device_key") {
                guard let key = DeviceKey(bytes: kept) else {
                    throw Problem(.storeFailed, "the key in this replica is damaged")
                }
                return key
            }
            let key = DeviceKey()
            // Alone it is no enrolment; adopting writes the same key again beside the names.
            try meta.write("device_key", key.bytes)
            return key
        }
    }
}
