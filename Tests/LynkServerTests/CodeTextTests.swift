import TestSupport
import Testing

@testable import LynkServer

struct CodeTextTests {
    private func code(_ seed: UInt64) -> CodeText {
        var random = SeededGenerator(seed: seed)
        return CodeText(using: &random)
    }

    @Test func isReadBackHoweverItIsTyped() throws {
        for seed in 0..<200 as Range<UInt64> {
            let code = code(seed)
            let text = code.description
            #expect(text.count == 14)
            #expect(CodeText(text) == code)
            #expect(CodeText(text.lowercased()) == code)
            #expect(CodeText(text.replacing("-", with: " ")) == code)
            let ambiguous = text.replacing("0", with: "o").replacing("1", with: "l")
            #expect(CodeText(ambiguous) == code)
            #expect(CodeText(ambiguous)?.hash == code.hash)
        }
    }

    @Test func findsEachWrongCharacterAndEachSwap() {
        let characters = Array(code(1).description.filter { $0 != "-" })
        let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
        for place in characters.indices {
            for other in alphabet where other != characters[place] {
                var slip = characters
                slip[place] = other
                #expect(CodeText(String(slip)) == nil)
            }
            guard place + 1 < characters.count, characters[place] != characters[place + 1]
            else { continue }
            var swap = characters
            swap.swapAt(place, place + 1)
            #expect(CodeText(String(swap)) == nil)
        }
    }

    @Test(arguments: [
        "", "ABCD-EFGH-JKM", "UUUU-UUUU-UUUU", "ABCD-EFGH-JKMN-PQRS", "ÄBCD-EFGH-JKMN",
    ])
    func refusesWhatIsNoCode(_ text: String) {
        #expect(CodeText(text) == nil)
    }
}
