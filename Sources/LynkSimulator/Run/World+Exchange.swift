import LynkCore
import LynkEngine
import LynkStore
import LynkWire

/// One exchange: from the device's offer to the checkpoint, with what the line does in between.
extension World {
    func beginExchange(_ device: SimulatedDevice, _ random: Chance) throws {
        if let waiting = device.conversation { end(waiting, device) }
        let offer = try risking(.device(device)) { try device.replica.offer() }
        let changeSets = offer.changeSets.map(\.bytes)
        var resumed: ResumedExchange?
        var body: [UInt8]?
        if let session = device.session {
            body = SyncRequest.encode(
                resuming: session, hello: offer.hello, changeSets: changeSets,
                signature: offer.signature)
            if body != nil {
                resumed = ResumedExchange(
                    session: session, wallMilliseconds: offer.hello.clock.wallMilliseconds,
                    offered: offer.changeSets.map(\.oid))
            }
        }
        let plain =
            body
            ?? SyncRequest.encode(
                hello: offer.hello, changeSets: changeSets, signature: offer.signature)
        let compressed = Zstd.compressedBody(plain)
        conversations += 1
        var random = random.stream("network", conversations)
        let weather =
            phase == .safety ? Weather(mix, &random, bytes: (compressed ?? plain).count) : .calm
        let conversation = Conversation(
            number: conversations, slot: device.slot, offer: offer, request: compressed ?? plain,
            isCompressed: compressed != nil, isShort: body != nil,
            receiver: AnswerReceiver(
                tenant: device.principal.tenant, hello: offer.hello, resumed: resumed),
            weather: weather)
        device.conversation = conversation
        note(
            "d\(device.slot) sends #\(conversation.number): \(offer.changeSets.count) change sets, "
                + "\(conversation.request.count) bytes\(body != nil ? ", short" : "")")
        if weather.copies.isEmpty { reach(.requestLost) }
        for copy in weather.copies.indices {
            queue.add(
                .requestArrives(conversation, copy: copy),
                at: time.tick + weather.copies[copy].delay)
        }
        queue.add(.timeout(conversation), at: time.tick + Conversation.timeout)
    }

    /// The exchange is over without a checkpoint: nobody knows what the hub has of it.
    func end(_ conversation: Conversation, _ device: SimulatedDevice) {
        device.conversation = nil
        device.session = nil
    }

    // MARK: The hub's side

    func serve(_ conversation: Conversation, copy: Int) throws {
        guard let device = devices[conversation.slot] else { return }
        guard hub.isUp, time.tick >= device.shutOut else { return }
        var bytes = conversation.request
        if let cut = conversation.weather.copies[copy].cut { bytes = Array(bytes.prefix(cut)) }
        if let place = conversation.weather.copies[copy].damaged, place < bytes.count {
            bytes[place] ^= 0x5A
            reach(.requestDamaged)
        }
        let isCurrent = device.conversation === conversation
        if !isCurrent { reach(.lateRequest) }
        if copy > 0 { reach(.requestRepeated) }
        do {
            let before = truth.log.count
            let snapshot = slip == .lostCommit ? try hub.image() : nil
            let (principal, request, answer) = try risking(.hub) {
                try hub.take(
                    bytes, isCompressed: conversation.isCompressed, from: device.principal.device)
            }
            if conversation.isShort { reach(.sessionResumed) }
            try plantSlips(request, answer, snapshot)
            if let answer { try tell(.pushed(device, request, answer)) }
            try noteCommits()
            let stream = try risking(.hub) {
                try HubAnswer(hub, principal, request, answer)
            }
            noteServed(conversation, stream, commits: truth.log.count - before)
            let isFree = conversation.answer == nil || conversation.sent == 0
            guard isCurrent, isFree, conversation.answer == nil || conversation.weather.prefersLater
            else { return }
            let isFirst = conversation.answer == nil
            conversation.answer = stream
            conversation.begunAt = truth.made
            if isFirst {
                queue.add(.hubSends(conversation), at: time.tick + conversation.weather.gap)
            }
        } catch let problem as Problem {
            note("hub refuses #\(conversation.number): \(problem.code.rawValue)")
            guard problem.isPeers else {
                throw Breach(
                    "NoInnerFailure", "X5", "the hub failed on a request: \(problem)",
                    device: device.slot)
            }
            if problem.code == .deviceRevoked { reach(.revoked) }
            if problem.code == .sessionUnknown { reach(.sessionUnknown) }
            guard isCurrent, conversation.answer == nil else { return }
            queue.add(
                .refusalArrives(conversation, problem), at: time.tick + conversation.weather.latency
            )
        }
    }

    private func noteServed(_ conversation: Conversation, _ answer: HubAnswer, commits: Int) {
        note(
            "hub takes #\(conversation.number): \(commits) commits, \(answer.verdict)"
                + (answer.refusal.map { ", \($0.code.rawValue)" } ?? ""))
        switch answer.verdict {
        case .rollback: reach(.rollbackSeen)
        case .fork: reach(.laneForked)
        default: break
        }
        if answer.wantsEras { reach(.erasAsked) }
        if answer.isResumed { reach(.pullResumed) }
        if answer.given.contains(where: \.isRepeat) { reach(.repeatReceipt) }
    }

