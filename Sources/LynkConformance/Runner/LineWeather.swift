/// What the runner's own line does to one exchange: the network between a device and the server.
package struct LineWeather: Hashable, Sendable {
    /// The request breaks off at this byte; below zero from the end.
    package var uploadCut: Int?
    /// The answer is not read on after this byte, and the line is closed.
    package var answerCut: Int?
    /// Bytes of the request that go at once, with a pause between.
    package var pieceBytes: Int?
    /// The same request comes on so many lines at the same time.
    package var times = 1

    package var isCut: Bool { uploadCut != nil || answerCut != nil }
}

extension LineWeather {
    init(_ json: JSONValue, at path: String) throws(CaseProblem) {
        var members = try CaseMembers(json, at: path)
        uploadCut = try members.number("cut").map { Int($0) }
        answerCut = try members.number("deaf").map { Int($0) }
        pieceBytes = try members.number("pieces").map { Int($0) }
        times = Int(try members.number("times") ?? 1)
        try members.end()
    }
}
