import Foundation

/// The town that the cases play in: made anew for each run, with ids that the seed decides.
///
/// Two tenants of the application `payments`, each with an area, a shop and workers: `asha` and
/// `ravi` of the first, `meena` of the second. A device of a case belongs to `asha` unless it is
/// called `ravi`, or `thief`, which is `meena`'s, or `admin`, of the office, or `lone`, of a worker
/// whom no other case has.
package final class TestWorld {
    package struct Tenant: Sendable {
        package let id: [UInt8]
        package let area: [UInt8]
        package let shop: [UInt8]
        package let workers: [String: [UInt8]]
    }

    package let line: PlainLine
    package let own: Tenant
    package let other: Tenant
    package private(set) var random: SeededRandom
    let operatorToken: String
    /// When the run began, in milliseconds since 1970; ticks count from a day before.
    private let started = Date()
    package let boot: [UInt8]
    /// Whoever sits in the office of the own tenant: devices called `admin`.
    package let officer: [UInt8]
    private var names = 0

    /// Makes the two tenants by the operator's routes (13-operation.md).
    package init(line: PlainLine, operatorToken: String, seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        // Two runs with one seed against one server must not meet: ids come from both.
        var fresh = SeededRandom(
            seed: seed &+ UInt64(Date().timeIntervalSince1970 * 1_000_000))
        func tenant(_ workers: [String]) -> Tenant {
            var made: [String: [UInt8]] = [:]
            for worker in workers { made[worker] = fresh.id() }
            return Tenant(id: fresh.id(), area: fresh.id(), shop: fresh.id(), workers: made)
        }
        own = tenant(["asha", "ravi"])
        other = tenant(["meena"])
        boot = fresh.id()
        officer = fresh.id()
        _ = random.next()
        self.random = random
        self.line = line
        self.operatorToken = operatorToken
        ids = fresh
        try found(own, "One")
        try found(other, "Two")
    }

    private var ids: SeededRandom

    /// An id that no run has used before.
    package func freshID() -> [UInt8] { ids.id() }

    /// A number that the seed decides.
    package func amount() -> Int64 { Int64.random(in: 1_000...900_000, using: &random) }

    /// Wall clock and boot clock in milliseconds.
    package var clock: (wall: Int64, ticks: Int64) {
        let since = Date().timeIntervalSince(started)
        return (Int64(Date().timeIntervalSince1970 * 1000), 86_400_000 + Int64(since * 1000))
    }

    /// A device of a worker, enrolled with a new code.
    package func enrol(as name: String) throws -> TestDevice {
        let tenant = name.hasPrefix("thief") ? other : own
        let isOffice = name.hasPrefix("admin")
        let worker =
            name.hasPrefix("ravi") ? "ravi" : name.hasPrefix("thief") ? "meena" : "asha"
        let person =
            name.hasPrefix("lone") ? try hire() : isOffice ? officer : tenant.workers[worker]
        guard let user = person, let key = SigningKey(seed: ids.bytes(32)) else {
            throw LineBroken(description: "no key for \(name)")
        }
        let code = try office(
            "tenants/\(Hex.id(tenant.id))/codes",
            "{\"user\":\"\(Hex.id(user))\",\"role\":\"\(isOffice ? "admin" : "worker")\"}")["code"]?
            .string
        let enrolled = try say(
            "/v1/enrol", ["code": code ?? "", "publicKey": Hex.text(key.publicKey)])
        guard let id = enrolled["device"]?.string.flatMap({ Hex.bytes($0) }) else {
            throw LineBroken(description: "enrolment gave no device: \(enrolled.text)")
        }
        return TestDevice(
            tenant: tenant.id, id: id, user: user, key: key,
            token: try token(of: id, key), code: code ?? "",
            lane: ids.id())
    }

    /// A worker of one case alone: what is in his hands is of no other case.
    private func hire() throws -> [UInt8] {
        let worker = ids.id()
        _ = try office(
            "tenants/\(Hex.id(own.id))/imports/workers",
            "id,tenant_id,name,phone,area_ids\n\(Hex.id(worker)),\(Hex.id(own.id)),lone,"
                + "+919380391769,\(Hex.id(own.area))")
        return worker
    }

    private func token(of device: [UInt8], _ key: SigningKey) throws -> String {
        let asked = try say("/v1/token/challenge", ["device": Hex.id(device)])
        let challenge = asked["challenge"]?.string ?? ""
        let signature = key.sign("lynk-challenge-1", Hex.bytes(challenge) ?? [])
        let given = try say(
            "/v1/token",
            [
                "device": Hex.id(device), "challenge": challenge, "signature": Hex.text(signature),
            ])
        guard let token = given["token"]?.string else {
            throw LineBroken(description: "no token was given: \(given.text)")
        }
        return token
    }

    private func found(_ tenant: Tenant, _ name: String) throws {
        let id = Hex.id(tenant.id)
        _ = try office("tenants", "{\"id\":\"\(id)\",\"name\":\"Conformance \(name)\"}")
        let imports = "tenants/\(id)/imports/"
        let area = Hex.id(tenant.area)
        _ = try office(imports + "areas", "id,tenant_id,name,zipcodes\n\(area),\(id),Deonar,400088")
        var workers = "id,tenant_id,name,phone,area_ids"
        for (index, worker) in tenant.workers.sorted(by: { $0.key < $1.key }).enumerated() {
            workers += "\n\(Hex.id(worker.value)),\(id),\(worker.key),+91938039176\(index),\(area)"
        }
        _ = try office(imports + "workers", workers)
        _ = try office(
            imports + "retailers",
            Self.shopHead
                + "\n\(Hex.id(tenant.shop)),\(id),R001,Care Chemists,+917839842063,\(area),"
                + "400088,10000000,30,")
    }

    /// Imports the shops and invoices of a case.
    func office(_ template: OfficeTemplate, ids: (String) -> [UInt8]) throws {
        let tenant = Hex.id(own.id)
        let imports = "tenants/\(tenant)/imports/"
        if !template.shops.isEmpty {
            var lines = Self.shopHead
            for name in template.shops {
                lines +=
                    "\n\(Hex.id(ids(name))),\(tenant),\(name.uppercased()),Shop \(name),"
                    + "+917839842063,\(Hex.id(own.area)),400088,10000000,30,"
            }
            _ = try office(imports + "retailers", lines)
        }
        guard !template.invoices.isEmpty else { return }
        var lines = "id,tenant_id,retailer_id,invoice_number,issue_date,due_date,"
        lines += "taxable_paise,gst_paise,round_off_paise,total_paise"
        for one in template.invoices {
            let id = Hex.id(ids(one.name))
            lines +=
                "\n\(id),\(tenant),\(Hex.id(ids(one.shop))),INV-\(id.suffix(6)),\(one.issued),"
                + "2026-12-31,\(one.total),0,0,\(one.total)"
        }
        _ = try office(imports + "invoices", lines)
    }

    private static let shopHead = """
        id,tenant_id,code,name,phone,area_id,zipcode,credit_limit_paise,payment_terms_days,\
        direct_worker_ids
        """

    private func office(_ path: String, _ body: String) throws -> JSONValue {
        try read(
            line.send(
                "POST", "/v1/operator/" + path,
                headers: ["Authorization": "Bearer \(operatorToken)"], body: Array(body.utf8)),
            path)
    }

    private func say(_ path: String, _ members: [String: String]) throws -> JSONValue {
        let body = JSONValue.object(members.mapValues { .string($0) }).text
        return try read(
            line.send(
                "POST", path, headers: ["Content-Type": "application/json"],
                body: Array(body.utf8)),
            path)
    }

    private func read(_ answer: PlainAnswer, _ path: String) throws -> JSONValue {
        guard answer.status < 300 else {
            let text = String(decoding: answer.body.prefix(400), as: UTF8.self)
            throw LineBroken(description: "\(path) answered \(answer.status): \(text)")
        }
        return (try? JSONValue.parse(answer.body)) ?? .null
    }
}
