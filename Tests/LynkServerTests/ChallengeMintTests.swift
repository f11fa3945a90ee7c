import LynkCore
import TestSupport
import Testing

@testable import LynkServer

struct ChallengeMintTests {
    private let mint = ChallengeMint(secret: [UInt8](repeating: 1, count: 32))
    private let device = DeviceID(high: 1, low: 2)

    private func challenge() -> [UInt8] {
        var random = SeededGenerator(seed: 7)
        return mint.make(for: device, nowMilliseconds: 1_000, using: &random)
    }

    @Test func livesForAMinute() throws {
        try mint.check(challenge(), for: device, nowMilliseconds: 60_999)
        #expect(throws: Problem(.challengeInvalid, "it has expired")) {
            try mint.check(challenge(), for: device, nowMilliseconds: 61_000)
        }
    }

    @Test func everyByteCounts() {
        for place in challenge().indices {
            var changed = challenge()
            changed[place] ^= 1
            #expect(throws: Problem(.challengeInvalid, "it was not made here for this device")) {
                try mint.check(changed, for: device, nowMilliseconds: 1_000)
            }
        }
    }

    @Test func isForOneDeviceAndOneHub() {
        let foreign = Problem(.challengeInvalid, "it was not made here for this device")
        #expect(throws: foreign) {
            try mint.check(challenge(), for: DeviceID(high: 1, low: 3), nowMilliseconds: 1_000)
        }
        let other = ChallengeMint(secret: [UInt8](repeating: 2, count: 32))
        #expect(throws: foreign) {
            try other.check(challenge(), for: device, nowMilliseconds: 1_000)
        }
        #expect(throws: Problem(.challengeInvalid, "a challenge has 56 bytes")) {
            try mint.check([], for: device, nowMilliseconds: 1_000)
        }
    }
}
