import LynkCore
import LynkEngine
import LynkWire
import Testing

@testable import LynkServer

/// Manifests and segments over real TLS.
struct SnapshotRouteTests {
    /// What nobody may learn from another scope or tenant.
    private static let marker = Array("MARKER-93ab".utf8)

    /// Bytes that do not compress, with a marker inside.
    private static func page(_ seed: UInt8, bytes: Int = 3_000) -> [UInt8] {
        var state = UInt32(seed) &+ 1
        return marker
            + (0..<bytes).map { _ in
                state = state &* 1_664_525 &+ 1_013_904_223
                return UInt8(truncatingIfNeeded: state >> 24)
            }
    }

    private static func device(
        at server: TestServer, tenant: UInt64 = 1, _ scopes: [Scope: [[UInt8]]],
        visible: Set<Scope>
    ) async throws -> (TestDevice, FakeTenantStore) {
        let device = try await TestDevice.enrol(
            at: server, tenant: TenantID(high: tenant, low: tenant))
        let store = try #require(server.tenants[device.principal.tenant])
        store.with {
            $0.snapshots = scopes
            $0.visible = visible
        }
        return (device, store)
    }

    private static func get(
        _ path: String, _ device: TestDevice, at server: TestServer, _ headers: [String] = []
    ) async throws -> Answer {
        try await server.request(
            "GET", "/v1/tenants/\(device.principal.tenant)/snapshot\(path)", token: device.token,
            headers: headers)
    }

