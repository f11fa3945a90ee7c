import LynkCore

extension SealedChangeSet {
    /// The intent of a change set that stands in the place of one that its author cannot send.
    static let skipIntent = "skip"

    /// The oid that a skip gives up; `nil` for any other change set.
    var skipped: ContentID? {
        guard let intent = content.intent, intent.name == Self.skipIntent, content.changes.isEmpty
        else { return nil }
        return ContentID(intent.arguments)
    }

    /// What the successor in the chain names as its predecessor.
    var link: ContentID { skipped ?? oid }
}
