import Foundation
import Glibc
import Lynk
import LynkHistory

/// One run: a hub and its devices, what goes wrong by the plan, coming to rest, and the check.
final class OrdealRun {
    struct Programs {
        let lynkd: String
        /// This program itself.
        let device: String
        let certificates: URL
    }

    let plan: Plan
    let folder: URL
    /// A small file system of its own, when the run has one.
    let smallDisk: URL?
    private let seconds: Int
    private let programs: Programs
    let hub: HubProgram
    private let proxy: CuttingProxy
    var devices: [DeviceProgram] = []
    var counts = NemesisCounts()
    var died: [Anomaly] = []
    private let log: HistoryLog
    private let driver: Int32
    private let setting: DeviceProgram.Setting
    let filesOfHub: URL
    let filesOfDevices: URL

    init(
        _ plan: Plan, seconds: Int, programs: Programs, folder: URL, smallDisk: URL?
    ) throws {
        self.plan = plan
        self.seconds = seconds
        self.programs = programs
        self.folder = folder
        self.smallDisk = smallDisk
        let disk = smallDisk ?? folder
        filesOfHub = disk.appendingPathComponent("hub")
        filesOfDevices = disk.appendingPathComponent("devices")
        let logs = folder.appendingPathComponent("history")
        let copies = folder.appendingPathComponent("copies")
        for part in [filesOfHub, filesOfDevices, logs, copies] {
            try FileManager.default.createDirectory(at: part, withIntermediateDirectories: true)
        }
        hub = HubProgram(
            program: programs.lynkd, certificates: programs.certificates, folder: folder,
            data: filesOfHub.appendingPathComponent("data"))
        proxy = try CuttingProxy(seed: plan.seed &+ 1)
        setting = DeviceProgram.Setting(
            program: programs.device, server: "https://localhost:\(proxy.port)",
            authority: hub.authority, logs: logs, files: filesOfDevices, copies: copies,
            seed: plan.seed, pause: plan.pause)
        let path = logs.appendingPathComponent("driver.jsonl").path
        driver = Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard driver >= 0 else { throw Problem(.internalFailure, "cannot write \(path)") }
        log = HistoryLog(driver, session: "driver")
    }

    /// Runs all of it. Whatever happens, no process of the run is left.
    func run() async throws -> RunResult {
        defer {
            for device in devices { device.kill() }
            hub.kill()
            proxy.close()
            Glibc.close(driver)
        }
        let started = Moment.now
        let office = try await open()
        try await play()
        try await calm()
        try await settle(office)
        let records = try RecordFile.readAll(in: setting.logs)
        let check = HistoryCheck(records)
        counts.cuts = proxy.cuts
        return RunResult(
            seed: plan.seed, disk: smallDisk == nil ? "limit" : "tmpfs", devices: devices.count,
            check: check, counts: counts, anomalies: died + check.anomalies,
            seconds: Double(Moment.now - started) / 1e9)
    }

    // MARK: the beginning

    private func open() async throws -> Office {
        try await hub.start()
        proxy.lead(to: hub.port)
        let imports = Imports()
        let office = Office(
            address: "https://localhost:\(hub.port)", token: try await hub.operatorToken(),
            tenant: imports.tenant, authority: hub.authority)
        try await office.createTenant()
        try log.tell(.writing(write: "import", cells: imports.cells), as: "office")
        for file in imports.files { try await office.importFile(file.importer, file.text) }
        try log.tell(.wrote(write: "import", oid: ""), as: "office")
        for (number, person) in plan.devices.enumerated() {
            let code = try await office.code(for: person.user, role: person.role)
            let device = try DeviceProgram(
                "d\(number + 1)", user: person.user, role: person.role, code: code, setting)
            devices.append(device)
            try device.start()
        }
        return office
    }

    // MARK: what goes wrong

    /// What is to be done at a moment: a step of the plan, or the end of one.
    private struct Due {
        let at: Int64
        let action: () async throws -> Void
    }

