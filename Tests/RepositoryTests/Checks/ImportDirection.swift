/// An import only goes to a lower level of the package; the system's libraries are wrapped once.
enum ImportDirection {
    /// What each target may import; the standard library's modules are free for all.
    static let allowed: [String: Set<String>] = {
        let values: Set = ["LynkCore"]
        let meaning = values.union(["LynkWire", "LynkEngine"])
        let front = meaning.union(["Lynk", "LynkClient", "LynkStore"])
        let system: Set = ["Foundation", "FoundationEssentials", "Glibc", "Musl", "Dispatch"]
        let hummingbird: Set = [
            "Hummingbird", "HummingbirdCore", "HummingbirdHTTP2", "HummingbirdTLS", "HTTPTypes",
            "NIOCore", "NIOPosix", "NIOHTTP2", "NIOSSL", "NIOHTTPTypes", "NIOHTTPTypesHTTP1",
            "NIOHTTPTypesHTTP2", "Logging", "ServiceLifecycle", "UnixSignals", "JWTKit",
        ]
        return [
            "LynkCore": ["Crypto"],
            "LynkWire": values.union(["CZstd", "Crypto"]),
            "LynkEngine": values,
            "LynkPayments": values.union(["Crypto"]),
            "LynkStore": meaning.union(["CSQLite", "CStatx", "GRDB", "Crypto"]).union(system),
            "LynkServer": meaning.union(["Crypto"]).union(hummingbird).union(system),
            "LynkClient": meaning.union(["CCurl", "CCurlShim", "Crypto"]).union(system),
            "LynkSimulator": meaning.union(["LynkStore", "LynkPayments", "CFaultVFS"]),
            "LynkHistory": ["Foundation"],
            "LynkConformance": system.union(["CCurl", "CCurlShim", "CZstd", "Crypto"]),
            "lynk-conformance": system.union(["LynkConformance", "ArgumentParser"]),
            "Lynk": front,
            "lynkd": meaning.union(system).union([
                "LynkServer", "LynkStore", "LynkPayments", "ArgumentParser", "Logging",
                "ServiceLifecycle",
            ]),
            "lynk": front.union(system).union([
                "LynkPayments", "LynkSimulator", "ArgumentParser", "GRDB",
            ]),
            "lynk-bench": front.union(system).union(hummingbird).union([
                "LynkServer", "LynkPayments", "CSQLite", "GRDB", "ArgumentParser",
            ]),
            "lynk-ordeal": front.union(system).union([
                "CProcess", "LynkPayments", "LynkHistory", "ArgumentParser", "GRDB",
            ]),
            "ConformanceAdapter": front.union(system).union(["Lynk", "LynkPayments", "GRDB"]),
            "MonthOfPayments": front.union(system).union([
                "LynkPayments", "ArgumentParser", "GRDB",
            ]),
            "Checklists/Application": values,
            "Checklists/Program": front.union(system).union([
                "Checklists", "LynkServer", "ArgumentParser", "GRDB", "Logging",
            ]),
        ]
    }()

    static let free: Set = ["Swift", "Synchronization", "_Concurrency"]

    static let check = FileCheck(
        name: "import direction",
        reads: { $0.isSwift && !$0.isTest && $0.target != nil },
        find: { file in
            guard let target = target(of: file) else { return [] }
            guard let allowed = allowed[target] else {
                return [
                    Violation(
                        path: file.path, line: 1, what: "\(target) has no level",
                        mend: "add the target to ImportDirection.allowed with what it may import")
                ]
            }
            return imports(of: file).filter {
                !allowed.contains($0.name) && !free.contains($0.name)
            }
            .map {
                Violation(
                    path: file.path, line: $0.line, what: "\(target) imports \($0.name)",
                    mend: "move the code to the target that may, or put a port between them")
            }
        })

    /// `A/B` for a file below `Samples/A/B` where that folder is a target of its own.
    private static func target(of file: SourceFile) -> String? {
        let parts = file.path.split(separator: "/")
        guard parts.count > 3 else { return file.target }
        let inner = "\(parts[1])/\(parts[2])"
        return allowed[inner] == nil ? file.target : inner
    }

    /// The modules that the file imports; `import struct M.T` counts as `M`.
    static func imports(of file: SourceFile) -> [(name: String, line: Int)] {
        let kinds: Set = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
        let tokens = file.tokens
        return tokens.indices.compactMap { index in
            guard tokens[index].text == "import", tokens[index].kind == .word else { return nil }
            var next = index + 1
            while next < tokens.count, kinds.contains(tokens[next].text) { next += 1 }
            guard next < tokens.count, tokens[next].kind == .word else { return nil }
            return (tokens[next].text, tokens[index].line)
        }
    }
}
