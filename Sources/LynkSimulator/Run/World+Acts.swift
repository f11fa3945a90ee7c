import LynkCore
import LynkEngine
import LynkStore
import LynkWire

/// What people do and what befalls machines.
extension World {
    func act(_ event: PlannedEvent) throws {
        var random = Chance(seed: event.seed)
        if let slot = event.act.device {
            guard let device = devices[slot] else { return }
            try act(event, on: device, &random)
            return
        }
        switch event.act {
        case .office: try officeWork(&random, event)
        case .reassign: try reassign(&random)
        case .restartHub:
            guard hub.isUp else { return }
            note("hub restarts")
            reach(.hubRestarted)
            try hub.restart()
            try noteCommits()
        case .stopHub:
            guard hub.isUp else { return }
            note("hub stops")
            hub.stop()
            queue.add(.hubStarts, at: time.tick + 1 + Int64(random.number(600_000)))
        case .backUpHub:
            guard hub.isUp else { return }
            note("hub is backed up at \(truth.log.count)")
            try risking(.hub) { try hub.backUp() }
        case .restoreHub: if hub.isUp { try restoreHub() }
        case .jumpHubClock:
            hub.skew = random.isOne(in: 3) ? 0 : Int64(random.number(in: -400...400)) * 86_400_000
            note("hub's clock is wrong by \(hub.skew)")
            reach(.hubClockJumped)
        case .advanceFloor:
            guard hub.isUp else { return }
            let age = [60_000, 3_600_000, 86_400_000][random.number(2)]
            let floor = try risking(.hub) {
                try hub.store.advanceFloor(
                    nowMilliseconds: hub.now, ageMilliseconds: Int64(age))
            }
            note("floor \(floor)")
            truth.floor = max(truth.floor, floor)
            if floor > 0 { reach(.floorAdvanced) }
        case .upgradeHub:
            guard hub.isUp, hub.application.schema.version < workload.newestVersion
            else { return }
            note("hub is upgraded")
            try hub.upgrade()
            try noteCommits()
        case .decide: if hub.isUp { try decide(&random) }
        case .gather(let occasion):
            note("\(occasion)")
            switch occasion {
            case .monthEnd: reach(.monthEnded)
            case .yearEnd: reach(.yearEnded)
            case .opening: reach(.allAtOnce)
            }
        default: break
        }
    }

    private func act(
        _ event: PlannedEvent, on device: SimulatedDevice, _ random: inout Chance
    ) throws {
        switch event.act {
        case .write: try write(device, event, random)
        case .sync: try beginExchange(device, random)
        case .skew:
            let years = Int64(random.number(in: -30...30)) * 31_536_000_000
            device.clock.skew(random.isOne(in: 3) ? 0 : years + Int64(random.number(100_000)))
            note("d\(device.slot) clock reads \(device.clock.read().wallMilliseconds)")
            reach(.clockJumped)
        case .reboot:
            note("d\(device.slot) reboots")
            reach(.rebooted)
            try restart(device, losing: random.stream("power"))
            device.clock.reboot()
        case .crash:
            note("d\(device.slot) crashes")
            reach(
                device.conversation?.receiver.isInside == true
                    ? .crashedInsideAnswer : .deviceCrashed)
            try restart(device)
        case .copy:
            note("d\(device.slot) is copied")
            device.copies.append(try device.replica.image())
        case .restore: try restore(device, &random)
        case .clone(_, let slot): try clone(device, as: slot)
        case .partition:
            let until = time.tick + 1 + Int64(random.number(3_600_000))
            let direction = random.number(2)
            if direction != 0 { device.shutOut = until }
            if direction != 1 { device.shutBack = until }
            note("d\(device.slot) line shut, direction \(direction)")
            if direction != 2 { reach(.partitioned) }
        case .revoke:
            note("d\(device.slot) is revoked")
            hub.revoke(device.principal.device)
            for other in everyDevice where other.principal.device == device.principal.device {
                other.isRevoked = true
            }
        case .attack: if hub.isUp { try attack(device, event, &random) }
        case .daylight, .migrate, .leaveDrawer: try passTime(event.act, on: device, &random)
        default: break
        }
    }

