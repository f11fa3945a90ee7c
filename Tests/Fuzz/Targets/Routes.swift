import Foundation
import Logging
import LynkClient
import LynkCore
import LynkEngine
import LynkPayments
import LynkServer
import LynkStore
import LynkWire
import NIOEmbedded
import Synchronization

/// The hub's addresses: bodies of devices and operators, queries, headers.
extension FuzzTarget {
    static let routes = [
        FuzzTarget("routes", seeds: { RouteSeeds.all }) { input in try route(input) },
        FuzzTarget("backup", bytesMax: 2_048, seeds: { RouteSeeds.manifests }) { input in
            try restored(input)
        },
    ]

    /// The first byte says which address; then the body, the query and the headers.
    private static func route(_ input: [UInt8]) throws {
        let pieces = Pieces.split(input)
        guard let first = pieces[0].first else { return }
        let route = ServedHub.routes[Int(first) % ServedHub.routes.count]
        let query = pieces.count > 1 ? String(decoding: pieces[1], as: UTF8.self) : ""
        var headers: [(name: String, value: String)] = []
        if pieces.count > 2 {
            for line in String(decoding: pieces[2], as: UTF8.self).split(separator: "\n") {
                let parts = line.split(separator: ":", maxSplits: 1)
                guard parts.count == 2 else { continue }
                headers.append((String(parts[0]), String(parts[1])))
            }
        }
        let body = Array(pieces[0].dropFirst())
        let (status, answer) = try ServedHub.shared.answer(
            route, query: query, headers: headers, body: route.isFrames ? Pieces.body(body) : body)
        try expect(
            (200..<500).contains(status) || status == 503, "\(route.path) answered \(status)")
        guard status >= 400 else { return }
        let head = HTTPResponseHead(
            status: status, headers: [HTTPHeader("content-type", ProblemDocument.mediaType)])
        let problem = ProblemDocument.problem(head, body: answer)
        try expect(
            !answer.isEmpty && problem.code != .responseInvalid,
            "\(route.path) answered \(status) without a problem")
    }

    /// A backup whose manifest came from anywhere: what it names is looked at before anything is
    /// put in place.
    private static func restored(_ input: [UInt8]) throws {
        let root = try ScratchFile("backup").path
        let (backup, target) = (root + "/from", root + "/to")
        defer { try? FileManager.default.removeItem(atPath: root) }
        for directory in [backup + "/tenants", target] {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true)
        }
        try Data([1, 2, 3]).write(to: URL(fileURLWithPath: backup + "/control.sqlite"))
        try Data(input).write(to: URL(fileURLWithPath: backup + "/manifest.json"))
        do {
            _ = try HubRestore(from: backup, to: target).run(force: false)
        } catch {
            let _: Void? = try refused(error)
            let left = try FileManager.default.contentsOfDirectory(atPath: target)
            try expect(left.isEmpty, "a refused backup left \(left)")
        }
    }
}

/// A hub with one tenant and one device, made anew now and then so that what inputs store does
/// not pile up.
private final class ServedHub: Sendable {
    struct Route: Sendable {
        let method: String
        let path: String
        var isOperators = false
        var isFrames = false
    }

    static let tenant = TenantID(high: 0x77, low: 0x77)
    static let routes: [Route] = {
        let device = "/v1/tenants/\(tenant)"
        let office = "/v1/operator/tenants/\(tenant)"
        let row = "rows/1/\(RowKey(high: 1, low: 1))/history"
        return [
            Route(method: "POST", path: "/v1/enrol"),
            Route(method: "POST", path: "/v1/token/challenge"),
            Route(method: "POST", path: "/v1/token"),
            Route(method: "POST", path: device + "/sync", isFrames: true),
            Route(method: "POST", path: device + "/verify", isFrames: true),
            Route(method: "GET", path: device + "/head"),
            Route(method: "GET", path: device + "/snapshot"),
            Route(method: "GET", path: device + "/clock"),
            Route(method: "GET", path: device + "/" + row),
            Route(method: "POST", path: "/v1/operator/tenants", isOperators: true),
            Route(method: "POST", path: office + "/codes", isOperators: true),
            Route(method: "GET", path: office + "/devices", isOperators: true),
            Route(method: "POST", path: office + "/imports/retailers", isOperators: true),
            Route(method: "POST", path: office + "/imports/areas", isOperators: true),
            Route(method: "GET", path: office + "/queries/retailers", isOperators: true),
            Route(method: "POST", path: "/v1/operator/floor", isOperators: true),
            Route(method: "GET", path: office + "/" + row, isOperators: true),
        ]
    }()

