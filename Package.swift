// swift-tools-version: 6.2
// Attaché: a Layer-4 ambassador for Linux. Layers and rooms: ARCHITECTURE.md.
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "attache",
    products: [.executable(name: "attache", targets: ["attache"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    ],
    targets: [
        .target(name: "CLinux"),
        .systemLibrary(
            name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(
            name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(
            name: "CEvent", pkgConfig: "libevent", providers: [.apt(["libevent-dev"])]),
        .systemLibrary(
            name: "CNghttp2", pkgConfig: "libnghttp2", providers: [.apt(["libnghttp2-dev"])]),
        .target(
            name: "AttacheCore",
            dependencies: [
                "CLinux", "CNghttp2", "COpenSSL", .product(name: "Logging", package: "swift-log"),
                .product(name: "Histogram", package: "hdrhistogram-swift"),
            ],
            swiftSettings: strict),
        .target(
            name: "AttacheConfiguration", dependencies: ["AttacheCore", "CYAML"],
            swiftSettings: strict),
        .target(
            name: "AttacheAdmin", dependencies: ["AttacheCore", "CEvent"], swiftSettings: strict),
        .target(name: "AttacheBench", dependencies: ["AttacheCore"], swiftSettings: strict),
        .executableTarget(
            name: "attache",
            dependencies: [
                "AttacheCore", "AttacheConfiguration", "AttacheAdmin", "AttacheBench",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),
        .target(
            name: "Support",
            dependencies: ["CLinux", "COpenSSL"], path: "Tests/Support", swiftSettings: strict),
        .testTarget(
            name: "AttacheCoreTests", dependencies: ["AttacheCore"], swiftSettings: strict),
        .testTarget(
            name: "AttacheConfigurationTests", dependencies: ["AttacheConfiguration", "Support"],
            exclude: ["Mistakes"], swiftSettings: strict),
        .testTarget(
            name: "AttacheAdminTests", dependencies: ["AttacheAdmin"], swiftSettings: strict),
        .testTarget(
            name: "AttacheBenchTests", dependencies: ["AttacheBench", "Support"],
            exclude: ["bench.schema.json"], swiftSettings: strict),
        .testTarget(name: "CommandTests", dependencies: ["attache"], swiftSettings: strict),
        .testTarget(name: "HouseTests", swiftSettings: strict),
        .testTarget(name: "EndToEndTests", dependencies: ["Support"], swiftSettings: strict),
    ]
)
