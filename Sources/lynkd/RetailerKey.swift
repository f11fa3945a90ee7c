import ArgumentParser
import LynkCore
import LynkEngine
import LynkPayments

struct RetailerKey: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retailer-key",
        abstract: "Prints the card that a retailer's phone is enrolled with.",
        discussion: """
            The card holds the key behind the codes with which this retailer confirms payments.
            Show it to the retailer alone, once, and keep no copy: whoever has it can confirm in
            the retailer's name. A new phone gets a new version, never an old one again.

              lynkd retailer-key --data data --tenant TENANT --retailer ROW --version 1
              lynk confirm enroll --phone shop.phone LYNKKEY1:...

            The hub's secret behind all cards is kept with its other secrets and is in every
            backup: without it no code verifies any more.
            """)

    @Option(help: "The data directory.")
    var data: String
    @Option(help: "The tenant's id.")
    var tenant: String
    @Option(help: "The retailer's row key.")
    var retailer: String
    @Option(help: "From 1 up, one more for each new phone.")
    var version: Int64 = 1

    func run() async throws {
        try await Failure.reported {
            guard let owner = TenantID(tenant) else {
                throw Problem(.parameterInvalid, "\(tenant) is not a tenant's id")
            }
            guard let shop = RowKey(retailer) else {
                throw Problem(.parameterInvalid, "\(retailer) is not a row key")
            }
            let secret = try ConfirmationKey.open(Composition.openControl(directory: data))
            guard
                let card = PhoneCard(secret, tenant: owner, retailer: shop, version: version)
            else { throw Problem(.parameterInvalid, "versions of a key begin with 1") }
            print(card.text)
        }
    }
}

/// The hub's secret for confirmations, made on first use and kept with its other secrets.
enum ConfirmationKey {
    static let secretName = "confirmation"

    /// - Throws: ``Problem`` `store_failed` when it is damaged. It is never replaced: every
    ///   retailer's key follows from it.
    static func open(_ control: any ControlStore) throws -> ConfirmationSecret {
        var chance = SystemRandomNumberGenerator()
        let bytes = try control.secret(secretName) {
            (0..<32).map { _ in UInt8.random(in: 0...255, using: &chance) }
        }
        guard let secret = ConfirmationSecret(bytes: bytes) else {
            throw Problem(.storeFailed, "the secret of confirmations is not thirty-two bytes")
        }
        return secret
    }
}
