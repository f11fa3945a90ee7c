import LynkCore

/// Whether a push is authentic and well-formed as a whole; nothing of it is read before.
enum PushCheck {
    /// - Returns: why the whole push is refused, or `nil`.
    /// - SeeAlso: Protocol/03-change-set.md
    static func problem(
        _ changeSets: [SealedChangeSet], signature: [UInt8], push: Push
    ) -> Problem? {
        guard let last = changeSets.last else { return nil }
        guard let key = push.publicKey,
            key.verifies(signature, of: last.oid.bytes, as: .changeSet)
        else {
            return Problem(
                .signatureInvalid, "the signature over \(last.oid.short) does not verify")
        }
        // A successor of a skip names what was skipped, so no later signature covers the skip.
        if let skip = changeSets.dropLast().first(where: { $0.skipped != nil }) {
            return Problem(.changeSetMalformed, "the skip \(skip.oid.short) is not the last")
        }
        var previous: ContentID?
        for sealed in changeSets {
            let content = sealed.content
            guard content.tenant == push.principal.tenant else {
                return Problem(.changeSetMalformed, "\(sealed.oid.short) is of another tenant")
            }
            guard content.device == push.principal.device else {
                return Problem(.changeSetMalformed, "\(sealed.oid.short) is of another device")
            }
            // One signature covers the batch only through an unbroken chain.
            if let previous, content.previous != previous {
                return Problem(
                    .changeSetMalformed, "\(sealed.oid.short) does not follow \(previous.short)")
            }
            previous = sealed.oid
        }
        return nil
    }
}
