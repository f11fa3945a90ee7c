import Foundation
import LynkCore
import LynkServer
import Testing

/// The operator's backup of a hub that serves.
struct BackupRouteTests {
    @Test func anOperatorMakesABackupOfAServingHub() async throws {
        try await TestServer.run { server in
            let out = "\(NSTemporaryDirectory())/lynk-route-\(UUID().uuidString)"
            defer { try? FileManager.default.removeItem(atPath: out) }
            let device = try await TestDevice.enrol(at: server)
            _ = try await device.sync(at: server, device.body([device.changeSet(1)]))
            func health() async throws -> Answer {
                try await server.request("GET", "/health/deep", token: server.operatorToken)
            }
            let before = try await health()
            #expect(before.json["status"] as? String == "attention")
            #expect((before.json["warnings"] as? [String])?.first?.contains("durable") == true)
            let answer = try await server.operate("POST", "backup", #"{"out":"\#(out)"}"#)
            #expect(answer.status == 201)
            #expect(FileManager.default.fileExists(atPath: "\(out)/manifest.json"))
            let store = try #require(server.tenants[device.principal.tenant])
            #expect(store.with { $0.durable } == VersionVector([FakeTenantStore.era: 1]))
            #expect(try await health().json["status"] as? String == "ok")
            #expect(try await server.operate("POST", "backup", #"{"out":"\#(out)"}"#).status == 409)
            let relative = try await server.operate("POST", "backup", #"{"out":"backups/x"}"#)
            #expect(relative.code == "parameter_invalid")
            #expect(try await server.request("GET", "/health/deep").code == "token_missing")
        }
    }

    @Test func theOperatorsSocketServesTheSameRoutes() async throws {
        let directory = "\(NSTemporaryDirectory())/s-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let path = try #require(OperatorSocket.path(in: directory))
        // A hub that died left one behind.
        try Data().write(to: URL(fileURLWithPath: path))
        try await TestServer.run(socket: path) { server in
            let body = Array(#"{"id":"\#(TenantID(high: 1, low: 1))","name":"One"}"#.utf8)
            let made = try OperatorSocket.post(
                "/v1/operator/tenants", body, token: server.operatorToken, in: directory)
            #expect(String(decoding: made, as: UTF8.self).contains("One"))
            let problem = #expect(throws: Problem.self) {
                try OperatorSocket.post("/v1/operator/tenants", body, token: "x", in: directory)
            }
            #expect(problem?.code == .tokenInvalid)
        }
        let gone = #expect(throws: Problem.self) {
            try OperatorSocket.post("/v1/operator/tenants", [], token: "x", in: directory)
        }
        #expect(gone?.code == .unreachable)
        #expect(OperatorSocket.path(in: String(repeating: "x", count: 200)) == nil)
    }
}
