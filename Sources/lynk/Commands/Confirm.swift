import ArgumentParser
import Foundation
import Lynk
import LynkPayments

struct Confirm: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Plays a retailer's phone: confirms payments, and keeps their numbered log.",
        discussion: """
            A retailer confirms what he paid on his own phone, which needs no network. The worker \
            reads him seven digits; he types them with the amount that he paid, and reads the \
            worker nine digits back. Nobody but his phone can make them, and they fit this \
            payment and this amount only.

              lynkd retailer-key --data data --tenant TENANT --retailer ROW   # at the office
              lynk confirm enroll --phone shop.phone LYNKKEY1:...
              lynk challenge 4BAF-CBA9-4C1B                                   # the worker
              lynk confirm code --phone shop.phone --amount 10,000.00 --method CASH 7063550
              lynk confirm scan --phone shop.phone LYNKPAY1:...               # or scanned
              lynk confirm log --phone shop.phone

            With a network the shop's own device, enrolled as a retailer, asks the hub for a code \
            instead, and needs no card:

              lynk confirm online --replica shop.db 4BAF-CBA9-4C1B
              lynk attest --online 4BAF-CBA9-4C1B 846701                      # the worker

            The file of the phone is its identity and its memory: never copy it, and give a new \
            phone a new version of the key.
            """,
        subcommands: [
            ConfirmEnroll.self, ConfirmCode.self, ConfirmScan.self, ConfirmLog.self,
            ConfirmOnline.self,
        ])
}

/// The file that stands for a retailer's phone.
struct PhoneOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The phone's file.", valueName: "file"))
    var phone: String

    func open() throws -> RetailerPhone {
        guard let data = FileManager.default.contents(atPath: phone) else {
            throw Problem(.parameterInvalid, "there is no phone \(phone); see lynk confirm enroll")
        }
        guard let text = String(data: data, encoding: .utf8), let kept = RetailerPhone(text: text)
        else {
            throw Problem(
                .parameterInvalid, "\(phone) is damaged: ask the office for a new key version")
        }
        return kept
    }

    /// Keeps it durably under its name, whole or not at all.
    func keep(_ kept: RetailerPhone, isNew: Bool = false) throws {
        if isNew, FileManager.default.fileExists(atPath: phone) {
            throw Problem(.alreadyExists, "\(phone) is a phone already")
        }
        let draft = phone + ".new"
        unlink(draft)
        let descriptor = Foundation.open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Problem(.storeFailed, "\(draft) cannot be made") }
        let bytes = Array(kept.text.utf8)
        let isWhole = write(descriptor, bytes, bytes.count) == bytes.count && fsync(descriptor) == 0
        close(descriptor)
        guard isWhole, rename(draft, phone) == 0 else {
            throw Problem(.storeFailed, "\(phone) cannot be written")
        }
    }

    /// Held until the process ends: two confirmations at once would use one counter.
    func lock() throws {
        let descriptor = Foundation.open(phone + ".lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw Problem(.replicaLocked, phone)
        }
    }
}

struct ConfirmEnroll: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enroll", abstract: "Turns the office's card into a phone.",
        discussion: """
            Prints the public half of a key that is made now; the office registers it with the \
            retailer's key, so that scanned confirmations verify.
            """)

    @OptionGroup var options: PhoneOptions
    @Argument(help: "The card, LYNKKEY1:...")
    var card: String
    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        try await Failure.reported {
            guard let read = PhoneCard(text: card) else {
                throw Problem(.parameterInvalid, "that is not a card of lynkd retailer-key")
            }
            let key = DeviceKey()
            guard
                let phone = RetailerPhone(
                    tenant: read.tenant, retailer: read.retailer, keyVersion: read.keyVersion,
                    codeKey: read.codeKey, signingKey: key.bytes)
            else { throw Problem(.parameterInvalid, "the card is damaged") }
            try options.lock()
            try options.keep(phone, isNew: true)
            Sheet([
                ("tenant", .text(phone.tenant)), ("retailer", .text(phone.retailer)),
                ("key_version", .number(phone.keyVersion)),
                ("public_key", .text(hexadecimal(key.publicKey.bytes))),
            ]).show(asJSON: json)
        }
    }
}

