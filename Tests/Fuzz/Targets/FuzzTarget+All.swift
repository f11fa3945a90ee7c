extension FuzzTarget {
    /// Every target, by the order of the book: the smallest pieces first.
    public static let all: [FuzzTarget] =
        items + frames + messages + texts + worlds + files
}
