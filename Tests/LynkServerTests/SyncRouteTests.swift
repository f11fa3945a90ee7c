import LynkCore
import LynkServer
import LynkWire
import TestSupport
import Testing

/// One exchange over real TLS.
struct SyncRouteTests {
    @Test func pushesAreAnsweredWithReceiptsThenPagesThenTheCheckpoint() async throws {
        try await TestServer.run { server in
            let device = try await TestDevice.enrol(at: server)
            let store = try #require(server.tenants[device.principal.tenant])
            let pages: [[UInt8]] = [[1, 2, 3], [4]]
            store.with { $0.pages = pages }
            let first = device.changeSet(1)
            let second = device.changeSet(2, after: first.oid)
            for version in ["--http2", "--http1.1"] {
                let answer = try await device.sync(
                    at: server, device.body([first, second]), version: version)
                #expect(answer.status == 200)
                #expect(answer.headers["cache-control"] == "no-store")
                #expect(answer.headers["content-length"] == "\(answer.body.count)")
                let frames = try answer.frames()
                guard frames.count == 5, case .welcome(let welcome) = frames[0],
                    case .receipts(let receipts) = frames[1]
                else { return #expect(Bool(false), "\(frames)") }
                #expect(welcome.refusal == nil)
                #expect(welcome.hubTime.milliseconds == TestServer.start)
                #expect(welcome.head?.oid == second.oid)
                #expect(receipts.map(\.oid) == [first.oid, second.oid])
                #expect(
                    Array(frames[2...]) == [
                        .page([1, 2, 3]), .page([4]), .checkpoint(FakeTenantStore.checkpoint),
                    ])
            }
            #expect(try await device.sync(at: server, device.body()).version == "2")
            #expect(store.with { $0.groups } == [[2], [2]])
        }
    }

    @Test func anOldDeviceGetsReceiptsAndNoPages() async throws {
        try await TestServer.run(minimumSchema: 99) { server in
            let device = try await TestDevice.enrol(at: server)
            let store = try #require(server.tenants[device.principal.tenant])
            store.with { $0.pages = [[1, 2, 3]] }
            let changeSet = device.changeSet(1)
            let answer = try await device.sync(at: server, device.body([changeSet]))
            #expect(answer.status == 200)
            let frames = try answer.frames()
            guard frames.count == 3, case .welcome(let welcome) = frames[0],
                case .receipts(let receipts) = frames[1], case .problem(let problem) = frames[2]
            else { return #expect(Bool(false), "\(frames)") }
            #expect(welcome.session.isEmpty)
            #expect(receipts.map(\.oid) == [changeSet.oid])
            #expect(problem.code == .upgradeRequired)
            #expect(store.with { $0.groups } == [[1]])
        }
        try await TestServer.run(minimumSchema: 1) { server in
            let device = try await TestDevice.enrol(at: server)
            let frames = try await device.sync(at: server, device.body()).frames()
            #expect(frames.last == .checkpoint(FakeTenantStore.checkpoint))
        }
    }

    @Test func scopesThatChangeMeanwhileEndTheAnswerWithAProblem() async throws {
        try await TestServer.run { server in
            let device = try await TestDevice.enrol(at: server)
            let store = try #require(server.tenants[device.principal.tenant])
            store.with { $0.pullFailure = Problem(.scopesChanged) }
            for pages in [[], [[UInt8]([1, 2, 3])]] {
                store.with { $0.pages = pages }
                let changeSet = device.changeSet(1)
                let answer = try await device.sync(at: server, device.body([changeSet]))
                #expect(answer.status == 200)
                let frames = try answer.frames()
                guard case .receipts(let receipts) = frames.dropFirst().first else {
                    return #expect(Bool(false), "\(frames)")
                }
                #expect(receipts.map(\.oid) == [changeSet.oid])
                #expect(
                    Array(frames.dropFirst(2))
                        == pages.map { .page($0) } + [.problem(Problem(.scopesChanged))])
            }
        }
    }

