import Foundation

/// The machine's wall clock.
public struct SystemHubClock: HubClock {
    public init() {}

    public func nowMilliseconds() -> Int64 {
        Int64(Date().timeIntervalSince1970 * 1000)
    }
}
