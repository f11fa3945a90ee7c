import Foundation

/// A client under test: a program that takes a line of JSON and answers with a line of JSON.
package final class AdapterProcess {
    private let command: [String]
    private var process: Process?
    private var input: FileHandle?
    private var output: Int32 = -1
    private var held: [UInt8] = []

    /// - Parameter command: a program and its arguments; a program without a slash is looked for.
    package init(_ command: [String]) { self.command = command }

    deinit { kill() }

    /// Ends the program as a power failure would: without a word.
    package func kill() {
        guard let process else { return }
        if process.isRunning { Foundation.kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
        try? input?.close()
        self.process = nil
        held = []
    }

    /// Says a line and waits for the answer, at most a minute; starts the program when need be.
    package func say(_ members: JSONValue) throws -> JSONValue {
        try start()
        try input?.write(contentsOf: Data((members.text + "\n").utf8))
        let deadline = Date().addingTimeInterval(60)
        while true {
            if let end = held.firstIndex(of: 10) {
                let line = Array(held[..<end])
                held.removeFirst(end + 1)
                return try JSONValue.parse(line)
            }
            var poll = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
            let left = deadline.timeIntervalSinceNow
            guard left > 0, Foundation.poll(&poll, 1, Int32(left * 1000)) > 0 else {
                throw LineBroken(description: "the adapter says nothing")
            }
            var room = [UInt8](repeating: 0, count: 65_536)
            let count = read(output, &room, room.count)
            guard count > 0 else { throw LineBroken(description: "the adapter ended") }
            held += room[..<count]
        }
    }

    private func start() throws {
        guard process == nil else { return }
        let (toIt, fromIt) = (Pipe(), Pipe())
        let made = Process()
        made.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        made.arguments = command
        made.standardInput = toIt
        made.standardOutput = fromIt
        try made.run()
        process = made
        input = toIt.fileHandleForWriting
        output = fromIt.fileHandleForReading.fileDescriptor
        reading = fromIt
    }

    /// Keeps the descriptor open.
    private var reading: Pipe?
}
