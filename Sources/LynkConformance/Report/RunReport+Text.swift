import Foundation

/// The report's forms: text, JSON, JUnit, HTML, a badge.
extension RunReport {
    package var text: String {
        var lines: [String] = []
        for result in results where result.status != .pass {
            lines.append("\(result.status.rawValue.uppercased())  \(result.id)  \(title(result))")
            lines += result.findings.map { "      \($0)" }
        }
        lines.append(
            "\(results.count) cases: \(count(.pass)) passed, \(count(.fail)) failed, "
                + "\(count(.error)) errors, \(count(.unsupported)) unsupported; level "
                + "\(level?.rawValue ?? "none"), seed \(seed), \(rounded(seconds)) s")
        return lines.joined(separator: "\n")
    }

    /// Stable, with its schema's version first.
    package var json: String {
        let cases = results.map { result in
            "{\"id\":\(JSONText.quoted(result.id)),\"status\":\"\(result.status.rawValue)\","
                + "\"seconds\":\(rounded(result.seconds)),\"findings\":["
                + result.findings.map(JSONText.quoted).joined(separator: ",") + "]}"
        }
        let level = level.map { "\"\($0.rawValue)\"" } ?? "null"
        return """
            {"schemaVersion":\(Self.schemaVersion),"suite":"\(Self.suiteVersion)","protocol":1,
            "implementation":\(JSONText.quoted(implementation)),"seed":"\(seed)","level":\(level),
            "cases":[
            \(cases.joined(separator: ",\n"))
            ]}
            """
    }

    package var junit: String {
        let cases = results.map { result in
            let inner: String
            let told = Markup.escaped(result.findings.joined(separator: "\n"))
            switch result.status {
            case .pass: inner = ""
            case .fail: inner = "<failure>\(told)</failure>"
            case .error: inner = "<error>\(told)</error>"
            case .unsupported: inner = "<skipped/>"
            }
            return "<testcase classname=\"lynk\" name=\"\(result.id)\" "
                + "time=\"\(rounded(result.seconds))\">\(inner)</testcase>"
        }
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <testsuite name="lynk-conformance" tests="\(results.count)" \
            failures="\(count(.fail))" errors="\(count(.error))" skipped="\(count(.unsupported))">
            \(cases.joined(separator: "\n"))
            </testsuite>
            """
    }

    /// One file that asks for nothing else.
    package var html: String {
        let rows = zip(cases, results).map { one, result in
            "<tr class=\"\(result.status.rawValue)\"><td>\(one.id)</td><td>\(one.level.rawValue)"
                + "</td><td>\(one.strength.rawValue)</td><td>"
                + Markup.escaped(one.rules.joined(separator: " ")) + "</td><td>"
                + Markup.escaped(one.title) + "</td><td>\(result.status.rawValue)"
                + (result.findings.isEmpty
                    ? ""
                    : "<details><summary>why</summary><pre>"
                        + Markup.escaped(result.findings.joined(separator: "\n"))
                        + "</pre></details>") + "</td></tr>"
        }
        return """
            <!doctype html>
            <html lang="en"><meta charset="utf-8"><title>lynk-conformance</title>
            <style>body{font-family:sans-serif;margin:2em}table{border-collapse:collapse}
            td,th{padding:.2em .6em;border:1px solid #ccc;text-align:left}
            .pass td:last-child{background:#dfd}.fail td:last-child{background:#fdd}
            .error td:last-child{background:#fdd}.unsupported td:last-child{background:#eee}
            </style>
            <h1>\(Markup.escaped(implementation))</h1>
            <p>\(badge); seed \(seed); \(count(.pass)) of \(results.count) passed.</p>
            <table><tr><th>case<th>level<th>strength<th>rules<th>title<th>outcome</tr>
            \(rows.joined(separator: "\n"))
            </table></html>
            """
    }

    package var svg: String {
        let color = isClean ? "#2a7d2a" : "#a33"
        return """
            <svg xmlns="http://www.w3.org/2000/svg" width="340" height="20" role="img">
            <title>lynk-conformance \(badge)</title>
            <rect width="120" height="20" fill="#555"/>
            <rect x="120" width="220" height="20" fill="\(color)"/>
            <g fill="#fff" font-family="sans-serif" font-size="11">
            <text x="8" y="14">lynk-conformance</text><text x="128" y="14">\(badge)</text></g></svg>
            """
    }

    private var seconds: Double { results.map(\.seconds).reduce(0, +) }

    private func title(_ result: CaseResult) -> String {
        cases.first { $0.id == result.id }?.title ?? ""
    }

    private func rounded(_ number: Double) -> String { String(format: "%.3f", number) }
}

/// Text inside XML and HTML.
enum Markup {
    static func escaped(_ text: String) -> String {
        let marks: [Character: String] = [
            "&": "&amp;", "<": "&lt;", ">": "&gt;", "\"": "&quot;",
        ]
        return text.map { marks[$0] ?? String($0) }.joined()
    }
}
