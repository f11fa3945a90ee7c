import LynkCore
import Testing

@testable import LynkEngine

@Suite("A push is authentic as a whole or not at all")
struct PushCheckTests {
    private static let tenant = TenantID(high: 1, low: 1)
    private static let device = DeviceID(high: 2, low: 2)

    /// A change set whose content does not matter; `number` makes its name.
    private static func sealed(
        _ number: UInt8, after previous: ContentID?, tenant: TenantID = tenant,
        device: DeviceID = device
    ) -> SealedChangeSet {
        let content = ChangeSet(
            tenant: tenant, device: device, previous: previous, context: .zero, schemaVersion: 1,
            changes: [], intent: nil, claimed: .zero,
            made: ClockReading(
                wallMilliseconds: 0, bootID: BootID(high: 0, low: 0), bootMilliseconds: 0))
        return SealedChangeSet(
            oid: ContentID(hashing: [number]), bytes: [number], content: content)
    }

    private static func problem(
        _ changeSets: [SealedChangeSet], signedBy signer: DeviceKey, knownAs known: DeviceKey?
    ) throws -> ProblemCode? {
        let signature =
            try changeSets.last.map { try signer.sign($0.oid.bytes, as: .changeSet) } ?? []
        let push = Push(
            principal: Principal(
                tenant: tenant, device: device, user: UserID(high: 3, low: 3), role: "worker"),
            lane: LaneID(high: 4, low: 4), publicKey: known?.publicKey,
            upload: ClockReading(
                wallMilliseconds: 0, bootID: BootID(high: 0, low: 0), bootMilliseconds: 0),
            receivedMilliseconds: 0, work: .changeSets(changeSets, signature: signature))
        return PushCheck.problem(changeSets, signature: signature, push: push)?.code
    }

    @Test("A chain that its device signed passes; one link is enough, none is too")
    func genuine() throws {
        let key = DeviceKey()
        let first = Self.sealed(1, after: nil)
        let second = Self.sealed(2, after: first.oid)
        #expect(try Self.problem([], signedBy: key, knownAs: key) == nil)
        #expect(try Self.problem([second], signedBy: key, knownAs: key) == nil)
        #expect(try Self.problem([first, second], signedBy: key, knownAs: key) == nil)
    }

    @Test("Another key's signature, or an unknown device, is refused")
    func foreignKey() throws {
        let changeSets = [Self.sealed(1, after: nil)]
        let refused = ProblemCode.signatureInvalid
        #expect(
            try Self.problem(changeSets, signedBy: DeviceKey(), knownAs: DeviceKey()) == refused)
        #expect(try Self.problem(changeSets, signedBy: DeviceKey(), knownAs: nil) == refused)
    }

    @Test("One signature covers a batch only through an unbroken chain")
    func brokenChain() throws {
        let key = DeviceKey()
        let first = Self.sealed(1, after: nil)
        let stray = Self.sealed(2, after: ContentID(hashing: [9]))
        let swapped = [Self.sealed(2, after: first.oid), first]
        for changeSets in [[first, stray], swapped, [first, first]] {
            #expect(
                try Self.problem(changeSets, signedBy: key, knownAs: key) == .changeSetMalformed)
        }
    }

    @Test("A change set of another tenant or device is refused with its push")
    func foreignContent() throws {
        let key = DeviceKey()
        let otherTenant = Self.sealed(1, after: nil, tenant: TenantID(high: 8, low: 8))
        let otherDevice = Self.sealed(1, after: nil, device: DeviceID(high: 8, low: 8))
        for changeSet in [otherTenant, otherDevice] {
            #expect(
                try Self.problem([changeSet], signedBy: key, knownAs: key) == .changeSetMalformed)
        }
    }
}
