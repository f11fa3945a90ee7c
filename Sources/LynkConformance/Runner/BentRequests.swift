/// Generated requests: an honest push in which one byte of one message was changed, with checksums
/// that are good, so that what is behind them is reached.
package struct BentRequests {
    private let world: TestWorld
    private var random: SeededRandom

    package init(world: TestWorld, seed: UInt64) {
        self.world = world
        random = SeededRandom(seed: seed)
    }

    /// What was not answered as the book says, each with the request that shows it.
    package mutating func play(_ count: Int) throws -> [String] {
        let scene = CaseScene(world)
        var findings: [String] = []
        for turn in 0..<count {
            let device = try scene.device("d1")
            var template = ExchangeTemplate()
            template.push = [PushTemplate(changes: [.object(["payment": .string("p\(turn)")])])]
            let made = try RequestMaker(scene: scene, device: device).body(template)
            var frames = try RawFrame.all(in: made.body)
            let index = Int.random(in: frames.indices, using: &random)
            let place = Int.random(in: frames[index].payload.indices, using: &random)
            frames[index].payload[place] ^= UInt8.random(in: 1...255, using: &random)
            let body = frames.flatMap(\.encoded)
            let answer = try world.line.send(
                "POST", "/v1/tenants/\(Hex.id(device.tenant))/sync",
                headers: [
                    "Content-Type": "application/vnd.lynk.sync+cbor",
                    "Authorization": "Bearer \(device.token)",
                ], body: body)
            if let finding = judge(answer, frames[index].type) {
                findings.append(
                    "\(finding): message \(frames[index].type), byte \(place): "
                        + Hex.text(body))
            }
        }
        return findings
    }

    /// The signature covers every byte of the push (X34): bytes that were changed on the way are
    /// refused whole. What was changed in the hello may be good.
    private func judge(_ answer: PlainAnswer, _ type: UInt8) -> String? {
        if answer.status != 200 {
            guard (400..<500).contains(answer.status) else { return "status \(answer.status)" }
            return answer.code == nil ? "a refusal without a problem code" : nil
        }
        guard let read = try? Answer(answer.body) else { return "an answer that is malformed" }
        guard type != 1 else { return nil }
        if read.refusal == nil { return "X34: changed bytes were not refused" }
        return read.receipts.isEmpty ? nil : "X34: changed bytes have a receipt"
    }
}
