import LynkCore
import LynkEngine
import LynkStore
import LynkWire

/// Requests that no honest replica makes, by somebody who has a device's key.
extension World {
    private enum Kind: Int, CaseIterable {
        case garbage, otherKey, inflated, unknownEra, noPredecessor, equivocation, otherDevice
        case otherTenant, otherLane, hubField, unknownTable, foreignArea, foreignMark, deletedFact
        case unknownRow, usedKey, membership, overflow, flipped
    }

    func attack(
        _ device: SimulatedDevice, _ event: PlannedEvent, _ random: inout Chance
    ) throws {
        if let waiting = device.conversation { end(waiting, device) }
        device.isAttacker = true
        let kind = Kind.allCases[random.number(Kind.allCases.count - 1)]
        let hello = try device.replica.offer().hello
        let head = try hub.store.inspect { try $0.lane(hello.lane)?.head?.oid }
        var forgeries: [[SealedChangeSet]] = []
        var draft = Draft(self, device, hello, previous: head, event: event, random)
        switch kind {
        case .equivocation:
            forgeries = [[draft.seal([draft.edit()])], [draft.seal([draft.edit()])]]
        default: forgeries = [[draft.forge(kind.rawValue)]]
        }
        for sealed in forgeries {
            var bytes = try request(device, hello, sealed, kind)
            if kind == .garbage {
                for _ in 0..<8 where !bytes.isEmpty {
                    bytes[random.number(bytes.count - 1)] = UInt8(random.number(255))
                }
            }
            let forgery = try forgery(kind, sealed, device)
            try send(bytes, sealed, device, "\(kind)", forgery)
        }
    }

    /// How far it may come, from what is known here of who is who.
    private func forgery(
        _ kind: Kind, _ changeSets: [SealedChangeSet], _ device: SimulatedDevice
    ) throws -> Truth.Forgery {
        switch kind {
        case .otherKey, .otherTenant, .noPredecessor: return .inauthentic
        case .otherDevice:
            let isOwn = changeSets.allSatisfy { $0.content.device == device.principal.device }
            return isOwn ? .withinRights : .inauthentic
        case .otherLane:
            let other = everyDevice.first { $0.slot != device.slot }
            let lane = try other.flatMap { other in
                try hub.store.inspect { try $0.lane(other.replica.inspect().lane) }
            }
            guard let lane, lane.head != nil, lane.device != device.principal.device else {
                return .withinRights
            }
            return .inauthentic
        case .hubField, .unknownTable, .deletedFact, .unknownRow: return .beyondRights
        default: return .withinRights
        }
    }

    private func request(
        _ device: SimulatedDevice, _ hello: Hello, _ changeSets: [SealedChangeSet], _ kind: Kind
    ) throws -> [UInt8] {
        guard let last = changeSets.last else { return [] }
        var key = device.key
        if kind == .otherKey, let other = DeviceKey(bytes: [UInt8](repeating: 7, count: 32)) {
            key = other
        }
        var speaks = hello
        if kind == .otherLane, let other = everyDevice.first(where: { $0.slot != device.slot }) {
            speaks = hello.speaking(in: other.replica.inspect().lane)
        }
        var raw = changeSets.map(\.bytes)
        if kind == .flipped, var bytes = raw.popLast() {
            bytes[bytes.count / 2] ^= 0x04
            raw.append(bytes)
            let signature = try key.sign(ContentID(hashing: bytes).bytes, as: .changeSet)
            return SyncRequest.encode(hello: speaks, changeSets: raw, signature: signature)
        }
        return SyncRequest.encode(
            hello: speaks, changeSets: raw,
            signature: try key.sign(last.oid.bytes, as: .changeSet))
    }

    private func send(
        _ bytes: [UInt8], _ sealed: [SealedChangeSet], _ device: SimulatedDevice, _ name: String,
        _ forgery: Truth.Forgery
    ) throws {
        note("attack by d\(device.slot): \(name)")
        // What was flipped on the way in has a name of its own.
        let claimed =
            (try? SyncRequest.decode(bytes).changeSets) ?? sealed
        for changeSet in claimed {
            truth.write(
                Truth.Written(
                    oid: changeSet.oid, slot: device.slot, content: changeSet.content, chain: [],
                    scopes: [], forgery: forgery))
        }
        do {
            let (_, _, answer) = try risking(.hub) {
                try hub.take(bytes, isCompressed: false, from: device.principal.device)
            }
            if answer?.refusal != nil { reach(.attackRefused) }
            for receipt in answer?.receipts ?? [] {
                reach(receipt.disposition.isApplied ? .attackAccepted : .attackQuarantined)
            }
            try noteCommits()
        } catch let problem as Problem {
            guard problem.isPeers else {
                throw Breach("NoInnerFailure", "I31", "an attack broke the hub: \(problem)")
            }
            reach(.attackRefused)
        }
    }

    /// Change sets of an attacker's making.
    private struct Draft {
        let world: World
        let device: SimulatedDevice
        let hello: Hello
        let previous: ContentID?
        let event: PlannedEvent
        var random: Chance
        let area: String

