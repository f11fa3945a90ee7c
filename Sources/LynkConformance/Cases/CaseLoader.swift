import Foundation

/// Reads all cases of a folder `cases/v1/<level>/<section>/<id>.json`.
package enum CaseLoader {
    /// The cases in the order of their ids.
    ///
    /// - Throws: ``CaseProblem`` for the first file that is not a case, stands in another folder
    ///   than its level and section, or has an id that another has.
    package static func load(_ folder: String) throws -> [ConformanceCase] {
        var found: [String: (file: String, one: ConformanceCase)] = [:]
        for file in try files(below: folder) {
            let one = try read(folder + "/" + file, named: file)
            if let other = found[one.id] {
                throw CaseProblem(
                    .idRepeated, "case.id", "\(other.file) has it: give a number never used.",
                    file: file)
            }
            found[one.id] = (file, one)
        }
        return found.values.map(\.one).sorted { $0.id < $1.id }
    }

    private static func files(below folder: String) throws -> [String] {
        guard let all = FileManager.default.enumerator(atPath: folder) else {
            throw CaseProblem(.unreadable, "folder", "Name the folder of the cases.", file: folder)
        }
        return all.compactMap { $0 as? String }.filter { $0.hasSuffix(".json") }.sorted()
    }

    private static func read(_ path: String, named file: String) throws -> ConformanceCase {
        guard let bytes = FileManager.default.contents(atPath: path),
            let json = try? JSONValue.parse(Array(bytes))
        else {
            throw CaseProblem(.unreadable, "file", "Write one JSON object.", file: file)
        }
        do {
            let one = try ConformanceCase(json)
            guard file == "\(one.level.rawValue)/\(one.section)/\(one.id).json" else {
                throw CaseProblem(
                    .outOfPlace, "case",
                    "Move it to \(one.level.rawValue)/\(one.section)/\(one.id).json.")
            }
            return one
        } catch var problem as CaseProblem {
            problem.file = file
            throw problem
        }
    }
}