    func sendNext(_ conversation: Conversation) throws {
        guard let device = devices[conversation.slot], device.conversation === conversation,
            var answer = conversation.answer
        else { return }
        guard hub.isUp, hub.opening == answer.opening else {
            reach(.answerOutlivedHub)
            queue.add(.bytesArrive(conversation, [], isEnd: true), at: time.tick + 1)
            return
        }
        if truth.made > conversation.begunAt { reach(.committedInsideScan) }
        var bytes = try risking(.hub) { try answer.next(hub) }
        conversation.answer = answer
        if answer.pages > 1 { reach(.manyPages) }
        guard time.tick >= device.shutBack else { return }
        let start = conversation.sent
        conversation.sent += bytes.count
        var isEnd = answer.isFinished
        if let cut = conversation.weather.answerCut, cut < conversation.sent {
            bytes = Array(bytes.prefix(max(0, cut - start)))
            isEnd = true
            reach(.answerCut)
        }
        try tell(.sent(conversation, answer, bytes))
        if let place = conversation.weather.answerDamaged, place >= start,
            place < start + bytes.count
        {
            bytes[place - start] ^= 0x11
            reach(.answerDamaged)
        }
        queue.add(
            .bytesArrive(conversation, bytes, isEnd: isEnd),
            at: time.tick + conversation.weather.latency)
    }

    // MARK: The device's side

    func deliver(_ conversation: Conversation, _ bytes: [UInt8], isEnd: Bool) throws {
        guard let device = devices[conversation.slot], device.conversation === conversation else {
            return
        }
        let limit = conversation.weather.crashAfter ?? .max
        do {
            // Checkers look at the conversation while its receiver works.
            var receiver = conversation.receiver
            defer { conversation.receiver = receiver }
            try risking(.device(device)) {
                try receiver.take(bytes, into: device.replica, frameLimit: limit) { event in
                    try looking(at: device) { try took(event, device, conversation) }
                }
            }
            if receiver.frameCount >= limit {
                note("d\(device.slot) dies inside #\(conversation.number)")
                reach(.crashedInsideAnswer)
                try restart(device)
                return
            }
            guard isEnd else {
                queue.add(.hubSends(conversation), at: time.tick + conversation.weather.gap)
                return
            }
            try receiver.finish()
            try complete(conversation, device, receiver)
        } catch let problem as Problem {
            note("d\(device.slot) breaks #\(conversation.number): \(problem.code.rawValue)")
            // As the client: it comes back at once.
            if problem.code == .scopesChanged {
                reach(.scopesChangedInside)
                end(conversation, device)
                queue.add(.sync(device.slot), at: time.tick + 1)
                return
            }
            // A fork is told before a rollback, so its checkpoint is refused and asked for again.
            let isForkAfterRollback =
                problem.code == .responseInvalid && truth.hubRestores > 0
                && conversation.answer?.verdict == .fork
            guard
                problem.isOfTheLine || isForkAfterRollback
                    || phase == .safety && problem.code == .responseInvalid
            else {
                throw Breach(
                    "NoInnerFailure", "X5", "the device failed on an answer: \(problem)",
                    device: device.slot)
            }
            end(conversation, device)
        }
    }

    private func complete(
        _ conversation: Conversation, _ device: SimulatedDevice, _ receiver: AnswerReceiver
    ) throws {
        device.conversation = nil
        device.session = receiver.session
        note(
            "d\(device.slot) has #\(conversation.number): \(receiver.report?.rowsApplied ?? 0) rows"
        )
        let away = time.tick - device.lastContact
        if away > 7 * 86_400_000 { reach(.longAway) }
        device.lastContact = time.tick
        let isMended =
            receiver.refusal.map {
                [.chainGap, .laneForked, .hubRolledBack].contains($0.code)
            } ?? false
        let goesOn = isMended || receiver.hasMore || conversation.offer.hasMore
        if !goesOn, receiver.report?.digestMatches == false {
            try beginComparison(device)
            return
        }
        device.refusals = goesOn ? device.refusals + 1 : 0
        // As the client: three times in a row, then it waits for the next occasion.
        guard goesOn, device.refusals < 3 else {
            device.refusals = 0
            return
        }
        queue.add(.sync(device.slot), at: time.tick + 1)
    }

    func refuse(_ conversation: Conversation, _ problem: Problem) {
        guard let device = devices[conversation.slot], device.conversation === conversation else {
            return
        }
        let hadSession = conversation.isShort
        end(conversation, device)
        // As the client: a session that the hub does not know costs one more round trip.
        if problem.code == .sessionUnknown, hadSession {
            queue.add(.sync(device.slot), at: time.tick + 1)
        }
    }

    private func took(
        _ event: AnswerReceiver.Event, _ device: SimulatedDevice, _ conversation: Conversation
    ) throws {
        switch event {
        case .began(let welcome):
            let position = device.replica.inspect().cursor.position
            if welcome.verdict == .rollback || position > 0 && position < welcome.floor {
                device.mayDiffer = true
            }
            if let update = welcome.scopes {
                let before = Set(device.replica.inspect().scopes)
                if !before.isSubset(of: update.scopes) {
                    reach(.scopeLeft)
                    if !device.replica.inspect().pending.isEmpty { reach(.purgedUnderWork) }
                }
                if !before.isEmpty, !Set(update.scopes).isSubset(of: before) {
                    reach(.scopeEntered)
                }
            }
            if welcome.floor > position, position > 0 { reach(.returnedFromBelow) }
        case .conflicts: reach(.conflictKept)
        case .applied:
            // The floor may have passed the cursor while the pull ran.
            let cursor = conversation.offer.hello.cursor.position
            if cursor > 0, cursor < truth.floor { device.mayDiffer = true }
        case .staged(let rows): conversation.rowsStaged += rows
        default: break
        }
        try tell(.took(device, conversation, event))
    }
}

extension Problem {
    /// What a hub answers to a peer's slip, as opposed to a failure of its own.
    var isPeers: Bool { code != .internalFailure && code != .storeFailed }
    /// A line that broke, or a hub that refused.
    var isOfTheLine: Bool { code == .unreachable }
}
