/// Small handles for long ids, in the order of first sight: the same history gives the same ones.
struct HandleNames<Name: Hashable & Sendable>: Sendable {
    private(set) var names: [Name] = []
    private var handles: [Name: UInt32] = [:]

    mutating func handle(_ name: Name) -> UInt32 {
        if let known = handles[name] { return known }
        let handle = UInt32(names.count)
        handles[name] = handle
        names.append(name)
        return handle
    }

    func known(_ name: Name) -> UInt32? { handles[name] }

    subscript(handle: UInt32) -> Name { names[Int(handle)] }
}