    private func play() async throws {
        let start = Moment.now
        var due = plan.steps.map { timed in
            Due(at: start + Int64(timed.milliseconds) * 1_000_000) { [unowned self] in
                try await self.perform(timed.step)
            }
        }
        let end = start + Int64(seconds) * 1_000_000_000
        while Moment.now < end {
            due += later
            later = []
            due.sort { $0.at < $1.at }
            while let next = due.first, next.at <= Moment.now {
                due.removeFirst()
                try await next.action()
            }
            try watch()
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    private var later: [Due] = []

    private func after(_ milliseconds: Int, _ action: @escaping () async throws -> Void) {
        later.append(Due(at: Moment.now + Int64(milliseconds) * 1_000_000, action: action))
    }

    private func device(_ number: Int) -> DeviceProgram { devices[number % devices.count] }

    private func perform(_ step: Plan.Step) async throws {
        switch step {
        case .killDevice(let number, let down):
            let device = device(number)
            guard device.child != nil else { return }
            device.kill()
            counts.deviceKills += 1
            after(down) { if device.child == nil { try device.start() } }
        case .killHub(let down):
            guard hub.child != nil else { return }
            hub.kill()
            counts.hubKills += 1
            after(down) { [unowned self] in try await startHub() }
        case .pauseDevice(let number, let milliseconds):
            let device = device(number)
            guard device.child != nil, !device.isPaused else { return }
            device.pause()
            counts.pauses += 1
            after(milliseconds) { device.resume() }
        case .pauseHub(let milliseconds):
            guard hub.child != nil, !hub.isPaused else { return }
            hub.pause()
            counts.pauses += 1
            after(milliseconds) { [unowned self] in hub.resume() }
        case .badLine(let milliseconds): line(.bad, milliseconds)
        case .noLine(let milliseconds): line(.none, milliseconds)
        case .fullDeviceDisk(let number, let milliseconds, let bytes):
            fillDevices(number, milliseconds, bytes)
        case .fullHubDisk(let milliseconds, let bytes): fillHub(milliseconds, bytes)
        case .backup:
            guard hub.child != nil, !hub.isPaused else { return }
            if try await hub.makeBackup() { counts.backups += 1 }
        case .restoreHub: try await restoreHub()
        case .clone(let number):
            guard devices.count < 9 else { return }
            let original = device(number)
            guard original.hasEnrolled else {
                return after(200) { [unowned self] in try await perform(step) }
            }
            // Nobody copies onto a full disk; the next run may.
            guard let clone = try? original.clone(counts.clones + 1) else { return }
            counts.clones += 1
            devices.append(clone)
            try clone.start()
        case .keepCopy(let number): try? device(number).keepCopy()
        case .putBack(let number, let inPlace): try putBack(device(number), inPlace: inPlace)
        }
    }

    private func startHub() async throws {
        guard hub.child == nil else { return }
        try await hub.start()
        proxy.lead(to: hub.port)
    }

    private func line(_ mood: CuttingProxy.Mood, _ milliseconds: Int) {
        proxy.set(mood)
        after(milliseconds) { [proxy] in proxy.set(.clean) }
    }

    private func fillDevices(_ number: Int, _ milliseconds: Int, _ bytes: Int) {
        counts.fullDisks += 1
        guard smallDisk == nil else {
            Disks.fill(filesOfDevices)
            after(milliseconds) { [filesOfDevices] in Disks.free(filesOfDevices) }
            return
        }
        let device = device(number)
        device.child?.limitFiles(to: UInt64(bytes))
        after(milliseconds) { device.child?.limitFiles(to: nil) }
    }

    private func fillHub(_ milliseconds: Int, _ bytes: Int) {
        counts.fullDisks += 1
        guard smallDisk == nil else {
            Disks.fill(filesOfHub)
            after(milliseconds) { [filesOfHub] in Disks.free(filesOfHub) }
            return
        }
        hub.child?.limitFiles(to: UInt64(bytes))
        after(milliseconds) { [unowned self] in hub.child?.limitFiles(to: nil) }
    }

    private func restoreHub() async throws {
        guard hub.isRestorable else { return }
        hub.kill()
        Disks.free(filesOfHub)
        try log.tell(.hubRestored)
        try await hub.restore()
        counts.restores += 1
        try await startHub()
    }

    private func putBack(_ device: DeviceProgram, inPlace: Bool) throws {
        if smallDisk != nil { Disks.free(filesOfDevices) }
        guard device.copy != nil, let ended = try device.putBack(inPlace: inPlace) else { return }
        try log.tell(.abandoned(session: ended))
        counts.putBacks += 1
        try device.start()
    }

    /// A process that ended by itself: a device may have to be started again, a hub never.
    private func watch() throws {
        if let hubEnding = hub.child?.poll() {
            died.append(
                Anomaly(.died, Record.hub, "lynkd ended by itself: \(hubEnding)\n\(hub.lastWords)"))
            hub.kill()
            after(100) { [unowned self] in try await startHub() }
        }
        for device in devices {
            guard let ending = device.ended() else { continue }
            if ending != .exit(PlayDevice.tryAgainStatus) {
                died.append(Anomaly(.died, device.session, "the device ended by itself: \(ending)"))
            }
            after(300) { if device.child == nil { try device.start() } }
        }
    }

    // MARK: the end

    /// Everything that was done is undone, and the devices end as asked.
    private func calm() async throws {
        proxy.set(.clean)
        for disk in [filesOfHub, filesOfDevices] { Disks.free(disk) }
        hub.resume()
        hub.child?.limitFiles(to: nil)
        try await startHub()
        for device in devices {
            device.resume()
            device.child?.limitFiles(to: nil)
            device.child?.signal(SIGTERM)
        }
        for device in devices {
            guard device.child != nil else { continue }
            switch try await device.finish(seconds: 30) {
            // One that was just started may not know yet how it is asked.
            case .exit(0), .exit(PlayDevice.tryAgainStatus), .signal(SIGTERM): break
            case nil: died.append(Anomaly(.died, device.session, "did not end when asked to"))
            case let ending?:
                died.append(Anomaly(.died, device.session, "the device ended by itself: \(ending)"))
            }
        }
    }

    /// Twice: what one device brings is there for the others at the second time. Then one that was
    /// never there before tells what the hub has.
    private func settle(_ office: Office) async throws {
        for until in [PlayDevice.Until.sent, .settled] {
            for device in devices { try device.start(until: until) }
            for device in devices {
                let ending = try await device.finish(seconds: 90)
                guard ending != .exit(0) else { continue }
                died.append(
                    Anomaly(
                        .died, device.session,
                        "it could not come to rest: \(ending.map { "\($0)" } ?? "it hung")"))
            }
        }
        let user = Imports.id(599)
        let observer = try DeviceProgram(
            Record.hub, user: user, role: "admin",
            code: try await office.code(for: user, role: "admin"), setting)
        try observer.start(until: .settled)
        guard try await observer.finish(seconds: 90) == .exit(0) else {
            throw Problem(.internalFailure, "the observer could not sync: see hub.log")
        }
        try log.tell(.books(try await office.books()), as: Record.hub)
        if try await hub.stop() != .exit(0) {
            died.append(Anomaly(.died, Record.hub, "lynkd did not stop in order"))
        }
    }
}
