import LynkCore
import LynkServer
import LynkWire
import Testing

/// What a peer can send wrong: each a typed problem, nothing stored, and the server goes on.
struct BadInputTests {
    /// The body of a hello that claims another protocol version.
    private static func body(_ device: TestDevice, version: UInt32) throws -> [UInt8] {
        try device.body(hello: device.hello(version: version))
    }

    @Test func everySlipHasItsCodeAndTheServerGoesOn() async throws {
        try await TestServer.run { server in
            let device = try await TestDevice.enrol(at: server)
            let good = try device.body([device.changeSet(1)])
            let other = device.hello(device: DeviceID(high: 9, low: 9))
            let zstd = ["Content-Encoding: zstd"]
            let bomb = Zstd.compress([UInt8](repeating: 0, count: 64 << 20))
            #expect(bomb.count < 16_384)
            var cases: [(String, [UInt8], [String], Int, String)] = [
                ("empty", [], [], 400, "body_malformed"),
                ("noise", Array(repeating: 0xA5, count: 999), [], 400, "body_malformed"),
                ("text", Array("hello, world".utf8), [], 400, "body_malformed"),
                ("other device", try device.body(hello: other), [], 401, "token_invalid"),
                ("bomb", bomb, zstd, 413, "body_too_large"),
                ("not zstd", good, zstd, 400, "body_malformed"),
                ("cut zstd", Zstd.compress(good).dropLast(), zstd, 400, "body_malformed"),
                ("gzip", good, ["Content-Encoding: gzip"], 415, "media_type_unsupported"),
                (
                    "too large", [UInt8](repeating: 0, count: Limits.requestBytesMax + 1), [], 413,
                    "body_too_large"
                ),
            ]
            for version: UInt32 in [0, 2, 99] {
                let body = try Self.body(device, version: version)
                cases.append(("version \(version)", body, [], 400, "protocol_unsupported"))
            }
            for cut in stride(from: 1, to: good.count, by: 37) {
                cases.append(("cut at \(cut)", Array(good.prefix(cut)), [], 400, "body_malformed"))
            }
            for (name, body, headers, status, code) in cases {
                let answer = try await device.sync(at: server, body, headers: headers)
                #expect(answer.status == status, "\(name)")
                #expect(answer.code == code, "\(name)")
                #expect(answer.json["type"] as? String == "urn:lynk:problem:\(code)", "\(name)")
                #expect(answer.json["status"] as? Int == status, "\(name)")
                #expect((answer.json["title"] as? String)?.isEmpty == false, "\(name)")
            }
            let html = try await device.sync(at: server, good, type: "text/html")
            #expect(html.code == "media_type_unsupported")
            let store = try #require(server.tenants[device.principal.tenant])
            #expect(store.with { $0.groups } == [])
            #expect(try await device.sync(at: server, good).frames().count == 3)
            #expect(try await server.request("GET", "/health").json["status"] as? String == "ok")
        }
    }

    @Test func aChunkedBodyThatGrowsTooLargeIsRefused() async throws {
        try await TestServer.run { server in
            let device = try await TestDevice.enrol(at: server)
            let body = [UInt8](repeating: 0, count: Limits.requestBytesMax + 1)
            for version in ["--http2", "--http1.1"] {
                let answer = try await device.sync(
                    at: server, body, headers: ["Transfer-Encoding: chunked"], version: version)
                #expect(answer.code == "body_too_large")
            }
        }
    }

    @Test func unknownAddressesAndMethodsAreTyped() async throws {
        try await TestServer.run { server in
            for (method, path) in [
                ("GET", "/"), ("GET", "/v1/enrol"), ("DELETE", "/health"), ("POST", "/v2/enrol"),
                ("GET", "/v1/tenants/x/sync"), ("PUT", "/v1/operator/nothing"),
            ] {
                let answer = try await server.request(method, path)
                #expect(answer.status == 404, "\(method) \(path)")
                #expect(answer.code == "not_found", "\(method) \(path)")
            }
        }
    }

    @Test func badJSONNamesTheMember() async throws {
        try await TestServer.run { server in
            for (body, detail) in [
                ("", "the JSON body is not well formed"),
                ("{", "the JSON body is not well formed"),
                ("[]", "the JSON body must be Dictionary<String, Any>"),
                (#"{"code":"x"}"#, "publicKey is missing"),
                (#"{"code":1,"publicKey":""}"#, "code must be String"),
            ] {
                let answer = try await server.post("/v1/enrol", body)
                #expect(answer.status == 400)
                #expect(answer.code == "body_malformed")
                #expect(answer.json["detail"] as? String == detail)
            }
            let large = try await server.post(
                "/v1/enrol", #"{"code":"\#(String(repeating: "x", count: 65_536))"}"#)
            #expect(large.code == "body_too_large")
            let device = try await server.post("/v1/token/challenge", #"{"device":"12"}"#)
            #expect(device.json["detail"] as? String == "device is not well formed")
        }
    }
}
