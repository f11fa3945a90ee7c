/// What came of all crashes of one scenario.
struct CrashReport {
    private(set) var boundaries = 0
    private(set) var crashes = 0
    private(set) var violations: [String] = []

    /// - Parameter recover: what is not as it was promised after a crash with these files.
    mutating func run(
        _ tape: FileTape, every stride: Int,
        recover: (_ files: FileTape.Files, _ boundary: Int) throws -> [String]
    ) throws {
        let count = tape.operations.count
        for boundary in Swift.stride(from: 0, through: count, by: stride) {
            boundaries += 1
            for loss in Loss.all {
                guard let files = tape.files(at: boundary, loss) else { continue }
                crashes += 1
                let place = "crash at \(boundary) of \(count), \(loss): "
                do {
                    violations += try recover(files, boundary).map { place + $0 }
                } catch {
                    violations.append(place + "\(error)")
                }
            }
        }
    }
}
