import LynkCore

@testable import LynkPayments

/// A second reading of the rules of money, beside the one that is shipped and without its code.
///
/// It goes through the whole log from the beginning each time it is asked, keeps plain arrays and
/// dictionaries, and looks for everything by trying all. Clarity over speed.
struct ReferenceBooks {
    struct Payment {
        let key: RowKey
        let retailer: RowKey
        let worker: RowKey
        let amount: Int64
        let method: PaymentMethod
        let reference: String
        let bank: String
        let chequeDate: CivilDay?
        let claimedAt: Int64
        let serverToken: Int64?
        let install: String
        let intent: [RowKey]
        /// What it expects to cover, as its device said; empty when it did not.
        let stated: [RowKey: Int64]
        var lifecycle = Lifecycle.initiated
        var cancels: [ReferenceFact] = []
        /// What brought the money; nothing is booked before.
        var booking: ReferenceFact?
        var posting: PaymentPosting?
        /// The place among payments: where it was booked.
        var order = 0
        var heldFor: Set<ExceptionKind> = []
        /// A person let it go: what held it does not hold it again.
        var isReleased = false
        var effectiveAt: Int64 = 0
        var effectiveDay = CivilDay(milliseconds: 0)
        var businessDay = CivilDay(milliseconds: 0)
        var settlement: Settlement?
        /// What it expected to cover of each invoice, and what its author saw as open.
        var claims: [RowKey: Int64] = [:]
        var confirmedOpen: [RowKey: Int64] = [:]
        var agreedToReverse: Set<RowKey> = []
        /// The device that said it first, and its number on that device's receipts.
        let madeOn: RowKey
        let receiptCounter: Int64
        let bornAt: Int64
        var hasExpired = false

        var isAtBank: Bool {
            switch settlement {
            case .deposited, .cleared, .matched: true
            default: false
            }
        }
    }

    struct Invoice {
        let key: RowKey
        let retailer: RowKey
        let number: String
        let issued: String
        let due: String
        var total: Int64
        var isCancelled = false
    }

    /// A column that the office writes, with the commit that wrote it last.
    struct Said<Subject> {
        let value: Subject
        let by: ReferenceFact
    }

    struct Piece {
        let payment: RowKey
        let invoice: RowKey
        var amount: Int64
    }

    struct Finding: Hashable {
        let kind: ExceptionKind
        let subjects: [RowKey]
    }

    var payments: [RowKey: Payment] = [:]
    var invoices: [RowKey: Invoice] = [:]
    var retailers: Set<RowKey> = []
    var phones: [String: RowKey] = [:]
    var aliases: [RowKey: RowKey] = [:]
    var pieces: [Piece] = []
    var findings: Set<Finding> = []
    /// Of an instrument one finding, which gets more subjects.
    var claimants: [String: Set<RowKey>] = [:]
    var order = AllocationOrder.issueDate
    var isActive: [RowKey: Said<Bool>] = [:]
    var directWorkers: [RowKey: Said<[RowKey]>] = [:]
    var lostDevices: [RowKey: Int64] = [:]
    var closes: [(worker: RowKey?, day: CivilDay)] = []
    /// Facts about payments that have not come, in the order of the log.
    var waiting: [RowKey: [(RowChange, ReferenceFact)]] = [:]
    var handovers: [RowKey: Handover] = [:]
    var earlyCounts: [RowKey: [RowChange]] = [:]
    /// By collector: what he handed over. Then what came to the bank, of everybody.
    var hands: [RowKey: Pool] = [:]
    var bankPool = Pool()
    /// What collectors brought to the bank in this very commit.
    var broughtNow: [RowKey: Int64] = [:]
    var deposited: Int64 = 0
    var lines: [RowKey: BankLine] = [:]
    var proofs: [RowKey: Proof] = [:]
    /// What texts of codes are, as the tenant says that drew them.
    let codes: [String: Code]
    var tries: [CodeTry] = []
    var phoneLines: [PhoneLine] = []
    /// Whose phone it is.
    var phoneShop = RowKey(high: 0, low: 0)
    var openGaps: Set<Int64> = []
    var knownGaps: Set<Int64> = []
    var disputed: Set<RowKey> = []
    /// Above this no money comes in without the payer's word; `nil` where it does.
    var confirmsAbove: Int64?
    /// What was open of each invoice after each commit; the first is before any.
    var openAfter: [[RowKey: Int64]] = [[:]]
    static let cashDayLimit: Int64 = 20_000_000
    static let graceHours: Int64 = 72
    static let stopHours: Int64 = 168
    static let dualControlAbove: Int64 = 5_000_000
    static let hour: Int64 = 3_600_000

