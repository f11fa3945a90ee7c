import LynkFuzzTargets
import Testing

@Suite("Hostile texts") struct HostileTextTests {
    @Test(
        "A long text of JSON is refused with its reason, in four times its bytes",
        arguments: HostileText.names)
    func bounded(name: String) async throws {
        let broken = await Corpus.onThread { () -> String? in
            do { try HostileText.check(name) } catch { return "\(error)" }
            return nil
        }
        #expect(broken == nil)
    }
}
