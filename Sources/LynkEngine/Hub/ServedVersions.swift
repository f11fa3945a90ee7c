public import LynkCore

/// The oldest versions of a device's program that a hub serves pages to. What such a device
/// pushes is taken in any case: its money waits for no upgrade.
/// - SeeAlso: Protocol/05-exchange.md, rule X40
public struct ServedVersions: Hashable, Sendable {
    /// The least version of the application's schema; 0 for all.
    public var minimumSchema: UInt32
    /// The least version of the protocol; 0 for all that the hub reads.
    public var minimumProtocol: UInt32

    public init(minimumSchema: UInt32 = 0, minimumProtocol: UInt32 = 0) {
        self.minimumSchema = minimumSchema
        self.minimumProtocol = minimumProtocol
    }

    /// Why a device gets receipts and no pages; `nil` for one that is served whole.
    public func refusal(of hello: Hello) -> Problem? {
        if hello.schemaVersion < minimumSchema {
            return Problem(
                .upgradeRequired,
                "the device has schema \(hello.schemaVersion), and \(minimumSchema) is the least")
        }
        if hello.protocolVersion < minimumProtocol {
            return Problem(
                .upgradeRequired,
                "the device speaks \(hello.protocolVersion), and \(minimumProtocol) is the least")
        }
        return nil
    }
}
