import Foundation
import Synchronization

/// Plays cases against one client, each with a hub and a file of its own.
package final class ClientRunner {
    private let adapter: AdapterProcess
    private let schema: BookSchema
    private let features: Set<String>
    private var random: SeededRandom

    /// - Parameter features: what the client says that it can do beyond the base.
    package init(
        adapter: AdapterProcess, schema: BookSchema, features: Set<String>, seed: UInt64
    ) {
        self.adapter = adapter
        self.schema = schema
        self.features = features
        random = SeededRandom(seed: seed)
    }

    package func run(_ one: ConformanceCase) -> CaseResult {
        let began = Date()
        func result(_ status: CaseResult.Status, _ findings: [String]) -> CaseResult {
            CaseResult(
                id: one.id, status: status, findings: findings,
                seconds: Date().timeIntervalSince(began))
        }
        guard features.isSuperset(of: one.features) else {
            return result(.unsupported, ["needs \(one.features.joined(separator: ", "))"])
        }
        do {
            let scene = try ClientScene(adapter, schema: schema, seed: random.next())
            defer { scene.end() }
            for (index, step) in one.steps.enumerated() {
                guard case .client(let step) = step.action else { continue }
                let findings = try play(step, scene)
                if !findings.isEmpty {
                    return result(.fail, findings.map { "step \(index + 1): \($0)" })
                }
            }
            let findings = try calm(scene)
            return result(findings.isEmpty ? .pass : .fail, findings.map { "at the end: \($0)" })
        } catch {
            adapter.kill()
            return result(.error, ["\(error)"])
        }
    }

    private func play(_ step: ClientStep, _ scene: ClientScene) throws -> [String] {
        var answer = JSONValue.object(["ok": .bool(true)])
        let before = scene.door.inside.withLock { $0.exchanges }
        switch step.action {
        case .write(let changes):
            answer = try scene.adapter.say(
                .object(["do": .string("write"), "changes": .array(changes.map(scene.change))]))
        case .sync: answer = try scene.adapter.say(.object(["do": .string("sync")]))
        case .look: break
        case .fault(let faults): scene.door.inside.withLock { $0.faults += faults }
        case .hub(let members):
            let work = HubWork(scene)
            try scene.door.inside.withLock { inside in
                try work.apply(members, to: &inside)
            }
        case .file(let work): try scene.file(work)
        }
        return try ClientJudge(scene, step.expect).judge(answer, exchangesBefore: before)
    }

    /// The law of every case: once the line is good, some syncs bring both sides to the same rows,
    /// with every change set at the hub once.
    private func calm(_ scene: ClientScene) throws -> [String] {
        scene.door.inside.withLock { $0.faults = [] }
        var last = JSONValue.null
        for _ in 0..<4 {
            last = try scene.adapter.say(.object(["do": .string("sync")]))
            let status = try scene.need(["do": .string("status")])
            if last["ok"] == .bool(true), status["pending"] == .number(0) { break }
        }
        let judge = ClientJudge(scene, ClientExpectation())
        guard last["ok"] == .bool(true) else { return ["X8: no sync succeeds: \(last.text)"] }
        guard last["equal"] == .bool(true) else { return ["D3: the rows have another digest"] }
        return try judge.everything()
    }
}

/// What a case does at the kit's hub.
struct HubWork {
    let shops: (String) -> [UInt8]
    let values: (JSONValue) -> CBORItem
    let payments: (String) -> [String: JSONValue]

    init(_ scene: ClientScene) {
        shops = { scene.key($0) }
        values = { scene.value($0) }
        payments = { scene.payment($0) }
    }

    func apply(_ members: [String: JSONValue], to inside: inout HubDoor.Inside) throws {
        let now = UInt64(Date().timeIntervalSince1970 * 1000)
        for (word, value) in members.sorted(by: { $0.key < $1.key }) {
            switch (word, value) {
            case ("put", .array(let rows)):
                for row in rows { put(row, &inside.hub, now) }
            case ("remove", .array(let rows)):
                for row in rows {
                    let name = name(row)
                    _ = inside.hub.commit(inside.hub.random.bytes(32), "accepted", now: now)
                    inside.hub.rows[name] = nil
                    inside.hub.removed[name] = inside.hub.position
                }
            case ("judge", .array(let list)):
                inside.hub.judgements = list.map {
                    .init(disposition: $0["is"]?.string ?? "accepted", code: $0["code"]?.string)
                }
            case ("era", _): inside.hub.openEra()
            case ("save", .string(let name)): inside.saved[name] = inside.hub
            case ("restore", .string(let name)):
                guard var kept = inside.saved[name] else {
                    throw CaseProblem(.memberInvalid, "restore", "Save it in an earlier step.")
                }
                // What is drawn after a restore must not be what was drawn before.
                kept.random = inside.hub.random
                kept.openEra()
                inside.hub = kept
            case ("scopes", .array(let names)):
                let told = names.compactMap(\.string)
                let next = inside.hub.position
                for name in told where inside.hub.scopes[name] == nil {
                    inside.hub.scopes[name] = next + 1
                }
                inside.hub.scopes = inside.hub.scopes.filter { told.contains($0.key) }
                _ = inside.hub.commit(inside.hub.random.bytes(32), "accepted", now: now)
            case ("codec", .number(let codec)): inside.hub.columnCodec = UInt64(codec)
            case ("page-rows", .number(let count)): inside.hub.pageRowsMax = max(1, Int(count))
            case ("digest-key", _): inside.hub.digestKey = inside.hub.random.bytes(32)
            default:
                throw CaseProblem(.memberUnknown, "hub." + word, "The README has the words.")
            }
        }
    }

    private func name(_ row: JSONValue) -> PageRows.Name {
        var table: Int64 = 7
        if case .number(let number)? = row["table"] { table = number }
        return .init(table: UInt64(table), key: shops(row["key"]?.string ?? ""))
    }

    private func put(_ row: JSONValue, _ hub: inout HubState, _ now: UInt64) {
        var puts: [UInt64: CBORItem] = [:]
        var name = name(row)
        if let payment = row["payment"]?.string {
            name.key = shops("{id:\(payment)}")
            for (field, value) in payments(payment) { puts[UInt64(field) ?? 0] = values(value) }
        }
        if case .object(let given)? = row["puts"] {
            for (field, value) in given { puts[UInt64(field) ?? 0] = values(value) }
        }
        let stamp = hub.commit(hub.random.bytes(32), "accepted", now: now)
        let scope = row["scope"]?.string ?? "town"
        hub.put(name, puts, stamp, author: hub.hub, scopes: [scope])
    }
}