    static let shared = ServedHub()
    private static let file = Result { try ScratchFile("served") }

    private struct Running {
        let routes: HubRoutes
        let token: String
        var left = 500
    }

    private let running = Mutex<Running?>(nil)

    func answer(
        _ route: Route, query: String, headers: [(name: String, value: String)], body: [UInt8]
    ) throws -> (status: Int, body: [UInt8]) {
        try running.withLock { running in
            var hub: Running
            if let standing = running, standing.left > 0 {
                hub = standing
            } else {
                if let old = running { try Self.wait { await old.routes.stop() } }
                hub = try Self.wait { try await Self.start() }
            }
            hub.left -= 1
            running = hub
            let token = route.isOperators ? hub.routes.operatorToken : hub.token
            var headers = headers
            headers.append(("authorization", "Bearer \(token)"))
            if route.isFrames, !headers.contains(where: { $0.name == "content-type" }) {
                headers.append(("content-type", "application/vnd.lynk.sync+cbor"))
            }
            let (routes, given) = (hub.routes, headers)
            return try Self.wait {
                try await routes.answer(
                    route.method, query.isEmpty ? route.path : "\(route.path)?\(query)",
                    headers: given, body: body, on: NIOAsyncTestingChannel())
            }
        }
    }

    private static func start() async throws -> Running {
        // Its connections are opened when they are needed, so it stays to the end.
        let file = try file.get()
        file.remove()
        atexit { try? ServedHub.file.get().remove() }
        let control = try SQLiteControlStore(path: file.path)
        let tenants = MemoryTenants()
        try control.createTenant(TenantRecord(id: tenant, name: "A", createdMilliseconds: 1))
        _ = try tenants.create(tenant)
        let routes = try await HubRoutes(
            control: control, tenants: tenants, application: Payments(),
            clock: OperatorHubClock(milliseconds: 1_790_000_000_000),
            logger: Logger(label: "fuzz") { StreamLogHandler.standardError(label: $0) })
        var random = SystemRandomNumberGenerator()
        let code = CodeText(using: &random)
        try control.addCode(
            EnrolmentCode(
                hash: code.hash, tenant: tenant, user: UserID(high: 5, low: 5), role: "worker",
                expiresMilliseconds: .max))
        let key = DeviceKey()
        func post(_ path: String, _ json: JSONValue) async throws -> JSONValue {
            let (status, body) = try await routes.answer(
                "POST", path, headers: [("content-type", "application/json")],
                body: json.encoded, on: NIOAsyncTestingChannel())
            guard (200..<300).contains(status), let value = JSONValue.read(body) else {
                throw FuzzFault("\(path) answered \(status)")
            }
            return value
        }
        let enrolled = try await post(
            "/v1/enrol",
            [
                "code": .string("\(code)"),
                "publicKey": .string(hexadecimal(key.publicKey.bytes)),
            ])
        let device = enrolled["device"] ?? .null
        let asked = try await post("/v1/token/challenge", ["device": device])
        let challenge = bytes(hexadecimal: asked["challenge"]?.stringValue ?? "") ?? []
        let token = try await post(
            "/v1/token",
            [
                "device": device, "challenge": asked["challenge"] ?? .null,
                "signature": .string(hexadecimal(try key.sign(challenge, as: .challenge))),
            ])
        return Running(routes: routes, token: token["token"]?.stringValue ?? "")
    }

