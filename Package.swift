// swift-tools-version: 6.1
import PackageDescription

/// Tests/fuzz.sh builds our targets so that libFuzzer sees which lines an input reaches. Nothing
/// of it is in a build without the variable.
let fuzzing = Context.environment["LYNK_FUZZ"] != nil

/// Every Swift target is held to the same strictness; Tests/run.sh adds warnings-as-errors.
let strict: [SwiftSetting] =
    [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
    ] + (fuzzing ? [.unsafeFlags(["-sanitize=fuzzer"])] : [])

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let arguments: Target.Dependency = .product(
    name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "lynk",
    products: [
        .library(name: "Lynk", targets: ["Lynk"]),
        .library(name: "LynkServer", targets: ["LynkServer"]),
        .library(name: "LynkPayments", targets: ["LynkPayments"]),
        .executable(name: "lynkd", targets: ["lynkd"]),
        .executable(name: "lynk", targets: ["lynk"]),
        .executable(name: "lynk-bench", targets: ["lynk-bench"]),
        .executable(name: "lynk-ordeal", targets: ["lynk-ordeal"]),
        .executable(name: "lynk-conformance", targets: ["lynk-conformance"]),
        .executable(name: "lynk-adapter", targets: ["lynk-adapter"]),
        .executable(name: "month-of-payments", targets: ["MonthOfPayments"]),
        .executable(name: "checklists", targets: ["ChecklistsDay"]),
    ],
    dependencies: [
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
    ],
    targets: [
        // C: the system's libraries, and the smallest shims for what Swift cannot import.
        .systemLibrary(
            name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(
            name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(
            name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .target(name: "CCurlShim", dependencies: ["CCurl"]),
        .systemLibrary(name: "CStatx"),
        .systemLibrary(name: "CProcess"),

        // values
        .target(name: "LynkCore", dependencies: [crypto], swiftSettings: strict),

        // meaning
        .target(
            name: "LynkWire", dependencies: ["LynkCore", "CZstd", crypto], swiftSettings: strict),
        .target(name: "LynkEngine", dependencies: ["LynkCore"], swiftSettings: strict),
        .target(name: "LynkPayments", dependencies: ["LynkCore", crypto], swiftSettings: strict),

        // edges: never import each other
        .target(
            name: "LynkStore",
            dependencies: [
                "LynkCore", "LynkWire", "LynkEngine", "CSQLite", "CStatx", grdb, crypto,
            ],
            swiftSettings: strict),
        .target(
            name: "LynkServer",
            dependencies: [
                "LynkCore", "LynkWire", "LynkEngine", crypto,
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdHTTP2", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP2", package: "swift-nio-http2"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP2", package: "swift-nio-extras"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "JWTKit", package: "jwt-kit"),
            ],
            swiftSettings: strict),
        .target(
            name: "LynkClient",
            dependencies: ["LynkCore", "LynkWire", "LynkEngine", "CCurl", "CCurlShim", crypto],
            swiftSettings: strict),

        // kits
        .target(
            name: "LynkSimulator",
            dependencies: [
                "LynkCore", "LynkWire", "LynkEngine", "LynkStore", "LynkPayments", "CFaultVFS",
            ],
            swiftSettings: strict),

        // Checks histories of real runs; uses nothing of the engine, so it cannot share its slips.
        .target(name: "LynkHistory", swiftSettings: strict),

        // Judges any implementation by the book alone: its own codec, and nothing of the engine.
        .target(
            name: "LynkConformance", dependencies: ["CCurl", "CCurlShim", "CZstd", crypto],
            swiftSettings: strict),

        // front
        .target(
            name: "Lynk", dependencies: ["LynkClient", "LynkStore", "LynkEngine", "LynkCore"],
            swiftSettings: strict),

        // programs
        .executableTarget(
            name: "lynkd",
            dependencies: ["LynkServer", "LynkStore", "LynkPayments", arguments],
            swiftSettings: strict),
        .executableTarget(
            name: "lynk",
            dependencies: ["Lynk", "LynkPayments", "LynkWire", "LynkSimulator", grdb, arguments],
            swiftSettings: strict),
        .executableTarget(
            name: "lynk-bench",
            dependencies: [
                "Lynk", "LynkServer", "LynkWire", "LynkEngine", "CSQLite", arguments, grdb,
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "lynk-ordeal",
            dependencies: ["CProcess", "Lynk", "LynkPayments", "LynkHistory", arguments, grdb],
            swiftSettings: strict),
        .executableTarget(
            name: "lynk-conformance", dependencies: ["LynkConformance", arguments],
            swiftSettings: strict),
        .executableTarget(
            name: "MonthOfPayments", dependencies: ["Lynk", "LynkPayments", grdb, arguments],
            path: "Samples/MonthOfPayments", swiftSettings: strict),
        // Our client as the conformance kit drives it.
        .executableTarget(
            name: "lynk-adapter", dependencies: ["Lynk", "LynkPayments", grdb],
            path: "Samples/ConformanceAdapter", swiftSettings: strict),
        // A second application, and a program that plays a day with it.
        .target(
            name: "Checklists", dependencies: ["LynkCore"], path: "Samples/Checklists/Application",
            swiftSettings: strict),
        .executableTarget(
            name: "ChecklistsDay",
            dependencies: [
                "Checklists", "Lynk", "LynkServer", grdb, arguments,
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Samples/Checklists/Program", swiftSettings: strict),

        // tests
        .target(name: "CFaultVFS", dependencies: ["CSQLite"]),
        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),
        .target(name: "CFuzzSupport", path: "Tests/Fuzz/Support"),
        .target(
            name: "LynkFuzzTargets",
            dependencies: [
                "LynkCore", "LynkWire", "LynkEngine", "LynkPayments", "LynkStore", "LynkClient",
                "LynkSimulator", "LynkServer", "CFuzzSupport", grdb,
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ],
            path: "Tests/Fuzz/Targets", swiftSettings: strict),
        .testTarget(
            name: "CorpusTests", dependencies: ["LynkFuzzTargets"], swiftSettings: strict),
        .testTarget(
            name: "LynkCoreTests", dependencies: ["LynkCore", "TestSupport", crypto],
            swiftSettings: strict),
        .testTarget(
            name: "LynkWireTests", dependencies: ["LynkWire", "LynkCore", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "LynkEngineTests", dependencies: ["LynkEngine", "LynkCore"],
            swiftSettings: strict),
        .testTarget(
            name: "LynkPaymentsTests",
            dependencies: ["LynkPayments", "LynkCore", "LynkStore", "TestSupport", crypto, grdb],
            swiftSettings: strict),
        .testTarget(
            name: "LynkStoreTests",
            dependencies: [
                "LynkStore", "LynkEngine", "LynkWire", "LynkPayments", "TestSupport", "CFaultVFS",
            ],
            exclude: ["Fixtures"], swiftSettings: strict),
        .testTarget(
            name: "LynkServerTests",
            dependencies: [
                "LynkServer", "LynkStore", "LynkClient", "TestSupport",
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "LynkClientTests", dependencies: ["LynkClient", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "Lynk", "LynkServer", "LynkPayments", "LynkWire", "TestSupport", grdb,
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "ChecklistsTests",
            dependencies: ["Checklists", "LynkStore", "LynkEngine", "LynkWire", "LynkCore", grdb],
            swiftSettings: strict),
        .testTarget(
            name: "SchemaFilesTests", dependencies: ["Checklists", "LynkPayments", "LynkCore"],
            swiftSettings: strict),
        .testTarget(
            name: "LynkSimulatorTests",
            dependencies: ["LynkSimulator", "LynkStore", "LynkEngine", "LynkCore"],
            swiftSettings: strict),
        .testTarget(
            name: "LynkHistoryTests", dependencies: ["LynkHistory", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "LynkConformanceTests", dependencies: ["LynkConformance"],
            swiftSettings: strict),
        .testTarget(name: "RepositoryTests", swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)

if fuzzing {
    package.targets.append(
        .executableTarget(
            name: "lynk-fuzz", dependencies: ["LynkFuzzTargets", "CFuzzSupport"],
            path: "Tests/Fuzz/Program",
            swiftSettings: strict + [.unsafeFlags(["-parse-as-library"])],
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer"])]))
}