    private func passTime(
        _ act: Act, on device: SimulatedDevice, _ random: inout Chance
    ) throws {
        switch act {
        case .daylight:
            device.clock.shift(random.isOne(in: 2) ? Almanac.hour : -Almanac.hour)
            note("d\(device.slot) clock reads \(device.clock.read().wallMilliseconds)")
            reach(.clockShifted)
        case .migrate:
            // Everything that was written goes along, so nothing is lost and nothing is orphaned.
            note("d\(device.slot) goes on at a new machine")
            try device.restore(device.replica.image())
            device.clock.reboot()
            reach(.migrated)
        case .leaveDrawer:
            note("d\(device.slot) comes out of a drawer")
            try restart(device)
            device.clock.reboot()
            reach(.drawerLeft)
        default: break
        }
    }

    // MARK: Work

    private func write(
        _ device: SimulatedDevice, _ event: PlannedEvent, _ random: Chance
    ) throws {
        let before = device.replica.inspect()
        let areas = before.scopes.compactMap { scope in
            scope.name.hasPrefix("area/") ? String(scope.name.dropFirst(5)) : nil
        }
        let edits = edits(device, event, random, areas: areas)
        guard !edits.isEmpty else { return }
        do {
            let copy = slip == .forgottenWrite ? try device.replica.image() : nil
            guard let oid = try heard(device, edits) else { return }
            guard let bytes = device.replica.bytes(of: oid) else { throw Problem(.internalFailure) }
            let written = Truth.Written(
                oid: oid, slot: device.slot, content: try ChangeSetCodec.open(bytes).content,
                chain: before.chain, scopes: Set(before.scopes))
            truth.write(written)
            note("d\(device.slot) writes \(oid.short) \(written.content.changes.count) rows")
            for change in written.content.changes where change.kind == .delete {
                let area = areas.first ?? ""
                device.deleted.append(
                    .init(table: change.table, key: change.key, area: areaOf(change) ?? area))
            }
            device.collected += edits.compactMap(Collected.init)
            try tell(.wrote(device, written))
            if let copy, event.number % 8 == 0 { try device.restore(copy) }
        } catch let problem as Problem {
            note("d\(device.slot) may not write: \(problem.code.rawValue)")
            let allowed: Set<ProblemCode> = [
                .alreadyExists, .counterOverflow, .valueInvalid, .fieldNotWritable,
            ]
            guard allowed.contains(problem.code) else {
                throw Breach(
                    "NoInnerFailure", "I1", "a local write failed: \(problem)",
                    device: device.slot)
            }
        }
    }

    /// Writes, on a disk that may fail.
    ///
    /// - Returns: the change set's name; `nil` when nothing was to be written, and when nobody
    ///   heard that it was.
    private func heard(_ device: SimulatedDevice, _ edits: [RowEdit]) throws -> ContentID? {
        let before = device.replica.inspect().kept
        var returned: ContentID?
        do {
            try risking(.device(device)) { returned = try device.replica.write(edits: edits) }
            return returned
        } catch let loss as DiskLoss {
            try recover(loss)
            let now = device.replica.inspect().kept
            if let returned, !now.contains(returned) {
                throw Breach(
                    Self.filesAreWhole, "I1, I7",
                    "\(returned.short) was written, and is gone with the power",
                    device: device.slot)
            }
            guard loss.isPower || now == before else {
                throw Breach(
                    Self.filesAreWhole, "I1, I4", "a write failed, and something of it remains",
                    device: device.slot)
            }
            return nil
        }
    }

    private func edits(
        _ device: SimulatedDevice, _ event: PlannedEvent, _ random: Chance, areas: [String]
    ) -> [RowEdit] {
        switch workload {
        case .policies:
            var work = PolicyWorkload(
                plan: plan, event: event.number, deleted: device.deleted, chance: random)
            if plan.mix.has(.secondThoughts),
                let edits = work.undone(
                    waiting(of: device), on: device.replica, areas: areas)
            {
                reach(.tookBack)
                return edits
            }
            return work.edits(on: device.replica, user: device.principal.user, areas: areas)
        case .payments:
            var work = PaymentsWorkload(event: event.number, device: device, chance: random)
            return work.edits()
        }
    }

