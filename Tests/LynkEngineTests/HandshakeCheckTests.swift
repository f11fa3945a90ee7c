import LynkCore
import Testing

@testable import LynkEngine

@Suite("The verdict of a handshake")
struct HandshakeCheckTests {
    @Test(
        "Every case has its verdict",
        arguments: [
            (HandshakeCheck(cursor: .start), HandshakeVerdict.ok),
            (HandshakeCheck(cursor: .known), .ok),
            (HandshakeCheck(cursor: .lost), .rollback),
            (HandshakeCheck(cursor: .lost, hasPeers: true), .behind),
            (HandshakeCheck(cursor: .known, chainDiffers: true), .rollback),
            (HandshakeCheck(cursor: .known, chainDiffers: true, hasPeers: true), .rollback),
            (HandshakeCheck(cursor: .known, lacksKeptHead: true), .rollback),
            (HandshakeCheck(cursor: .start, lacksKeptHead: true), .rollback),
            (HandshakeCheck(cursor: .known, refusal: .chainGap), .gap),
            (HandshakeCheck(cursor: .lost, refusal: .chainGap), .rollback),
            (HandshakeCheck(cursor: .known, refusal: .laneForked), .fork),
            (HandshakeCheck(cursor: .lost, refusal: .laneForked), .fork),
            (HandshakeCheck(cursor: .start, refusal: .hubRolledBack), .rollback),
            (HandshakeCheck(cursor: .known, refusal: .signatureInvalid), .ok),
        ])
    func table(_ check: HandshakeCheck, _ verdict: HandshakeVerdict) {
        #expect(check.verdict == verdict)
    }
}