    init(_ arrivals: [Arrival], codes: [String: Code] = [:]) {
        self.codes = codes
        for fact in ReferenceFact.log(arrivals) {
            for change in fact.written.changes { take(change, fact) }
            coverCash()
            openAfter.append(
                invoices.mapValues { open($0.key) }.filter { $0.value > 0 })
        }
    }

    mutating func raise(_ kind: ExceptionKind, _ subjects: RowKey...) {
        findings.insert(Finding(kind: kind, subjects: subjects.sorted()))
    }

    /// The shop whose account it is.
    func account(_ retailer: RowKey) -> RowKey { aliases[retailer] ?? retailer }

    private mutating func take(_ change: RowChange, _ fact: ReferenceFact) {
        switch change.table {
        case TenantProfileField.table.id:
            if let text = change.text(TenantProfileField.allocationOrder) {
                order = AllocationOrder(rawValue: text) ?? order
            }
        case RetailerField.table.id: takeRetailer(change, fact)
        case WorkerField.table.id:
            if let active = change.number(WorkerField.active) {
                isActive[change.key] = Said(value: active != 0, by: fact)
            }
        case DeviceStatusField.table.id:
            if let state = change.text(DeviceStatusField.state), state != "ACTIVE" {
                lostDevices[change.key] =
                    change.number(DeviceStatusField.since) ?? fact.effective
            }
        case DayCloseField.table.id:
            if let day = change.text(DayCloseField.day).flatMap({ CivilDay($0) }) {
                closes.append((change.reference(DayCloseField.worker), day))
            }
        case InvoiceField.table.id: takeInvoice(change)
        case InvoiceAmendmentField.table.id: takeAmendment(change)
        case PaymentField.table.id:
            if change.kind == .insert { takePayment(change, fact) } else { step(change, fact) }
        case HandoverField.table.id: takeHandover(change)
        case HandoverCountField.table.id: takeCount(change)
        case DepositField.table.id:
            deposited += change.number(DepositField.amount) ?? 0
            bankPool.total += change.number(DepositField.amount) ?? 0
        case DeviceReportField.table.id: takeReport(change)
        case RetailerKeyField.table.id:
            phoneShop = change.reference(RetailerKeyField.retailer) ?? phoneShop
        case TenantPolicyField.table.id:
            if change.text(TenantPolicyField.attestation) == "ALWAYS" {
                confirmsAbove = change.number(TenantPolicyField.attestationAbove)
            }
        case AttestationField.table.id: takeAttestation(change, fact)
        case BankLineField.table.id: takeBankLine(change)
        case BankMatchField.table.id: takeBankMatch(change)
        case ClockTickField.table.id: strike(fact)
        case ProofFileField.table.id: takeProof(change, fact)
        case DecisionField.table.id, ChequeEventField.table.id, DisputeField.table.id:
            takeAct(change, fact)
        default: break
        }
    }

    /// Rule 33: the first shop with a phone number is the account of all.
    private mutating func takeRetailer(_ change: RowChange, _ fact: ReferenceFact) {
        retailers.insert(change.key)
        if let active = change.number(RetailerField.active) {
            isActive[change.key] = Said(value: active != 0, by: fact)
        }
        if let text = change.text(RetailerField.directWorkers) {
            directWorkers[change.key] = Said(value: KeyText.keys(text), by: fact)
        }
        if let phone = change.text(RetailerField.phone), change.kind == .insert {
            if let first = phones[phone] {
                aliases[change.key] = first
                raise(.retailerMerged, first, change.key)
            } else {
                phones[phone] = change.key
            }
        }
    }
}
