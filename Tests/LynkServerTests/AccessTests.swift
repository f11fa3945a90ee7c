import LynkCore
import LynkServer
import Testing

/// Who gets in, over real TLS.
struct AccessTests {
    @Test func aCodeEnrolsOneDeviceOnce() async throws {
        try await TestServer.run { server in
            let tenant = TenantID(high: 1, low: 1)
            _ = try await server.operate("POST", "tenants", #"{"id":"\#(tenant)","name":"One"}"#)
            let user = UserID(high: 5, low: 5)
            let made = try await server.operate(
                "POST", "tenants/\(tenant)/codes", #"{"user":"\#(user)","role":"worker"}"#)
            #expect(made.status == 201)
            let code = try #require(made.json["code"] as? String)
            let key = hexadecimal(DeviceKey().publicKey.bytes)
            let typed = code.lowercased().replacing("-", with: "")
            let first = try await server.post(
                "/v1/enrol", #"{"code":"\#(typed)","publicKey":"\#(key)","name":"phone"}"#)
            #expect(first.status == 201)
            #expect(first.json["tenant"] as? String == tenant.description)
            #expect(first.json["user"] as? String == user.description)
            #expect(first.json["role"] as? String == "worker")
            let again = try await server.post(
                "/v1/enrol", #"{"code":"\#(code)","publicKey":"\#(key)"}"#)
            #expect(again.status == 201)
            #expect(again.json["device"] as? String == first.json["device"] as? String)
            #expect(server.control.devices(of: tenant).count == 1)
            let other = hexadecimal(DeviceKey().publicKey.bytes)
            let second = try await server.post(
                "/v1/enrol", #"{"code":"\#(code)","publicKey":"\#(other)"}"#)
            #expect(second.status == 410)
            #expect(second.code == "enrolment_code_used")
            #expect(second.headers["content-type"] == "application/problem+json")
        }
    }

    @Test func wrongAndExpiredCodesAreRefused() async throws {
        try await TestServer.run { server in
            let key = hexadecimal(DeviceKey().publicKey.bytes)
            for code in ["", "0000-0000-0000", "ABCD-EFGH-JKMN", "no code at all"] {
                let answer = try await server.post(
                    "/v1/enrol", #"{"code":"\#(code)","publicKey":"\#(key)"}"#)
                #expect(answer.code == "enrolment_code_unknown", "\(code)")
            }
            let tenant = TenantID(high: 1, low: 1)
            _ = try await server.operate("POST", "tenants", #"{"id":"\#(tenant)","name":"One"}"#)
            let user = UserID(high: 5, low: 5)
            let made = try await server.operate(
                "POST", "tenants/\(tenant)/codes",
                #"{"user":"\#(user)","role":"worker","expiresInSeconds":60}"#)
            let code = try #require(made.json["code"] as? String)
            try server.wall.set(milliseconds: TestServer.start + 60_000)
            let late = try await server.post(
                "/v1/enrol", #"{"code":"\#(code)","publicKey":"\#(key)"}"#)
            #expect(late.code == "enrolment_code_unknown")
            let short = try await server.post(
                "/v1/enrol", #"{"code":"\#(code)","publicKey":"abcd"}"#)
            #expect(short.code == "body_malformed")
        }
    }

    @Test func codesNeedAKnownRoleAndTenant() async throws {
        try await TestServer.run { server in
            let (tenant, user) = (TenantID(high: 1, low: 1), UserID(high: 5, low: 5))
            let body = #"{"user":"\#(user)","role":"king"}"#
            let unknown = try await server.operate("POST", "tenants/\(tenant)/codes", body)
            #expect(unknown.code == "not_found")
            _ = try await server.operate("POST", "tenants", #"{"id":"\#(tenant)","name":"One"}"#)
            let king = try await server.operate("POST", "tenants/\(tenant)/codes", body)
            #expect(king.code == "role_unknown")
            #expect(king.json["detail"] as? String == "the roles are worker, admin")
        }
    }

    @Test func tokensExpireAndCannotBeForged() async throws {
        try await TestServer.run { server in
            var device = try await TestDevice.enrol(at: server)
            let body = try device.body()
            #expect(try await device.sync(at: server, body).status == 200)
            try server.wall.set(milliseconds: TestServer.start + 900_000)
            let expired = try await device.sync(at: server, body)
            #expect(expired.status == 401)
            #expect(expired.code == "token_expired")
            #expect(expired.headers["www-authenticate"] == "Bearer")
            device.token += "x"
            #expect(try await device.sync(at: server, body).code == "token_invalid")
            let missing = try await server.request(
                "POST", "/v1/tenants/\(device.principal.tenant)/sync", body: body)
            #expect(missing.code == "token_missing")
            let foreign = try await device.askForToken(at: server, signingWith: DeviceKey())
            #expect(foreign.code == "signature_invalid")
            let again = try await device.askForToken(at: server)
            #expect(again.json["expiresInSeconds"] as? Int == 900)
        }
    }

    @Test func challengesAreCheckedBeforeAnythingElse() async throws {
        try await TestServer.run { server in
            let stranger = DeviceID(high: 9, low: 9)
            let given = try await server.post("/v1/token/challenge", #"{"device":"\#(stranger)"}"#)
            let challenge = try #require(given.json["challenge"] as? String)
            let unknown = try await server.post(
                "/v1/token",
                #"{"device":"\#(stranger)","challenge":"\#(challenge)","signature":"00"}"#)
            #expect(unknown.code == "not_enrolled")
            let bent = try await server.post(
                "/v1/token",
                #"{"device":"\#(stranger)","challenge":"00\#(challenge)","signature":"00"}"#)
            #expect(bent.code == "challenge_invalid")
        }
    }

    @Test func anotherTenantsAddressLooksLikeNothing() async throws {
        try await TestServer.run { server in
            let device = try await TestDevice.enrol(at: server)
            let other = try await TestDevice.enrol(at: server, tenant: TenantID(high: 2, low: 2))
            let body = try device.body()
            let real = try await device.sync(at: server, body, tenant: other.principal.tenant)
            let absent = try await device.sync(at: server, body, tenant: TenantID(high: 3, low: 3))
            #expect(real.status == 404)
            #expect(real.body == absent.body)
            #expect(real.code == "not_found")
        }
    }

    @Test func aRevokedDeviceIsOutAtOnce() async throws {
        try await TestServer.run { server in
            let device = try await TestDevice.enrol(at: server)
            #expect(try await device.sync(at: server, device.body()).status == 200)
            let revoked = try await server.operate(
                "POST", "devices/\(device.principal.device)/revoke")
            #expect(revoked.json["isRevoked"] as? Bool == true)
            let refused = try await device.sync(at: server, device.body())
            #expect(refused.status == 403)
            #expect(refused.code == "device_revoked")
            #expect(try await device.askForToken(at: server).code == "device_revoked")
            let stranger = DeviceID(high: 9, low: 9)
            let unknown = try await server.operate("POST", "devices/\(stranger)/revoke")
            #expect(unknown.code == "not_found")
        }
    }

    @Test func theOperatorsAddressesAskForTheOperatorsToken() async throws {
        try await TestServer.run { server in
            let device = try await TestDevice.enrol(at: server)
            let path = "/v1/operator/tenants"
            #expect(try await server.request("GET", path).code == "token_missing")
            for token in ["x", device.token, String(server.operatorToken.dropLast())] {
                let answer = try await server.request("GET", path, token: token)
                #expect(answer.code == "token_invalid")
            }
            #expect(try await server.operate("GET", "tenants").status == 200)
        }
    }
}
