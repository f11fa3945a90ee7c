import LynkCore

@testable import LynkPayments

/// What people and banks say about a payment afterwards.
extension ReferenceBooks {
    /// What comes before the money waits for it.
    mutating func takeAct(_ change: RowChange, _ fact: ReferenceFact) {
        let subject: RowKey? =
            switch change.table {
            case DecisionField.table.id: change.reference(DecisionField.payment)
            case ChequeEventField.table.id: change.reference(ChequeEventField.payment)
            default: change.reference(DisputeField.payment)
            }
        guard let key = subject else { return }
        // Rule 34: nothing moves, and it is the payer's to say.
        if change.table == DisputeField.table.id, let payment = payments[key] {
            if payment.retailer == fact.user {
                disputed.insert(key)
                raise(.disputed, key)
            }
            return
        }
        guard let payment = payments[key], payment.booking != nil else {
            waiting[key, default: []].append((change, fact))
            return
        }
        switch change.table {
        case DecisionField.table.id: decide(change, fact, payment)
        case ChequeEventField.table.id: chequeStep(change, payment)
        default: break
        }
    }

    private mutating func decide(_ change: RowChange, _ fact: ReferenceFact, _ payment: Payment) {
        let key = payment.key
        switch change.text(DecisionField.action) {
        case DecisionAction.release.rawValue where payment.posting == .held:
            payments[key]?.isReleased = true
            payments[key]?.heldFor = []
            post(key)
        // Two people are needed to take back what was booked, and one for what was not.
        case DecisionAction.reject.rawValue where payment.posting == .held,
            DecisionAction.reverse.rawValue where payment.posting == .held:
            reverse(key)
        case DecisionAction.reverse.rawValue where payment.posting != .reversed:
            payments[key]?.agreedToReverse.insert(fact.user)
            let people = payments[key]?.agreedToReverse.count ?? 0
            if people >= (payment.amount > Self.dualControlAbove ? 2 : 1) { reverse(key) }
        default: break
        }
    }

    /// Nothing leaves it.
    mutating func reverse(_ key: RowKey) {
        payments[key]?.posting = .reversed
        takeBack(key)
    }

    /// Rule 35, and the ways of a cheque on axis 4.
    private mutating func chequeStep(_ change: RowChange, _ payment: Payment) {
        guard payment.method == .cheque, payment.posting == .posted,
            let step = change.text(ChequeEventField.event).flatMap({ ChequeStep(rawValue: $0) }),
            let day = change.text(ChequeEventField.day).flatMap({ CivilDay($0) })
        else { return }
        let isOfDay =
            payment.chequeDate.map { $0 <= day && day <= Self.lastDay($0) } ?? true
        switch (step, payment.settlement) {
        case (.deposited, .inHand?) where isOfDay,
            (.deposited, .handedOver?) where isOfDay:
            payments[payment.key]?.settlement = .deposited
        case (.cleared, .deposited?):
            payments[payment.key]?.settlement = .cleared
        // A bank had it, whoever forgot to say so.
        case (.bounced, .deposited?), (.returned, .deposited?), (.bounced, .inHand?),
            (.returned, .inHand?), (.bounced, .handedOver?), (.returned, .handedOver?),
            (.returned, .stale?):
            payments[payment.key]?.settlement = .bounced
            raise(.chequeBounced, payment.key)
            reverse(payment.key)
        default: break
        }
    }
}