    @Test func aManifestNamesWhatTheScopeIsMadeOf() async throws {
        try await TestServer.run { server in
            let pages = [Self.page(1), Self.page(2)]
            let (device, _) = try await Self.device(
                at: server, ["a/b c": pages], visible: ["a/b c"])
            let answer = try await Self.get("?scope=a%2Fb%20c", device, at: server)
            #expect(answer.status == 200)
            #expect(answer.headers["content-type"] == "application/vnd.lynk.sync+cbor")
            #expect(answer.headers["cache-control"] == "private, no-cache")
            let manifest = try SnapshotManifest.decode(answer.body)
            #expect(manifest.tenant == device.principal.tenant)
            #expect(manifest.scope == "a/b c")
            #expect(manifest.position == 9)
            #expect(manifest.rowCount == 3)
            #expect(manifest.segments.count == 1)
            let segment = try #require(manifest.segments.first)
            let bytes = try await Self.get("/segments/\(segment.name)", device, at: server)
            #expect(bytes.status == 200)
            #expect(bytes.headers["content-type"] == "application/vnd.lynk.segment")
            #expect(
                bytes.headers["cache-control"] == "private, max-age=31536000, immutable")
            #expect(try SegmentCodec.open(bytes.body, as: segment) == pages.map { .page($0) })
            let tag = try #require(answer.headers["etag"])
            let again = try await Self.get(
                "?scope=a%2Fb%20c", device, at: server, ["If-None-Match: \(tag)"])
            #expect(again.status == 304)
            #expect(again.body.isEmpty)
            let json = try await Self.get(
                "?scope=a%2Fb%20c", device, at: server, ["Accept: application/json"])
            #expect(json.headers["content-type"] == "application/json")
            #expect(try MessageJSON.body(of: json.body) == answer.body)
            #expect(json.headers["etag"] != tag)
            #expect(try await Self.get("", device, at: server).code == "parameter_invalid")
        }
    }

    /// The header, the status and what of the bytes comes; `nil` for the whole of them.
    private static func ranges(_ length: Int) -> [(String, Int, Range<Int>?)] {
        [
            ("bytes=0-0", 206, 0..<1), ("bytes=5-99", 206, 5..<100),
            ("bytes=100-", 206, 100..<length), ("bytes=-7", 206, length - 7..<length),
            ("bytes=\(length - 1)-", 206, length - 1..<length),
            ("bytes=0-\(length + 9)", 206, 0..<length),
            ("bytes=-\(length + 9)", 206, 0..<length),
            ("Bytes=3-4", 206, 3..<5),
            ("bytes=10-99999999999999999999999", 206, 10..<length),
            ("bytes=\(length)-", 416, nil), ("bytes=-0", 416, nil),
            ("bytes=99999999999999999999999-", 416, nil),
            ("bytes=0-1,5-6", 200, nil), ("bytes=0-9,5-20,0-", 200, nil),
            ("bytes=5-4", 200, nil), ("bytes=x-", 200, nil), ("bytes=-", 200, nil),
            ("bytes=1-2-3", 200, nil), ("bytes=+1-2", 200, nil), ("bytes", 200, nil),
            ("rows=0-1", 200, nil), ("bytes=", 200, nil), ("bytes=--5", 200, nil),
        ]
    }

    @Test func aSegmentGoesOnAtAnyByte() async throws {
        try await TestServer.run { server in
            let (device, _) = try await Self.device(
                at: server, ["a": [Self.page(1)]], visible: ["a"])
            let manifest = try SnapshotManifest.decode(
                try await Self.get("?scope=a", device, at: server).body)
            let segment = try #require(manifest.segments.first)
            let path = "/segments/\(segment.name)"
            let whole = try await Self.get(path, device, at: server)
            #expect(whole.headers["accept-ranges"] == "bytes")
            let tag = try #require(whole.headers["etag"])
            #expect(tag == "\"\(segment.name)\"")
            let length = whole.body.count
            for (range, status, part) in Self.ranges(length) {
                let answer = try await Self.get(path, device, at: server, ["Range: \(range)"])
                #expect(answer.status == status, "\(range)")
                switch status {
                case 206:
                    let part = try #require(part)
                    let isPart = answer.body.elementsEqual(whole.body[part])
                    #expect(isPart, "\(range)")
                    #expect(
                        answer.headers["content-range"]
                            == "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(length)")
                case 416:
                    #expect(answer.code == "range_unsatisfiable")
                    #expect(answer.headers["content-range"] == "bytes */\(length)")
                default:
                    let isWhole = answer.body == whole.body
                    #expect(isWhole, "\(range)")
                }
            }
            for (condition, status) in [
                (tag, 206), ("\"another\"", 200), ("W/\(tag)", 200),
                ("Sun, 06 Nov 1994 08:49:37 GMT", 200),
            ] {
                let answer = try await Self.get(
                    path, device, at: server, ["Range: bytes=10-", "If-Range: \(condition)"])
                #expect(answer.status == status, "\(condition)")
            }
            let held = try await Self.get(
                path, device, at: server, ["If-None-Match: \(tag)", "Range: bytes=0-1"])
            #expect(held.status == 304)
            #expect(held.body.isEmpty)
        }
    }

    @Test func whatMayNotBeSeenLooksLikeNothing() async throws {
        try await TestServer.run { server in
            let pages = [Self.page(1)]
            let (device, store) = try await Self.device(
                at: server, ["own": pages, "foreign": [Self.page(2)]],
                visible: ["own", "foreign"])
            let (other, _) = try await Self.device(
                at: server, tenant: 2, ["theirs": [Self.page(3)]], visible: ["theirs"])
            func segment(_ scope: String, _ device: TestDevice) async throws -> ContentID {
                let answer = try await Self.get("?scope=\(scope)", device, at: server)
                return try #require(try SnapshotManifest.decode(answer.body).segments.first).name
            }
            let own = try await segment("own", device)
            let foreign = try await segment("foreign", device)
            let theirs = try await segment("theirs", other)
            store.with { $0.visible = ["own"] }
            #expect(try await Self.get("/segments/\(own)", device, at: server).status == 200)
            let nothing = ContentID(hashing: [1, 2, 3])
            var answers: [Answer] = []
            for name in ["\(nothing)", "\(foreign)", "\(theirs)", "x", "\(own)00"] {
                answers.append(try await Self.get("/segments/\(name)", device, at: server))
            }
            for scope in ["nowhere", "foreign", "theirs"] {
                answers.append(try await Self.get("?scope=\(scope)", device, at: server))
            }
            // Another tenant's device, with this one's address, and with its own.
            answers.append(
                try await server.request(
                    "GET", "/v1/tenants/\(device.principal.tenant)/snapshot/segments/\(own)",
                    token: other.token))
            answers.append(try await Self.get("/segments/\(own)", other, at: server))
            for answer in answers {
                #expect(answer.status == 404)
                #expect(answer.body == answers[0].body)
                #expect(answer.headers["etag"] == nil)
            }
            let path = "/v1/tenants/\(device.principal.tenant)/snapshot/segments/\(own)"
            #expect(try await server.request("GET", path).code == "token_missing")
            _ = try await server.operate("POST", "devices/\(device.principal.device)/revoke")
            for path in ["?scope=own", "/segments/\(own)"] {
                let revoked = try await Self.get(path, device, at: server, ["If-None-Match: *"])
                #expect(revoked.status == 403)
                #expect(revoked.code == "device_revoked")
            }
        }
    }

    @Test func oneIsMadeForAllWhoAskAndAnotherWhenTooMuchChanged() async throws {
        try await TestServer.run { server in
            let (device, store) = try await Self.device(
                at: server, ["a": [Self.page(1)]], visible: ["a"])
            let bodies = try await withThrowingTaskGroup(of: [UInt8].self) { group in
                for _ in 0..<8 {
                    group.addTask { try await Self.get("?scope=a", device, at: server).body }
                }
                return try await group.reduce(into: Set<[UInt8]>()) { $0.insert($1) }
            }
            #expect(bodies.count == 1)
            #expect(store.with { $0.snapshotsOpened } == 1)
            let first = try SnapshotManifest.decode(try #require(bodies.first))
            store.with {
                $0.position = 20
                $0.snapshots["a"] = [Self.page(1), Self.page(2)]
            }
            let second = try SnapshotManifest.decode(
                try await Self.get("?scope=a", device, at: server).body)
            #expect(second.position == 20)
            #expect(store.with { $0.snapshotsOpened } == 2)
            // Who fetches the first one still can.
            for manifest in [first, second] {
                let name = try #require(manifest.segments.first).name
                #expect(try await Self.get("/segments/\(name)", device, at: server).status == 200)
            }
            // Bytes that are gone are made anew.
            let name = try #require(second.segments.first).name
            store.segments.remove(name)
            #expect(try await Self.get("/segments/\(name)", device, at: server).status == 404)
            let third = try SnapshotManifest.decode(
                try await Self.get("?scope=a", device, at: server).body)
            #expect(third == second)
            #expect(store.with { $0.snapshotsOpened } == 3)
            #expect(try await Self.get("/segments/\(name)", device, at: server).status == 200)
        }
    }
}

