import LynkCore
import LynkEngine
import LynkWire

/// One exchange on its way: the request's bytes, what the line does to them, and the answer.
final class Conversation {
    let number: Int
    let slot: Int
    let offer: ExchangeOffer
    let request: [UInt8]
    let isCompressed: Bool
    let isShort: Bool
    var receiver: AnswerReceiver
    let weather: Weather
    var answer: HubAnswer?
    /// Bytes of the answer that have left the hub.
    var sent = 0
    var rowsStaged = 0
    /// Commits ever made when the scan began.
    var begunAt = 0

    init(
        number: Int, slot: Int, offer: ExchangeOffer, request: [UInt8], isCompressed: Bool,
        isShort: Bool, receiver: AnswerReceiver, weather: Weather
    ) {
        self.number = number
        self.slot = slot
        self.offer = offer
        self.request = request
        self.isCompressed = isCompressed
        self.isShort = isShort
        self.receiver = receiver
        self.weather = weather
    }

    static let timeout: Int64 = 60_000
}

/// What a line does to one exchange, drawn when it begins.
struct Weather {
    /// One copy of the request on its way to the hub.
    struct Copy {
        let delay: Int64
        /// Only so many bytes arrive.
        var cut: Int?
        /// This byte arrives as another.
        var damaged: Int?
    }

    var copies: [Copy]
    /// Only so many bytes of the answer arrive.
    var answerCut: Int?
    var answerDamaged: Int?
    /// The device's process ends after so many frames of the answer.
    var crashAfter: Int?
    /// Between two steps of the hub's scan.
    var gap: Int64
    var latency: Int64
    /// The answer to the later of two copies is the one that arrives.
    var prefersLater = false

    /// A line without faults.
    static let calm = Weather(copies: [Copy(delay: 5)], gap: 1, latency: 5)

    private init(copies: [Copy], gap: Int64, latency: Int64) {
        self.copies = copies
        self.gap = gap
        self.latency = latency
    }

    init(_ mix: FaultMix, _ chance: inout Chance, bytes: Int) {
        copies = []
        let delays: [Int] = mix.has(.delay) ? [50, 2_000, 50_000, 7_200_000] : [50]
        let most = delays[chance.number(delays.count - 1)]
        let count = chance.isHit(mix.repeating) ? 2 + chance.number(1) : 1
        for _ in 0..<count {
            var copy = Copy(delay: 1 + Int64(chance.number(most)))
            let (isLost, isCut) = (chance.isHit(mix.loss), chance.isHit(mix.cut))
            let (isDamaged, place) = (chance.isHit(mix.damage), chance.number(max(bytes - 1, 0)))
            if isLost { continue }
            if isCut, chance.isOne(in: 2) { copy.cut = place }
            if isDamaged { copy.damaged = place }
            copies.append(copy)
        }
        let answerBytes = [40, 400, 3_000, mix.has(.bigRows) ? 900_000 : 30_000][
            chance.number(3)]
        let place = chance.number(answerBytes)
        if chance.isHit(mix.loss) {
            answerCut = 0
        } else if chance.isHit(mix.cut) {
            answerCut = place
        }
        if chance.isHit(mix.damage) { answerDamaged = place }
        let frames = chance.number(5)
        if mix.has(.crash), chance.isHit(60) { crashAfter = frames }
        let isSlow = chance.isHit(mix.slow)
        gap = 1 + Int64(chance.number(isSlow ? 30_000 : 20))
        latency = 1 + Int64(chance.number(isSlow ? 5_000 : 100))
        prefersLater = chance.isOne(in: 2)
        if mix.has(.ties) { evenOut() }
    }

    /// As long under way for everybody, so that what was written at one time takes effect at one.
    private mutating func evenOut() {
        copies = copies.map { Copy(delay: 5, cut: $0.cut, damaged: $0.damaged) }
        latency = 5
    }
}
