import LynkCore
import LynkEngine
import LynkServer
import Testing

/// The back office's routes.
struct OperatorTests {
    private static let tenant = TenantID(high: 1, low: 1)

    private static func withTenant(
        clock: any HubClock = OperatorHubClock(milliseconds: TestServer.start),
        _ body: @escaping @Sendable (TestServer, FakeTenantStore) async throws -> Void
    ) async throws {
        try await TestServer.run(clock: clock) { server in
            let made = try await server.operate(
                "POST", "tenants", #"{"id":"\#(tenant)","name":"One"}"#)
            #expect(made.status == 201)
            try await body(server, try #require(server.tenants[tenant]))
        }
    }

    @Test func tenantsAreMadeOnceAndListed() async throws {
        try await Self.withTenant { server, _ in
            let again = try await server.operate(
                "POST", "tenants", #"{"id":"\#(Self.tenant)","name":"Two"}"#)
            #expect(again.status == 409)
            #expect(again.code == "already_exists")
            let empty = try await server.operate(
                "POST", "tenants", #"{"id":"\#(TenantID(high: 2, low: 2))","name":""}"#)
            #expect(empty.code == "body_malformed")
            let listed = try await server.operate("GET", "tenants")
            #expect(
                String(decoding: listed.body, as: UTF8.self) == """
                    {"tenants":[{"createdMilliseconds":"\(TestServer.start)",\
                    "id":"\(Self.tenant)","name":"One"}]}
                    """)
        }
    }

    @Test func aTenantLeftHalfMadeByACrashIsFinished() async throws {
        try await TestServer.run { server in
            try server.control.createTenant(
                TenantRecord(id: Self.tenant, name: "One", createdMilliseconds: 1))
            let made = try await server.operate(
                "POST", "tenants", #"{"id":"\#(Self.tenant)","name":"One"}"#)
            #expect(made.status == 201)
            #expect(server.tenants[Self.tenant] != nil)
        }
    }

    @Test func devicesAreListed() async throws {
        try await TestServer.run { server in
            let device = try await TestDevice.enrol(at: server)
            let listed = try await server.operate("GET", "tenants/\(Self.tenant)/devices")
            #expect(
                String(decoding: listed.body, as: UTF8.self) == """
                    {"devices":[{"device":"\(device.principal.device)",\
                    "enrolledMilliseconds":"\(TestServer.start)","isRevoked":false,\
                    "role":"worker","user":"\(device.principal.user)"}]}
                    """)
        }
    }

    @Test func importsAreCommittedInChangeSetsOfBoundedSize() async throws {
        try await Self.withTenant { server, store in
            let lines = ["amount"] + (1...12_000).map(String.init)
            let answer = try await server.operate(
                "POST", "tenants/\(Self.tenant)/imports/people", lines.joined(separator: "\n"))
            #expect(answer.json["changes"] as? Int == 12_000)
            #expect(answer.json["changeSets"] as? Int == 3)
            #expect(store.with { $0.groups } == [[5_000], [5_000], [2_000]])
            let amounts = store.with { $0.changes.map { $0.put(1) } }
            #expect(amounts == (1...12_000).map { .integer($0) })
        }
    }

    @Test func aBadRowNamesLineAndColumnAndNothingIsStored() async throws {
        try await Self.withTenant { server, store in
            let path = "tenants/\(Self.tenant)/imports/people"
            let answer = try await server.operate("POST", path, "amount\n1\n2\ntwelve\n4\n")
            #expect(answer.status == 400)
            #expect(answer.code == "import_invalid")
            #expect(answer.json["line"] as? Int == 4)
            #expect(answer.json["column"] as? String == "amount")
            #expect(
                answer.json["detail"] as? String == "line 4, column amount: is not an amount")
            let latin = try await server.request(
                "POST", "/v1/operator/\(path)", token: server.operatorToken, body: [0xFF, 0x41])
            #expect(latin.code == "body_malformed")
            let large = try await server.request(
                "POST", "/v1/operator/\(path)", token: server.operatorToken,
                body: [UInt8](repeating: 65, count: (16 << 20) + 1))
            #expect(large.code == "body_too_large")
            let unknown = try await server.operate(
                "POST", "tenants/\(Self.tenant)/imports/shoes", "")
            #expect(unknown.code == "not_found")
            #expect(store.with { $0.groups } == [])
        }
    }

    @Test func queriesAnswerWithTypedColumns() async throws {
        try await Self.withTenant { server, _ in
            let key = RowKey(high: 6, low: 6)
            let path = "tenants/\(Self.tenant)/queries/owned"
            let answer = try await server.operate("GET", "\(path)?owner=\(key)&limit=1")
            #expect(
                String(decoding: answer.body, as: UTF8.self) == """
                    {"columns":[{"name":"owner","type":"key"},{"name":"amount","type":"money"},\
                    {"name":"share","type":"real"},{"name":"bytes","type":"blob"},\
                    {"name":"note","type":"text"}],\
                    "rows":[["\(key)","9223372036854775807",1.5,"ab",null]]}
                    """)
            for query in [
                "", "?owner=7", "?owner=\(key)&limit=0", "?owner=\(key)&limit=10001",
                "?owner=\(key)&colour=red",
            ] {
                let refused = try await server.operate("GET", "\(path)\(query)")
                #expect(refused.code == "parameter_invalid", "\(query)")
            }
            let unknown = try await server.operate("GET", "tenants/\(Self.tenant)/queries/all")
            #expect(unknown.code == "not_found")
        }
    }

    @Test func theClockIsSetOnlyWhereTheOperatorOwnsIt() async throws {
        try await Self.withTenant { server, store in
            let answer = try await server.operate("PUT", "clock", #"{"milliseconds":1234}"#)
            #expect(answer.status == 200)
            let path = "tenants/\(Self.tenant)/imports/people"
            _ = try await server.operate("POST", path, "amount\n1\n")
            #expect(store.with { $0.received } == [1234])
            let past = try await server.operate("PUT", "clock", #"{"milliseconds":"-1"}"#)
            #expect(past.code == "parameter_invalid")
        }
        try await Self.withTenant(clock: SystemHubClock()) { server, _ in
            let answer = try await server.operate("PUT", "clock", #"{"milliseconds":1234}"#)
            #expect(answer.code == "not_found")
        }
    }
}
