import LynkCore
import Testing

@testable import LynkPayments

@Suite("Texts for QR codes and signatures of retailers")
struct ScanTextTests {
    @Test("A payment and its confirmation go over two screens and verify offline")
    func roundTrip() throws {
        let key = try #require(DeviceKey(bytes: Statements.key))
        let statement = try Statements.sample()
        let shown = ScanText.show(statement)
        let scanned = try #require(ScanText.payment(shown))
        #expect(scanned == statement)
        let confirmation = try #require(
            try SignedConfirmation(scanned, keyVersion: 3, counter: 10, key: key))
        let back = try #require(ScanText.confirmation(ScanText.show(confirmation)))
        #expect(back == confirmation)
        #expect(back.confirms(statement, by: key.publicKey))
    }

    @Test("A signature holds for one payment, amount, key version and counter, and by one key")
    func bound() throws {
        let key = try #require(DeviceKey(bytes: Statements.key))
        let statement = try Statements.sample()
        let made = try #require(
            try SignedConfirmation(statement, keyVersion: 3, counter: 10, key: key))
        #expect(!made.confirms(try Statements.sample(amount: 800_000), by: key.publicKey))
        #expect(
            !made.confirms(
                try Statements.sample(payment: CodeScene.payments[0].description),
                by: key.publicKey))
        for (version, counter) in [(Int64(4), Int64(10)), (3, 11)] {
            let moved = try #require(
                SignedConfirmation(
                    keyVersion: version, counter: counter, signature: made.signature))
            #expect(!moved.confirms(statement, by: key.publicKey))
        }
        let other = try #require(DeviceKey(bytes: Statements.key.reversed()))
        #expect(!made.confirms(statement, by: other.publicKey))
    }

    @Test(
        "What is no such text is not read",
        arguments: [
            "", "LYNKPAY1:", "LYNKPAY1:00", "LYNKPAY1:0", "LYNKPAY2:00", "LYNKSIG1:1:1:",
            "LYNKSIG1:01:1:00", "LYNKSIG1:1:-1:00", "LYNKSIG1:1:1", "https://example.com",
            "LYNKSIG1:1:1:" + String(repeating: "0", count: 126),
            "LYNKSIG1:0:1:" + String(repeating: "0", count: 128),
            "LYNKPAY1:" + String(repeating: "41", count: 5_000),
        ])
    func strange(_ text: String) {
        #expect(ScanText.payment(text) == nil)
        #expect(ScanText.confirmation(text) == nil)
    }
}