    /// What a device wrote that is not in force yet: it is to be sent, or waits at the hub for a
    /// birth or for somebody's decision.
    private func waiting(of device: SimulatedDevice) -> [RowChange] {
        device.replica.inspect().kept.filter {
            device.receipts[$0].map { $0.disposition == .quarantined } ?? true
        }.flatMap { truth.written[$0]?.content.changes ?? [] }
    }

    /// The area that a row was born into, by who wrote its birth.
    func areaOf(_ change: RowChange) -> String? {
        for oid in truth.order {
            let birth = truth.written[oid]?.content.changes.first {
                $0.kind == .insert && $0.table == change.table && $0.key == change.key
            }
            if let area = birth?.put(1)?.textValue { return area }
        }
        return nil
    }

    @discardableResult
    func office(_ changes: [RowChange]) throws -> Receipt? {
        guard let receipt = try risking(.hub, { try hub.office(changes) }) else { return nil }
        truth.hubWrote(receipt.oid)
        note("office writes \(receipt.oid.short): \(receipt.disposition.rawValue)")
        try noteCommits()
        return receipt
    }

    func assign(_ user: UserID, _ area: String, _ isMember: Bool) throws {
        let key = RowKey.derived("member", [user.bytes, Array(area.utf8)])
        let member = SimulatedApplication.member.id
        let isThere = hub.presentRows(member).contains { $0.key == key }
        let active = RowChange.Put(3, .integer(isMember ? 1 : 0))
        let change =
            isThere
            ? RowChange(table: member, key: key, kind: .update, puts: [active])
            : RowChange(
                table: member, key: key, kind: .insert,
                puts: [.init(1, .key(user)), .init(2, .text(area)), active])
        try office([change])
        if isMember { areasOf[user, default: []].insert(area) }
    }

    private func reassign(_ random: inout Chance) throws {
        if workload == .payments { return try reassignPayments(&random) }
        let workers = everyDevice.filter { $0.principal.role == "worker" }
        guard hub.isUp, let device = random.choice(workers), let area = random.choice(areas) else {
            return
        }
        try assign(device.principal.user, area, !random.isOne(in: 2))
    }

    private func officeWork(_ random: inout Chance, _ event: PlannedEvent) throws {
        if workload == .payments { return try paymentsOffice(&random, event) }
        guard hub.isUp else { return }
        let table = random.isOne(in: 2) ? SimulatedApplication.board : SimulatedApplication.card
        guard let row = random.choice(hub.presentRows(table.id)),
            let area = row.values[0].textValue
        else { return }
        if plan.mix.has(.deletes), random.isOne(in: 4) {
            try office([RowChange(table: table.id, key: row.key, kind: .delete)])
        } else {
            let name = AreaMark(area: area).text("office \(random.number(9))")
            try office([
                RowChange(
                    table: table.id, key: row.key, kind: .update, puts: [.init(2, .text(name))],
                    adds: [.init(4, 1)])
            ])
        }
    }

    /// An operator releases or ends a quarantine.
    private func decide(_ random: inout Chance) throws {
        let waiting = try hub.store.inspect { try $0.quarantine() }.filter { $0.resolution == nil }
        guard let record = random.choice(waiting) else { return }
        do {
            let isRelease = !random.isOne(in: 3)
            note("operator decides about \(record.oid.short): \(isRelease)")
            try risking(.hub) {
                _ =
                    isRelease
                    ? try hub.store.release(record.oid, nowMilliseconds: hub.now)
                    : try hub.store.rejectFinally(record.oid, nowMilliseconds: hub.now)
            }
        } catch let problem as Problem where problem.isPeers {
            note("it stays: \(problem.code.rawValue)")
        }
        try noteCommits()
    }
}
