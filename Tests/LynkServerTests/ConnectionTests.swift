import Foundation
import Logging
import LynkCore
import LynkServer
import Testing

/// Connections that live long, and connections that are not what they should be.
struct ConnectionTests {
    /// A curl configuration of one request, repeated; curl keeps one connection for all.
    private static func configuration(_ request: [String], count: Int) -> String {
        let block = (request + ["output = /dev/null"]).joined(separator: "\n")
        return Array(repeating: block, count: count).joined(separator: "\nnext\n")
    }

    private static func connects(
        _ configuration: String, _ count: Int, version: String
    ) async throws {
        let file = "\(NSTemporaryDirectory())/curl-\(UUID().uuidString).conf"
        try configuration.write(toFile: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: file) }
        let (exit, printed) = try await Curl.run(["--config", file])
        let lines = printed.split(separator: "\n")
        #expect(exit == 0)
        #expect(lines.first == "200 1 \(version)")
        #expect(lines.count == count)
        #expect(lines.dropFirst().allSatisfy { $0 == "200 0 \(version)" })
    }

    private static func common(_ server: TestServer, _ version: String) -> [String] {
        [
            version, "cacert = \"\(server.authority)\"", "silent",
            "write-out = \"%{http_code} %{num_connects} %{http_version}\\n\"",
        ]
    }

    @Test(arguments: [("http2", "2"), ("http1.1", "1.1")])
    func thousandsOfRequestsShareOneConnection(_ option: String, _ version: String) async throws {
        // With a limit of one reset per half minute the first two empty ends would break it.
        try await TestServer.run(resetFramesMax: 1) { server in
            let request = Self.common(server, option) + ["url = \"\(server.url("/health"))\""]
            try await Self.connects(
                Self.configuration(request, count: 2_500), 2_500, version: version)
        }
    }

    /// libcurl 7.88 still resets each stream whose answer was long, though that ended on its last
    /// frame; the server's limit has to leave room for this.
    @Test func streamedAnswersShareOneConnectionToo() async throws {
        try await TestServer.run { server in
            let device = try await TestDevice.enrol(at: server)
            let store = try #require(server.tenants[device.principal.tenant])
            store.with {
                $0.pages = Array(repeating: [UInt8](repeating: 1, count: 100_000), count: 5)
            }
            let body = "\(NSTemporaryDirectory())/body-\(UUID().uuidString)"
            try Data(device.body()).write(to: URL(fileURLWithPath: body))
            defer { try? FileManager.default.removeItem(atPath: body) }
            let request =
                Self.common(server, "http2") + [
                    "url = \"\(server.url("/v1/tenants/\(device.principal.tenant)/sync"))\"",
                    "header = \"Authorization: Bearer \(device.token)\"",
                    "header = \"Content-Type: application/vnd.lynk.sync+cbor\"",
                    "data-binary = \"@\(body)\"",
                ]
            try await Self.connects(Self.configuration(request, count: 300), 300, version: "2")
        }
    }

    @Test func concurrentPushesOfManyDevicesShareCommits() async throws {
        try await TestServer.run { server in
            let device = try await TestDevice.enrol(at: server)
            let store = try #require(server.tenants[device.principal.tenant])
            let gate = DispatchSemaphore(value: 0)
            store.with { $0.gate = gate }
            let bodies = try (1...12).map { try device.body([device.changeSet($0)]) }
            try await withThrowingTaskGroup(of: Int.self) { tasks in
                for body in bodies {
                    tasks.addTask { try await device.sync(at: server, body).status }
                }
                // The first commit holds the thread; the gate opens once for each that follows.
                while store.with({ $0.groups.isEmpty }) { await Task.yield() }
                for _ in bodies { gate.signal() }
                for try await status in tasks { #expect(status == 200) }
            }
            let groups = store.with { $0.groups }
            #expect(groups.flatMap { $0 }.reduce(0, +) == 12)
        }
    }

    @Test func strangersDoNotDisturb() async throws {
        try await TestServer.run { server in
            let plain = try await Curl.run(["http://127.0.0.1:\(server.port)/health"])
            #expect(plain.exit != 0)
            let untrusting = try await Curl.run([server.url("/health")])
            #expect(untrusting.exit == 60)
            let old = try await Curl.run([
                "--tls-max", "1.1", "--cacert", server.authority, server.url("/health"),
            ])
            #expect(old.exit != 0)
            #expect(try await server.request("GET", "/health").status == 200)
        }
    }

    @Test func aBadCertificateIsNamedAtTheStart() async throws {
        let server = HubServer(
            configuration: HubConfiguration(certificate: "/nowhere/c", key: "/nowhere/k"),
            control: FakeControlStore(), tenants: FakeTenantDirectory(),
            application: FakeApplication(), logger: .init(label: "test"))
        let problem = Problem(
            .parameterInvalid, "/nowhere/c and /nowhere/k are no certificate and key in PEM")
        await #expect(throws: problem) { try await server.run() }
    }
}
