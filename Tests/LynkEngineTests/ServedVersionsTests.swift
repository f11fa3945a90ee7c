import LynkCore
import LynkEngine
import Testing

@Suite("Whom a hub serves pages to")
struct ServedVersionsTests {
    @Test(
        "A device below a minimum is told to upgrade",
        arguments: [
            (ServedVersions(), true), (ServedVersions(minimumSchema: 3), true),
            (ServedVersions(minimumSchema: 4), false),
            (ServedVersions(minimumProtocol: Hello.protocolVersion), true),
            (ServedVersions(minimumProtocol: Hello.protocolVersion + 1), false),
        ])
    func table(_ served: ServedVersions, _ isServed: Bool) {
        let hello = Hello(
            device: DeviceID(high: 1, low: 1), lane: LaneID(high: 1, low: 1), schemaName: "x",
            schemaVersion: 3, head: nil, cursor: .start,
            clock: ClockReading(
                wallMilliseconds: 0, bootID: BootID(high: 0, low: 0), bootMilliseconds: 0),
            digestRoot: [])
        #expect((served.refusal(of: hello) == nil) == isServed)
        #expect(served.refusal(of: hello).map { $0.code == .upgradeRequired } ?? true)
    }
}
