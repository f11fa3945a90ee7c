import Foundation
import Lynk
import LynkPayments

/// Our client as `lynk-conformance client` drives it: a line of JSON in, a line of JSON out
/// (Protocol/Conformance/README.md has the vocabulary).
@main
struct AdapterProgram {
    static func main() async {
        var adapter = Adapter()
        while let line = readLine() {
            let answer: [String: Any]
            do {
                guard
                    let said = try JSONSerialization.jsonObject(with: Data(line.utf8))
                        as? [String: Any]
                else { throw Problem(.bodyMalformed, "a line that is no object") }
                var done = try await adapter.perform(said)
                done["ok"] = true
                answer = done
            } catch let problem as Problem {
                answer = [
                    "ok": false, "code": problem.code.rawValue, "detail": problem.detail,
                ]
            } catch {
                answer = ["ok": false, "code": "internal_failure", "detail": "\(error)"]
            }
            guard let bytes = try? JSONSerialization.data(withJSONObject: answer) else { return }
            FileHandle.standardOutput.write(bytes + Data("\n".utf8))
        }
    }
}
