import CProcess
import Foundation
import Glibc
import Lynk
import Synchronization

/// Stands between devices and hub, and cuts what passes: after some bytes, with and without a
/// reset, after a wait, or never again a byte. What passes is TLS, so a cut can be anywhere.
final class CuttingProxy: Sendable {
    enum Mood: Sendable { case clean, bad, none }

    private struct State {
        var mood = Mood.clean
        var target = 0
        var random: SeededRandom
        var cuts = 0
        var isOpen = true
        var lines = 0
    }

    private static let linesMax = 200
    let port: Int
    private let listener: Int32
    private let state: Mutex<State>

    /// - Throws: ``Problem`` when the system gives no port.
    init(seed: UInt64) throws {
        state = Mutex(State(random: SeededRandom(seed: seed)))
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = Self.loopback(0)
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(listener, $0, size) }
        }
        guard listener >= 0, bound == 0, listen(listener, 64) == 0 else {
            throw Problem(.internalFailure, "the proxy: \(String(cString: strerror(errno)))")
        }
        var length = size
        _ = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getsockname(listener, $0, &length)
            }
        }
        self.listener = listener
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread { [self] in accept() }.start()
    }

    /// How many connections were cut.
    var cuts: Int { state.withLock { $0.cuts } }

    func lead(to port: Int) { state.withLock { $0.target = port } }
    func set(_ mood: Mood) { state.withLock { $0.mood = mood } }

    /// Ends all lines; their threads follow within a moment.
    func close() {
        state.withLock { $0.isOpen = false }
        shutdown(listener, Int32(SHUT_RDWR))
    }

    private static func loopback(_ port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return address
    }

    private func accept() {
        while true {
            let line = Int32(lynk_accept(listener))
            guard line >= 0 else {
                if errno == EINTR || errno == ECONNABORTED { continue }
                break
            }
            let isTaken = state.withLock { state in
                guard state.isOpen, state.mood != .none, state.lines < Self.linesMax else {
                    return false
                }
                state.lines += 1
                return true
            }
            guard isTaken else {
                Glibc.close(line)
                continue
            }
            Thread { [self] in
                carry(line)
                state.withLock { $0.lines -= 1 }
            }.start()
        }
        Glibc.close(listener)
    }

    private func connect() -> Int32? {
        let line = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = Self.loopback(state.withLock { $0.target })
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(line, $0, size)
            }
        }
        guard isConnected == 0 else {
            Glibc.close(line)
            return nil
        }
        return line
    }

    /// What a bad moment does to one line.
    private struct Fate {
        enum End { case close, reset, stall }

        var bytesLeft: Int
        let end: End
        let waitMilliseconds: Int
    }

    private func drawFate() -> Fate {
        state.withLock { state in
            let bytes = state.random.below(4) == 0 ? 200 : 12_000
            let ends: [Fate.End] = [.close, .reset, .reset, .stall]
            return Fate(
                bytesLeft: state.random.below(bytes), end: ends[state.random.below(4)],
                waitMilliseconds: state.random.below(3) == 0 ? state.random.below(40) : 0)
        }
    }

    /// Carries bytes both ways until one side ends or the line is cut.
    private func carry(_ near: Int32) {
        guard let far = connect() else {
            Glibc.close(near)
            return
        }
        defer {
            Glibc.close(near)
            Glibc.close(far)
        }
        var fate: Fate?
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            var ends = [
                pollfd(fd: near, events: Int16(POLLIN), revents: 0),
                pollfd(fd: far, events: Int16(POLLIN), revents: 0),
            ]
            let count = poll(&ends, 2, 50)
            let (isOpen, mood) = state.withLock { ($0.isOpen, $0.mood) }
            guard isOpen, count >= 0 || errno == EINTR else { return }
            switch mood {
            case .clean: fate = nil
            case .bad: fate = fate ?? drawFate()
            case .none:
                // Nothing is carried; a side that gives up finds its line closed later.
                usleep(10_000)
                continue
            }
            for (index, end) in ends.enumerated() where end.revents != 0 {
                let got = recv(end.fd, &buffer, buffer.count, 0)
                guard got > 0 else { return }
                if let wait = fate?.waitMilliseconds, wait > 0 { usleep(UInt32(wait) * 1_000) }
                let allowed = min(got, fate?.bytesLeft ?? got)
                guard forward(buffer, allowed, to: index == 0 ? far : near) else { return }
                fate?.bytesLeft -= allowed
                if let fate, allowed < got { return cut(fate, near, far) }
            }
        }
    }

    private func forward(_ buffer: [UInt8], _ count: Int, to line: Int32) -> Bool {
        var sent = 0
        while sent < count {
            let part = buffer.withUnsafeBytes {
                send(
                    line, $0.baseAddress?.advanced(by: sent), count - sent, Int32(MSG_NOSIGNAL))
            }
            guard part > 0 else { return false }
            sent += part
        }
        return true
    }

    private func cut(_ fate: Fate, _ near: Int32, _ far: Int32) {
        state.withLock { $0.cuts += 1 }
        switch fate.end {
        case .close: break
        case .reset:
            var linger = linger(l_onoff: 1, l_linger: 0)
            for line in [near, far] {
                setsockopt(
                    line, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
            }
        case .stall:
            // Longer than a device waits, unless the run ends.
            for _ in 0..<60 where state.withLock({ $0.isOpen }) { usleep(50_000) }
        }
    }
}