struct ConfirmCode: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "code", abstract: "Confirms a payment whose challenge was read out.",
        discussion: """
            Type the amount that you paid, not what you are told: the code fits no other.

              lynk confirm code --phone shop.phone --amount 10,000.00 --method CASH 7063550
            """)

    @OptionGroup var options: PhoneOptions
    @Option(help: ArgumentHelp("Rupees, e.g. 10,000.00.", valueName: "rupees"))
    var amount: String
    @Option(help: "CASH, UPI, CHEQUE or BANK.")
    var method: String
    @Argument(help: "The worker's seven digits.")
    var challenge: String
    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        try await Failure.reported {
            guard let paise = Rupees.paise(amount), paise > 0 else {
                throw Problem(.parameterInvalid, "\(amount) is not an amount in rupees")
            }
            guard let way = PaymentMethod(rawValue: method.uppercased()) else {
                throw Problem(.parameterInvalid, "\(method) is not CASH, UPI, CHEQUE or BANK")
            }
            try options.lock()
            var phone = try options.open()
            let now = SystemReplicaClock().read().wallMilliseconds
            let code = try phone.confirm(
                amount: paise, method: way.rawValue,
                challenge: challenge.filter { !" -".contains($0) },
                time: UniversalTime.text(milliseconds: now))
            // Kept before it is shown: a counter is never used twice.
            try options.keep(phone)
            Sheet([
                ("confirms", .text("\(Rupees.text(paise)) by \(way.rawValue)")),
                ("code", .text(json ? code : Self.grouped(code))),
                ("counter", .number(phone.counter)),
            ]).show(asJSON: json)
        }
    }

    private static func grouped(_ code: String) -> String {
        let digits = Array(code)
        return stride(from: 0, to: digits.count, by: 3)
            .map { String(digits[$0..<min($0 + 3, digits.count)]) }.joined(separator: " ")
    }
}

struct ConfirmScan: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scan", abstract: "Confirms a payment that was scanned, with a signature.",
        discussion: """
            Without --yes it only says what the payment is. With it, prints the text for the \
            screen that the worker scans back.
            """)

    @OptionGroup var options: PhoneOptions
    @Argument(help: "The text of the worker's screen, LYNKPAY1:...")
    var text: String
    @Flag(help: "It is what I paid.")
    var yes = false
    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        try await Failure.reported {
            guard let statement = ScanText.payment(text) else {
                throw Problem(.parameterInvalid, "that is not the text of a payment")
            }
            var figures: [(String, Cell)] = [
                ("amount_paise", .money(statement.amount)), ("method", .text(statement.method)),
                ("worker", .text(statement.worker)), ("time", .text(statement.time)),
            ]
            if yes {
                try options.lock()
                var phone = try options.open()
                let now = SystemReplicaClock().read().wallMilliseconds
                let confirmation = try phone.confirm(
                    statement, time: UniversalTime.text(milliseconds: now))
                try options.keep(phone)
                figures.append(("confirmation", .text(ScanText.show(confirmation))))
            } else {
                figures.append(("next", .text("repeat with --yes when it is what you paid")))
            }
            Sheet(figures).show(asJSON: json)
        }
    }
}

struct ConfirmLog: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log", abstract: "Shows what this phone confirmed, by number.",
        discussion: """
            With --shown the phone notes that the office has the log up to its last line; until \
            then it gives at most 20 confirmations and 2,00,000 rupees in all.
            """)

    @OptionGroup var options: PhoneOptions
    @Flag(help: "Print the lines as the office takes them.")
    var upload = false
    @Flag(help: "The office has it all.")
    var shown = false

    func run() async throws {
        try await Failure.reported {
            if shown { try options.lock() }
            var phone = try options.open()
            for line in phone.log {
                print(
                    upload
                        ? line.text
                        : "\(line.counter)  \(line.time)  \(line.method)  "
                            + "\(Rupees.text(line.amount))  \(line.challenge)")
            }
            if shown {
                phone.shown()
                try options.keep(phone)
            }
        }
    }
}
