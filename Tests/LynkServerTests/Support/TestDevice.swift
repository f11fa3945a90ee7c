import LynkCore
import LynkEngine
import LynkWire
import Testing

/// A device as the server sees one: its key, its token, and what it sends.
struct TestDevice {
    let principal: Principal
    let key: DeviceKey
    var token: String
    let lane = LaneID(high: 3, low: 3)

    /// Makes the tenant if need be, and enrols a device through the real routes.
    static func enrol(
        at server: TestServer, tenant: TenantID = TenantID(high: 1, low: 1)
    ) async throws -> TestDevice {
        _ = try await server.operate("POST", "tenants", #"{"id":"\#(tenant)","name":"One"}"#)
        let made = try await server.operate(
            "POST", "tenants/\(tenant)/codes",
            #"{"user":"\#(UserID(high: 5, low: 5))","role":"worker"}"#)
        let code = try #require(made.json["code"] as? String)
        let key = DeviceKey()
        let enrolled = try await server.post(
            "/v1/enrol",
            #"{"code":"\#(code)","publicKey":"\#(hexadecimal(key.publicKey.bytes))"}"#)
        let id = try #require((enrolled.json["device"] as? String).flatMap { DeviceID($0) })
        var device = TestDevice(
            principal: Principal(
                tenant: tenant, device: id, user: UserID(high: 5, low: 5), role: "worker"),
            key: key, token: "")
        let answer = try await device.askForToken(at: server)
        device.token = try #require(answer.json["token"] as? String)
        return device
    }

    func askForToken(
        at server: TestServer, signingWith key: DeviceKey? = nil
    ) async throws -> Answer {
        let id = principal.device
        let given = try await server.post("/v1/token/challenge", #"{"device":"\#(id)"}"#)
        let challenge = try #require(given.json["challenge"] as? String)
        let message = try #require(bytes(hexadecimal: challenge))
        let signature = try (key ?? self.key).sign(message, as: .challenge)
        return try await server.post(
            "/v1/token",
            """
            {"device":"\(id)","challenge":"\(challenge)","signature":"\(hexadecimal(signature))"}
            """)
    }

    func hello(device: DeviceID? = nil, version: UInt32 = Hello.protocolVersion) -> Hello {
        Hello(
            protocolVersion: version, device: device ?? principal.device, lane: lane,
            schemaName: "fake", schemaVersion: 1, head: nil, cursor: .start,
            clock: ClockReading(
                wallMilliseconds: TestServer.start, bootID: BootID(high: 4, low: 4),
                bootMilliseconds: 1_000),
            digestRoot: [])
    }

    func changeSet(_ amount: Int64, after previous: ContentID? = nil) -> SealedChangeSet {
        ChangeSetCodec.seal(
            ChangeSet(
                tenant: principal.tenant, device: principal.device, previous: previous,
                context: .zero, schemaVersion: 1,
                changes: [
                    RowChange(
                        table: 1, key: RowKey(high: 8, low: UInt64(amount)), kind: .insert,
                        puts: [RowChange.Put(1, .integer(amount))])
                ], intent: nil, claimed: .zero, made: hello().clock))
    }

    func body(
        _ changeSets: [SealedChangeSet] = [], signedBy key: DeviceKey? = nil, hello: Hello? = nil
    ) throws -> [UInt8] {
        let signature = try changeSets.last.map {
            try (key ?? self.key).sign($0.oid.bytes, as: .changeSet)
        }
        return SyncRequest.encode(
            hello: hello ?? self.hello(), changeSets: changeSets.map(\.bytes),
            signature: signature ?? [])
    }

    func sync(
        at server: TestServer, _ body: [UInt8], tenant: TenantID? = nil, headers: [String] = [],
        type: String = "application/vnd.lynk.sync+cbor", version: String = "--http2"
    ) async throws -> Answer {
        try await server.request(
            "POST", "/v1/tenants/\(tenant ?? principal.tenant)/sync", token: token,
            headers: ["Content-Type: \(type)"] + headers, body: body, version: version)
    }
}

extension Answer {
    /// The frames of a sync answer.
    func frames() throws -> [ResponseFrame] {
        let plain =
            headers["content-encoding"] == "zstd"
            ? try Zstd.decompress(body, limit: Limits.requestBytesMax) : body
        var reader = FrameReader()
        reader.append(plain)
        var frames: [ResponseFrame] = []
        while let frame = try reader.next() { frames.append(try ResponseFrame.decode(frame)) }
        return frames
    }
}