    @Test func aForgedSignatureIsRefusedInTheWelcome() async throws {
        try await TestServer.run { server in
            let device = try await TestDevice.enrol(at: server)
            let body = try device.body([device.changeSet(1)], signedBy: DeviceKey())
            let frames = try await device.sync(at: server, body).frames()
            guard case .welcome(let welcome) = frames.first else { return #expect(Bool(false)) }
            #expect(welcome.refusal?.code == .signatureInvalid)
            #expect(frames.count == 2)
        }
    }

    @Test func longAnswersAreStreamedAndCompressed() async throws {
        try await TestServer.run { server in
            let device = try await TestDevice.enrol(at: server)
            let store = try #require(server.tenants[device.principal.tenant])
            var random = SeededGenerator(seed: 1)
            let pages = (0..<8).map { _ in
                (0..<100_000).map { _ in UInt8.random(in: 0..<16, using: &random) }
            }
            store.with { $0.pages = pages }
            for version in ["--http2", "--http1.1"] {
                for encodings in [[], ["Accept-Encoding: gzip, zstd"]] {
                    let answer = try await device.sync(
                        at: server, device.body(), headers: encodings, version: version)
                    #expect(answer.headers["content-length"] == nil)
                    let isPlain = answer.headers["content-encoding"] == nil
                    #expect(isPlain == encodings.isEmpty)
                    #expect(
                        Array(try answer.frames().dropFirst())
                            == pages.map(ResponseFrame.page)
                            + [.checkpoint(FakeTenantStore.checkpoint)])
                    #expect((answer.body.count < 600_000) == !encodings.isEmpty)
                }
            }
        }
    }

    @Test func zstdIsUsedOnlyWhereItIsTakenAndHelps() async throws {
        try await TestServer.run { server in
            let device = try await TestDevice.enrol(at: server)
            let zstd = ["Accept-Encoding: zstd"]
            let short = try await device.sync(at: server, device.body(), headers: zstd)
            #expect(short.headers["content-encoding"] == nil)
            let store = try #require(server.tenants[device.principal.tenant])
            store.with { $0.pages = [[UInt8](repeating: 7, count: 5_000)] }
            let long = try await device.sync(at: server, device.body(), headers: zstd)
            #expect(long.headers["content-encoding"] == "zstd")
            #expect(try long.frames().count == 3)
            let refused = try await device.sync(
                at: server, device.body(), headers: ["Accept-Encoding: zstd;q=0, gzip"])
            #expect(refused.headers["content-encoding"] == nil)
        }
    }

    @Test func aFailureInTheMiddleIsTheLastFrame() async throws {
        try await TestServer.run { server in
            let device = try await TestDevice.enrol(at: server)
            let store = try #require(server.tenants[device.principal.tenant])
            store.with {
                $0.pages = Array(repeating: [UInt8](repeating: 1, count: 200_000), count: 3)
                $0.pullFailure = Problem(.storeFailed, "disk")
            }
            for headers in [[], ["Accept-Encoding: zstd"]] {
                let answer = try await device.sync(at: server, device.body(), headers: headers)
                #expect(answer.status == 200)
                #expect(try answer.frames().last == .problem(Problem(.storeFailed, "disk")))
            }
            store.with { $0.pages = [] }
            let early = try await device.sync(at: server, device.body())
            #expect(early.status == 503)
            #expect(early.code == "store_failed")
            #expect(early.headers["retry-after"] == "10")
        }
    }

    @Test func compressedRequestsAreTaken() async throws {
        try await TestServer.run { server in
            let device = try await TestDevice.enrol(at: server)
            let body = try device.body((1...20).map { device.changeSet($0) })
            let answer = try await device.sync(
                at: server, Zstd.compress(body), headers: ["Content-Encoding: zstd"])
            #expect(try answer.frames().count == 3)
        }
    }
}