    /// Waits on this thread, which is none of the cooperative pool's.
    private static func wait<Value: Sendable>(
        _ body: @escaping @Sendable () async throws -> Value
    ) throws -> Value {
        let done = DispatchSemaphore(value: 0)
        let result = Mutex<Result<Value, any Error>?>(nil)
        Task {
            let outcome: Result<Value, any Error>
            do { outcome = .success(try await body()) } catch { outcome = .failure(error) }
            result.withLock { $0 = outcome }
            done.signal()
        }
        done.wait()
        guard let outcome = result.withLock({ $0 }) else { throw FuzzFault("no answer") }
        return try outcome.get()
    }
}

/// Tenants in memory.
private final class MemoryTenants: TenantDirectory {
    private let stores = Mutex<[TenantID: InMemoryTenantStore]>([:])

    func tenant(_ id: TenantID) throws -> (any TenantStore)? { stores.withLock { $0[id] } }

    func create(_ id: TenantID) throws -> any TenantStore {
        var random = SystemRandomNumberGenerator()
        let store = try InMemoryTenantStore(
            tenant: id, application: Payments(), random: &random)
        stores.withLock { $0[id] = store }
        return store
    }

    func closeAll() throws {}
}

/// One request per address, and manifests.
private enum RouteSeeds {
    private static let id = "11111111-1111-1111-1111-111111111111"

    static let all: [[UInt8]] = [
        made(0, #"{"code":"0000-0000-0000","publicKey":"\#(String(repeating: "ab", count: 32))"}"#),
        made(1, #"{"device":"\#(id)"}"#),
        made(2, #"{"device":"\#(id)","challenge":"00ff","signature":"aa"}"#),
        made(3, "[]", "", "content-type:application/json\naccept:text/html,*/*;q=0.5"),
        made(4, "\u{5}", "", "accept-encoding:gzip, zstd;q=1\ncontent-encoding:zstd"),
        made(5, "", "", "if-none-match:W/\"307-00-00-00\", \"a\""),
        made(6, "", "scope=area/a", "range:bytes=0-9\nif-none-match:*"), made(7, ""), made(8, ""),
        made(9, #"{"id":"\#(id)","name":"B"}"#),
        made(10, #"{"user":"\#(id)","role":"worker","expiresInSeconds":60}"#), made(11, ""),
        made(12, "id,tenant_id,code\n"), made(13, "id,tenant_id,name,zipcodes\n\(id),,A,560001\n"),
        made(14, "", "limit=10&after=%20"), made(15, #"{"tenant":"\#(id)","dryRun":true}"#),
        made(16, ""),
    ]

    static let manifests: [[UInt8]] = [
        manifest("control.sqlite", 3, hexadecimal(hash)),
        manifest("tenants/\(id).sqlite", 1, "00"), manifest("../control.sqlite", 3, "00"),
        Array("{}".utf8),
    ]

    private static let hash = ContentID(hashing: [1, 2, 3]).bytes

    private static func manifest(_ path: String, _ bytes: Int, _ hash: String) -> [UInt8] {
        let file = #"{"path":"\#(path)","bytes":"\#(bytes)","sha256":"\#(hash)"}"#
        let entry = #"{"era":"\#(id)","number":"3"}"#
        let tenant = #"{"tenant":"\#(id)","position":"3","vector":[\#(entry)]}"#
        return Array(
            #"{"format":1,"createdMilliseconds":"5","files":[\#(file)],"tenants":[\#(tenant)]}"#
                .utf8)
    }

    private static func made(
        _ route: UInt8, _ body: String, _ query: String = "", _ headers: String = ""
    ) -> [UInt8] {
        Pieces.joined([[route] + Array(body.utf8), Array(query.utf8), Array(headers.utf8)])
    }
}
