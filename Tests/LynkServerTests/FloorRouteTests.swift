import Foundation
import LynkCore
import LynkServer
import Testing

/// The operator's way to the floors of a hub that serves.
struct FloorRouteTests {
    @Test func anOperatorSeesWhatTheFloorWaitsForAndMovesIt() async throws {
        try await TestServer.run { server in
            let device = try await TestDevice.enrol(at: server)
            let store = try #require(server.tenants[device.principal.tenant])
            func floor(_ body: String) async throws -> [String: Any] {
                let answer = try await server.operate("POST", "floor", body)
                #expect(answer.status == 200)
                let tenants = answer.json["tenants"] as? [[String: Any]]
                return try #require(tenants?.first)
            }
            #expect(try await floor(#"{"dryRun":true}"#)["waitsFor"] as? String == "backup")
            store.with { $0.floorTarget = 3 }
            let dry = try await floor(#"{"dryRun":true}"#)
            #expect(dry["floor"] as? String == "0")
            #expect(dry["target"] as? String == "3")
            #expect(dry["forgettable"] != nil)
            let moved = try await floor("{}")
            #expect(moved["floor"] as? String == "3")
            #expect(moved["forgettable"] == nil)
            let health = try await server.request(
                "GET", "/health/deep", token: server.operatorToken)
            let tenants = health.json["tenants"] as? [[String: Any]]
            let told = tenants?.first?["floor"] as? [String: Any]
            #expect(told?["waitsFor"] as? String == "age")
            let unknown = #"{"tenant":"\#(TenantID(high: 9, low: 9))"}"#
            #expect(try await server.operate("POST", "floor", unknown).code == "not_found")
            #expect(try await server.post("/v1/operator/floor", "{}").code == "token_missing")
        }
    }

    @Test(.timeLimit(.minutes(1))) func aServingHubMovesItsFloorsByItself() async throws {
        try await TestServer.run(floor: .milliseconds(5)) { server in
            let device = try await TestDevice.enrol(at: server)
            let store = try #require(server.tenants[device.principal.tenant])
            store.with { $0.floorTarget = 50 }
            // It ends when the upkeep has come so far; a hang fails by the test's time limit.
            while store.with({ $0.floor }) < 50 { await Task.yield() }
        }
    }
}
