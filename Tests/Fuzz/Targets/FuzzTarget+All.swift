extension FuzzTarget {
    /// Every target, by the order of the book: the smallest pieces first.
    public static let all: [FuzzTarget] =
        items + frames + messages + texts + worlds + files + routes

    /// Whether thousands of inputs take about a second: no file, no hub.
    public var isQuick: Bool {
        !(Self.worlds + Self.files + Self.routes).contains { $0.name == name }
    }
}