        init(
            _ world: World, _ device: SimulatedDevice, _ hello: Hello, previous: ContentID?,
            event: PlannedEvent, _ random: Chance
        ) {
            self.world = world
            self.device = device
            self.hello = hello
            self.previous = previous
            self.event = event
            self.random = random
            area = world.areasOf[device.principal.user]?.min() ?? "a0"
        }

        private func key(_ index: Int) -> RowKey {
            RowKey(high: 0x4154_5441_434B_0000, low: UInt64(event.number) << 8 | UInt64(index))
        }

        /// Something that the device might have written.
        mutating func edit() -> RowChange {
            if world.workload == .payments {
                return world.forgedPayment(key(0), device, &random)
            }
            let board = SimulatedApplication.board.id
            let rows = device.replica.rows(board)
            let text = Value.text(
                AreaMark(area: area).text("attack \(event.number) \(random.number(99))"))
            if let row = random.choice(rows), let of = row.values[0].textValue {
                let name = Value.text(AreaMark(area: of).text("attack \(random.number(99))"))
                return RowChange(
                    table: board, key: row.key, kind: .update, puts: [.init(2, name)],
                    adds: [.init(4, 1)])
            }
            return birth(board, 1, [.init(1, .text(area)), .init(2, text)])
        }

        func birth(_ table: TableID, _ index: Int, _ puts: [RowChange.Put]) -> RowChange {
            RowChange(table: table, key: key(index), kind: .insert, puts: puts)
        }

        func seal(
            _ changes: [RowChange], previous: ContentID?? = nil, context: VersionVector? = nil,
            tenant: TenantID? = nil, of other: DeviceID? = nil
        ) -> SealedChangeSet {
            let made = device.clock.read()
            return ChangeSetCodec.seal(
                ChangeSet(
                    tenant: tenant ?? device.principal.tenant,
                    device: other ?? device.principal.device,
                    previous: previous ?? self.previous,
                    context: context ?? hello.cursor.vector, schemaVersion: 2, changes: changes,
                    intent: nil, claimed: HybridTimestamp(milliseconds: made.wallMilliseconds),
                    made: made))
        }

        mutating func forge(_ kind: Int) -> SealedChangeSet {
            switch Kind(rawValue: kind) {
            case .inflated:
                let everything = (try? world.hub.store.inspect { try $0.vector() }) ?? .zero
                return seal([edit()], context: everything)
            case .unknownEra:
                let era = EraID(high: random.next(), low: random.next())
                return seal([edit()], context: VersionVector([era: 1 << 40]))
            case .noPredecessor:
                let nothing = ContentID(hashing: key(0).bytes)
                return seal([edit()], previous: .some(.some(nothing)))
            case .otherDevice:
                let other = DeviceID(high: 0x5349_4D44, low: UInt64(random.number(20)))
                return seal([edit()], of: other)
            case .otherTenant: return seal([edit()], tenant: TenantID(high: 9, low: 9))
            default: return seal([change(kind)])
            }
        }

        private mutating func change(_ kind: Int) -> RowChange {
            let (board, entry) = (SimulatedApplication.board.id, SimulatedApplication.entry.id)
            let name = Value.text(AreaMark(area: area).text("attack"))
            switch Kind(rawValue: kind) {
            case .hubField:
                return RowChange(
                    table: SimulatedApplication.tally.id, key: SimulatedApplication.tallyKey(area),
                    kind: .update, puts: [.init(2, 1_000_000)])
            case .unknownTable: return birth(99, 2, [.init(1, .text(area))])
            case .foreignArea:
                let other = world.areas.last ?? "a9"
                return birth(
                    board, 3,
                    [.init(1, .text(other)), .init(2, .text(AreaMark(area: other).text("x")))])
            case .foreignMark:
                let mark = AreaMark(area: "a\(random.number(9))").text("attack")
                return birth(board, 4, [.init(1, .text(area)), .init(2, .text(mark))])
            case .deletedFact:
                let fact = random.choice(device.replica.rows(entry))
                return RowChange(table: entry, key: fact?.key ?? key(5), kind: .delete)
            case .unknownRow:
                return RowChange(table: board, key: key(6), kind: .update, puts: [.init(2, name)])
            case .usedKey:
                let used = random.choice(device.replica.rows(board))
                return RowChange(
                    table: board, key: used?.key ?? key(7), kind: .insert,
                    puts: [.init(1, .text(area)), .init(2, name)])
            case .membership:
                return birth(
                    SimulatedApplication.member.id, 8,
                    [.init(1, .key(device.principal.user)), .init(2, "a0"), .init(3, 1)])
            case .overflow:
                guard let row = random.choice(device.replica.rows(board)) else { return edit() }
                return RowChange(
                    table: board, key: row.key, kind: .update, adds: [.init(4, .max)])
            default: return edit()
            }
        }
    }
}

extension Hello {
    /// The same in the lane of somebody else.
    fileprivate func speaking(in lane: LaneID) -> Hello {
        Hello(
            protocolVersion: protocolVersion, device: device, lane: lane, schemaName: schemaName,
            schemaVersion: schemaVersion, head: head, cursor: cursor, clock: clock,
            digestRoot: digestRoot, ratchet: ratchet, chain: chain, keptHeads: keptHeads,
            eras: eras, proofs: proofs, resume: resume, narrowed: narrowed, mode: mode)
    }
}
