import CFuzzSupport
import Foundation
import LynkFuzzTargets

/// The target that `LYNK_FUZZ_TARGET` names.
nonisolated(unsafe) private var chosen: FuzzTarget?

/// libFuzzer calls this once, before anything else (https://llvm.org/docs/LibFuzzer.html).
///
/// Without a target it names all of them, each with the longest input that says something new.
/// With `LYNK_FUZZ_SEEDS` it writes the target's seeds into that folder first.
@_cdecl("LLVMFuzzerInitialize")
public func initialize(
    _ count: UnsafeMutablePointer<CInt>?, _ arguments: UnsafeMutableRawPointer?
) -> CInt {
    let name = ProcessInfo.processInfo.environment["LYNK_FUZZ_TARGET"] ?? ""
    chosen = FuzzTarget.all.first { $0.name == name }
    guard chosen != nil else {
        for target in FuzzTarget.all { print(target.name, target.bytesMax) }
        exit(64)
    }
    guard let folder = ProcessInfo.processInfo.environment["LYNK_FUZZ_SEEDS"] else { return 0 }
    do {
        for (number, seed) in (try chosen?.seeds() ?? []).enumerated() {
            try Data(seed).write(to: URL(fileURLWithPath: "\(folder)/made-\(number)"))
        }
    } catch {
        print("\(name): no seeds: \(error)")
        exit(70)
    }
    return 0
}

/// One input. What the target finds wrong ends the program, so that libFuzzer keeps the input.
@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard let chosen else { return -1 }
    let input = Array(UnsafeBufferPointer(start: bytes, count: count))
    do {
        try chosen.run(input)
    } catch {
        FileHandle.standardError.write(Data("\(chosen.name): \(error)\n".utf8))
        abort()
    }
    return 0
}

/// The program's start in a debug build, where SwiftPM gives each program's own start this name;
/// in a release build it is libFuzzer's.
@_cdecl("lynk_fuzz_main")
public func start(
    _ count: CInt, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> CInt {
    var count = count
    var arguments = arguments
    guard initialize(nil, nil) == 0 else { return 64 }
    return LLVMFuzzerRunDriver(&count, &arguments, test)
}