/// What the shelf keeps, without a network.
struct SnapshotShelfTests {
    private static let principal = Principal(
        tenant: TenantID(high: 1, low: 1), device: DeviceID(high: 2, low: 2),
        user: UserID(high: 3, low: 3), role: "worker")

    private static func with(
        _ bounds: SnapshotShelf.Bounds,
        _ body: (SnapshotShelf, FakeTenantStore) async throws -> Void
    ) async throws {
        let pool = BlockingPool(threads: 1)
        let shelf = SnapshotShelf(pool: pool, bounds: bounds)
        let store = FakeTenantStore(principal.tenant)
        store.with { state in
            for scope in 0..<6 {
                let pages = (0..<3).map { page in
                    [UInt8](repeating: UInt8(16 * scope + page), count: 1_500_000)
                }
                state.snapshots[Scope("\(scope)")] = pages
                state.visible.insert(Scope("\(scope)"))
            }
        }
        do {
            try await body(shelf, store)
        } catch {
            await shelf.stop()
            await pool.stop()
            throw error
        }
        await shelf.stop()
        await pool.stop()
    }

    private static func make(
        _ scope: Int, _ shelf: SnapshotShelf, _ store: FakeTenantStore
    ) async throws -> SnapshotManifest {
        try await shelf.snapshot(
            of: Scope("\(scope)"), for: principal, in: store, nowMilliseconds: 0
        ).manifest
    }

    @Test func theOldestGoesWhenThereAreTooMany() async throws {
        var bounds = SnapshotShelf.Bounds()
        bounds.countPerTenantMax = 2
        try await Self.with(bounds) { shelf, store in
            var made: [SnapshotManifest] = []
            for scope in 0..<4 { made.append(try await Self.make(scope, shelf, store)) }
            #expect(made.allSatisfy { $0.segments.count == 2 })
            let segments = try #require(store.segments as? FakeSegments)
            #expect(segments.count == 4)
            for (index, manifest) in made.enumerated() {
                for segment in manifest.segments {
                    let found = try? shelf.segment(
                        segment.name, for: Self.principal, in: store, nowMilliseconds: 0)
                    #expect((found != nil) == (index >= 2))
                }
            }
            _ = try await Self.make(0, shelf, store)
            #expect(store.with { $0.snapshotsOpened } == 5)
        }
    }

    @Test func bytesAreBoundedAndWhatIsTooLargeIsNotMade() async throws {
        var bounds = SnapshotShelf.Bounds()
        bounds.bytesPerTenantMax = 1
        try await Self.with(bounds) { shelf, store in
            await #expect(throws: Problem(.notFound)) { try await Self.make(0, shelf, store) }
            #expect((store.segments as? FakeSegments)?.count == 0)
        }
        try await Self.with(SnapshotShelf.Bounds()) { shelf, store in
            let bytes = try await Self.make(0, shelf, store).byteCount
            var bounds = SnapshotShelf.Bounds()
            bounds.bytesPerTenantMax = bytes + 1
            try await Self.with(bounds) { shelf, store in
                _ = try await Self.make(0, shelf, store)
                let names = Set(try await Self.make(1, shelf, store).segments.map(\.name))
                #expect((store.segments as? FakeSegments)?.count == names.count)
            }
        }
    }

    @Test func segmentsAreCutByBytesAlone() throws {
        var packer = SegmentPacker()
        var segments: [[UInt8]] = []
        for size in [1_000_000, 2_000_000, 1_500_000, 10, 4_194_295, 5] {
            if let full = packer.append(.page([UInt8](repeating: 1, count: size))) {
                segments.append(full)
            }
        }
        segments.append(packer.finish())
        #expect(packer.finish().isEmpty)
        #expect(segments.allSatisfy { $0.count <= Limits.segmentBytesMax + 64 })
        #expect(segments.count == 4)
    }
}
