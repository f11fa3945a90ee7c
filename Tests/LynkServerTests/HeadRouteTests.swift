import LynkCore
import Testing

@testable import LynkServer

/// A poll that has nothing to do, over real TLS.
struct HeadRouteTests {
    private static func path(_ device: TestDevice) -> String {
        "/v1/tenants/\(device.principal.tenant)/head"
    }

    @Test(arguments: ["--http2", "--http1.1"])
    func nothingChangedIsAnsweredWithoutABody(version: String) async throws {
        try await TestServer.run { server in
            let device = try await TestDevice.enrol(at: server)
            func ask(_ tag: String?) async throws -> Answer {
                try await server.request(
                    "GET", Self.path(device), token: device.token,
                    headers: tag.map { ["If-None-Match: \($0)"] } ?? [], version: version)
            }
            let first = try await ask(nil)
            #expect(first.status == 200)
            #expect(first.json["position"] as? String == "9")
            #expect(first.headers["cache-control"] == "private, no-cache")
            #expect(first.headers["vary"] == "Authorization")
            let tag = try #require(first.headers["etag"])
            for held in [tag, "W/\(tag)", "\"other\", \(tag)", "*"] {
                let answer = try await ask(held)
                #expect(answer.status == 304, "\(held)")
                #expect(answer.body.isEmpty)
                #expect(answer.headers["etag"] == tag)
            }
            for other in ["\"x\"", "x", "\"", "\(tag)\(tag)", "W/"] {
                #expect(try await ask(other).status == 200, "\(other)")
            }
            let store = try #require(server.tenants[device.principal.tenant])
            store.with { $0.position = 10 }
            let moved = try await ask(tag)
            #expect(moved.status == 200)
            #expect(moved.headers["etag"] != tag)
        }
    }

    @Test func nobodyElseIsAnswered() async throws {
        try await TestServer.run { server in
            let device = try await TestDevice.enrol(at: server)
            let other = try await TestDevice.enrol(at: server, tenant: TenantID(high: 2, low: 2))
            let path = Self.path(device)
            #expect(try await server.request("GET", path).code == "token_missing")
            let foreign = try await server.request("GET", path, token: other.token)
            let nothing = try await server.request(
                "GET", "/v1/tenants/\(TenantID(high: 3, low: 3))/head", token: other.token)
            #expect(foreign.status == 404)
            #expect(foreign.body == nothing.body)
            _ = try await server.operate("POST", "devices/\(device.principal.device)/revoke")
            let revoked = try await server.request(
                "GET", path, token: device.token, headers: ["If-None-Match: *"])
            #expect(revoked.status == 403)
            #expect(revoked.code == "device_revoked")
        }
    }

    @Test func listsOfTagsAreReadAsTheyAreWritten() {
        #expect(EntityTags(nil) == nil)
        #expect(EntityTags(" * ") == .any)
        #expect(EntityTags("\"a\"") == .listed(["a"]))
        #expect(EntityTags("\"a,b\" ,W/\"c\"") == .listed(["a,b", "c"]))
        #expect(EntityTags("\"\"") == .listed([""]))
        for text in ["", "a", "\"a", "\"a\" \"b\"", "W/a", "w/\"a\"", "\"a\",", "*,\"a\""] {
            #expect(EntityTags(text) == nil, "\(text)")
        }
        let many = (0..<1_000).map { "\"\($0)\"" }.joined(separator: ", ")
        guard case .listed(let tags)? = EntityTags(many) else {
            Issue.record("a long list is a list")
            return
        }
        #expect(tags.count == 8)
    }
}
