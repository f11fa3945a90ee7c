import LynkCore
import LynkEngine
import LynkStore
import LynkWire

/// A machine of a world.
enum Machine {
    case hub
    case device(SimulatedDevice)
}

/// A call of a store met a fault of its disk: the power went, or the call failed.
struct DiskLoss: Error {
    let machine: Machine
    let isPower: Bool
    /// What the store said, if it said anything.
    let said: String
}

/// Disks that lose power, fill up and fail while a store works.
///
/// A store on a disk may meet a fault in any call of the client or the server. When the power goes,
/// what that call returned is not heard; what was acknowledged before must be there afterwards.
extension World {
    static let filesAreWhole = "FilesAreWhole"

    private func disk(_ machine: Machine) -> SimulatedDisk? {
        switch machine {
        case .hub: hub.medium.simulatedDisk
        case .device(let device): device.replica.simulatedDisk
        }
    }

    /// Runs a call of a store, which may meet a fault of its disk.
    ///
    /// - Throws: ``DiskLoss`` when the power is gone afterwards, or when the call failed under a
    ///   fault; otherwise what `body` throws.
    func risking<T>(_ machine: Machine, _ body: () throws -> T) throws -> T {
        // Before its first event a world is being set up.
        guard let disk = disk(machine), steps > 0 else { return try body() }
        var slot = -1
        if case .device(let device) = machine { slot = device.slot }
        risks += 1
        var random = chance.stream("fault of \(slot)", Int(time.tick) &+ risks)
        if let fault = mix.diskFault(&random) {
            disk.arm(fault, at: 1 + random.number([3, 12, 40, 160][random.number(3)]))
        }
        do {
            let result = try body()
            disk.disarm()
            guard disk.hasPower else {
                throw DiskLoss(machine: machine, isPower: true, said: "nothing")
            }
            return result
        } catch let loss as DiskLoss {
            disk.disarm()
            throw loss
        } catch {
            let failures = disk.disarm()
            guard failures > 0 else { throw error }
            throw DiskLoss(machine: machine, isPower: !disk.hasPower, said: "\(error)")
        }
    }

    /// Runs what a world looks at in the midst of a call of a device's store.
    func looking<T>(at device: SimulatedDevice, _ body: () throws -> T) throws -> T {
        guard let disk = device.replica.simulatedDisk else { return try body() }
        guard disk.hasPower else {
            throw DiskLoss(machine: .device(device), isPower: true, said: "nothing")
        }
        return try disk.looking(body)
    }

    /// What follows from a loss: a machine without power starts again; a call that failed leaves
    /// everything as it was.
    func recover(_ loss: DiskLoss) throws {
        let random = chance.stream("power", Int(time.tick) &+ risks)
        switch loss.machine {
        case .hub where loss.isPower:
            note("hub loses power")
            reach(.hubLostPower)
            try hub.restart(losing: random)
            try checkHubFile()
            try noteCommits()
        case .hub:
            note("hub's disk fails: \(loss.said)")
            reach(.hubDiskFailed)
            // What a call had committed before it failed is there.
            try noteCommits()
        case .device(let device) where loss.isPower:
            note("d\(device.slot) loses power")
            reach(.deviceLostPower)
            try restart(device, losing: random)
        case .device(let device):
            note("d\(device.slot) has a failing disk: \(loss.said)")
            reach(.deviceDiskFailed)
            if let waiting = device.conversation { end(waiting, device) }
            device.comparison += 1
        }
    }

    /// A device's process or machine starts again: what had been written is there, whole.
    func restart(_ device: SimulatedDevice, losing power: Chance? = nil) throws {
        let isDark = device.replica.simulatedDisk?.hasPower == false
        let before = isDark ? nil : device.replica.inspect()
        try device.crash(losing: power)
        if let damage = device.replica.damage() {
            throw Breach(Self.filesAreWhole, "I7", damage, device: device.slot)
        }
        try adopt(device)
        guard let before, power == nil else { return }
        let now = device.replica.inspect()
        guard now.kept == before.kept, now.cursor.position == before.cursor.position else {
            throw Breach(
                Self.filesAreWhole, "I7", "a process ended, and its file is another",
                device: device.slot)
        }
    }

    func checkHubFile() throws {
        if let damage = try hub.damage() { throw Breach(Self.filesAreWhole, "I7", damage) }
    }

    /// A write whose call failed or was not heard may be in the file all the same.
    func adopt(_ device: SimulatedDevice) throws {
        let standing = device.replica.inspect()
        for oid in standing.kept where truth.written[oid] == nil {
            guard let bytes = device.replica.bytes(of: oid) else { continue }
            let content = try ChangeSetCodec.open(bytes).content
            note("d\(device.slot) has \(oid.short), which was not heard of")
            reach(.unheardWrite)
            let written = Truth.Written(
                oid: oid, slot: device.slot, content: content, chain: standing.chain,
                scopes: Set(standing.scopes))
            truth.write(written)
            try tell(.wrote(device, written))
        }
    }
}
