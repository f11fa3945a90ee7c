import Foundation
import LynkCore
import Testing

@testable import LynkPayments

/// Protocol/Vectors/confirmation.json, which another implementation made: Python's `hmac` and
/// `cryptography`.
private struct Vectors: Decodable {
    struct Payment: Decodable {
        let name, payment, tenant, retailer, worker, amount, currency, method, time: String
        let canonical, challenge, codeKey, code, signingKey, publicKey, signature: String
        let scanPayment, scanConfirmation, onlineKey, onlineCode, onlineDigest: String
        let counter, keyVersion: Int64
    }

    struct Keys: Decodable {
        let secret, tenant, retailer, tenantKey, codeKey, paperKey, onlineKey: String
        let keyVersion: Int64
        let paperCodes: [String]
    }

    let payments: [Payment]
    let keys: Keys

    static func read() throws -> Vectors {
        let file = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
            .appendingPathComponent("Protocol/Vectors/confirmation.json")
        return try JSONDecoder().decode(Vectors.self, from: Data(contentsOf: file))
    }
}

@Suite("The golden vectors of confirmations")
struct ConfirmationVectorTests {
    @Test("Challenge, code, signature and both texts of a screen")
    func payments() throws {
        for vector in try Vectors.read().payments {
            let amount = try #require(Int64(vector.amount))
            let statement = try #require(
                PaymentStatement(
                    payment: vector.payment, tenant: vector.tenant, retailer: vector.retailer,
                    worker: vector.worker, amount: amount,
                    currency: vector.currency, method: vector.method, time: vector.time))
            #expect(hexadecimal(statement.canonical) == vector.canonical)
            #expect(statement.challenge == vector.challenge)
            let key = try #require(bytes(hexadecimal: vector.codeKey))
            #expect(
                statement.session.code(
                    key: key, counter: UInt64(vector.counter), challenge: vector.challenge)
                    == vector.code)
            let seed = try #require(bytes(hexadecimal: vector.signingKey))
            let signer = try #require(DeviceKey(bytes: seed))
            #expect(hexadecimal(signer.publicKey.bytes) == vector.publicKey)
            let kept = try #require(ScanText.confirmation(vector.scanConfirmation))
            #expect(hexadecimal(kept.signature) == vector.signature)
            #expect(kept.keyVersion == vector.keyVersion && kept.counter == vector.counter)
            #expect(kept.confirms(statement, by: signer.publicKey))
            let made = try SignedConfirmation(
                statement, keyVersion: vector.keyVersion, counter: vector.counter, key: signer)
            #expect(made?.confirms(statement, by: signer.publicKey) == true)
            #expect(ScanText.show(statement) == vector.scanPayment)
            #expect(ScanText.payment(vector.scanPayment) == statement)
            let subject = OnlineChallenge.Subject(
                payment: vector.payment, amount: statement.amount)
            let onlineKey = try #require(bytes(hexadecimal: vector.onlineKey))
            #expect(
                hexadecimal(subject.digest(of: vector.onlineCode, key: onlineKey))
                    == vector.onlineDigest)
        }
    }

    @Test("Every key from the hub's secret")
    func keys() throws {
        let vector = try Vectors.read().keys
        let raw = try #require(bytes(hexadecimal: vector.secret))
        let secret = try #require(ConfirmationSecret(bytes: raw))
        let (tenant, retailer, version) = (vector.tenant, vector.retailer, vector.keyVersion)
        #expect(
            hexadecimal(secret.codeKey(tenant: tenant, retailer: retailer, version: version))
                == vector.codeKey)
        let paper = secret.paperKey(tenant: tenant, retailer: retailer, version: version)
        #expect(hexadecimal(paper) == vector.paperKey)
        #expect(hexadecimal(secret.onlineKey(tenant: tenant)) == vector.onlineKey)
        let codes = [1, 2, 50].map { PaperCard.code(key: paper, number: $0) }
        #expect(codes == vector.paperCodes)
        #expect(PaperCard.code(key: paper, number: 0) == nil)
        #expect(PaperCard.code(key: paper, number: 51) == nil)
        #expect(ConfirmationSecret(bytes: [1]) == nil)
    }
}
