import Foundation
import Lynk
import LynkPayments
import LynkServer
import Testing

@Suite("Backups and restores of a real hub")
struct BackupTests {
    @Test("A backup of a serving hub holds every receipt, and says what is durable")
    func aBackupOfAServingHubIsWhole() async throws {
        try await Installation.run { hub in
            let tank = Wholesaler.first
            try await hub.office.open(tank)
            let ravi = try await Phone.enrolled("ravi", tank.ravi, of: tank, at: hub)
            let before = try await hub.office.health()
            #expect(before.contains(#""status":"attention""#))
            try ravi.collect(250_000, at: tank.shop)
            try await ravi.sync()
            let out = "\(hub.directory)/backup"
            let answer = try await hub.office.request(.post, "backup", body: #"{"out":"\#(out)"}"#)
            #expect(answer.head.status == 201)
            let after = try await hub.office.health()
            #expect(after.contains(#""status":"ok""#))

            let live = try hub.snapshot(of: tank.tenant)
            let copy = try Snapshot(file: "\(out)/tenants/\(tank.tenant).sqlite")
            #expect(copy.differences(from: live) == ["lynk_meta"])
            #expect(copy.rows("payment").count == 1)

            let restored = "\(hub.directory)/restored"
            let report = try HubRestore(from: out, to: restored).run(force: false)
            #expect(report.tenants.map(\.id) == ["\(tank.tenant)"])
            let again = try Snapshot(file: "\(restored)/tenants/\(tank.tenant).sqlite")
            #expect(again == copy)
        }
    }
}
