// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

/// `make fuzz` builds everything instrumented and the fuzzer with it; nothing else knows of it.
let isFuzzBuild = Context.environment["FUZZ_BUILD"] != nil
let swiftInstrumentation: [SwiftSetting] = isFuzzBuild ? [.unsafeFlags(["-sanitize=fuzzer,address"])] : []
let cInstrumentation = isFuzzBuild ? ["-fsanitize=fuzzer-no-link,address"] : []

/// Settings of every Swift target of ours.
///
/// The layers themselves (who may import whom) are held by Tests/HostExporterTests/LayersTests.swift, because the
/// compiler's import check misses transitive imports.
let swift: [SwiftSetting] =
    [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .strictMemorySafety(),
        .treatAllWarnings(as: .error),
        // The engine of Swift's Regex is 1.4 MB of binary; patterns are RE2's here. The Makefile says so of packages too.
        .unsafeFlags(["-Xfrontend", "-disable-implicit-string-processing-module-import"]),
    ] + swiftInstrumentation

/// Tests read well with fewer ceremonies around unsafe pointers; warnings stay errors.
let test: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .treatAllWarnings(as: .error),
]

/// Settings of every C target of ours.
let c: [CSetting] =
    [.treatAllWarnings(as: .error), .enableWarning("all"), .enableWarning("extra")]
    + (isFuzzBuild ? [.unsafeFlags(cInstrumentation)] : [])

/// The commit, for `--version`: the Makefile passes it, because what SwiftPM knows of git is cached and goes stale.
let revision: [CSetting] =
    Context.environment["BUILD_REVISION"].map {
        [.define("HOST_EXPORTER_REVISION", to: "\"\($0)\"")]
    } ?? []

let package = Package(
    name: "host-exporter",
    products: [
        .executable(name: "host-exporter", targets: ["host-exporter"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    ],
    targets: [
        .target(name: "Exposition", swiftSettings: swift),
        .target(name: "Pages", dependencies: ["Exposition"], swiftSettings: swift),
        .target(name: "CivilTime", swiftSettings: swift),
        .target(name: "CKernel", cSettings: c),
        .target(name: "KernelFiles", dependencies: ["CKernel"], swiftSettings: swift),
        .target(
            name: "CRE2",
            cxxSettings: [.treatAllWarnings(as: .error)]
                + (isFuzzBuild ? [.unsafeFlags(cInstrumentation)] : []),
            linkerSettings: [.linkedLibrary("re2")]
        ),
        .target(name: "CollectorKit", dependencies: ["Exposition", "KernelFiles", "CRE2"], swiftSettings: swift),
        .target(name: "Configuration", dependencies: ["CYAML", "CollectorKit"], swiftSettings: swift),
        .target(
            name: "Collectors",
            dependencies: [
                "CivilTime", "CollectorKit", "Devices", "Expat", "Exposition", "KernelFiles", "LMSensors", "NVML",
                "SDBus",
            ],
            path: "collectors",
            exclude: ["README.md"],
            swiftSettings: swift
        ),
        .target(
            name: "Scraping", dependencies: ["CollectorKit", "Exposition", "KernelFiles", "Pages"],
            swiftSettings: swift),
        .target(
            name: "Serving",
            dependencies: [
                "CZlib",
                "CivilTime",
                "Exposition",
                "Pages",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            resources: [.embedInCode("LandingPage.html")],
            swiftSettings: swift
        ),
        .target(name: "CPCIBus", cSettings: c, linkerSettings: [.linkedLibrary("pci")]),
        .target(name: "PCIBus", dependencies: ["CPCIBus", "KernelFiles"], swiftSettings: swift),
        .target(name: "CLMSensors", cSettings: c, linkerSettings: [.linkedLibrary("sensors")]),
        .target(name: "LMSensors", dependencies: ["CLMSensors"], swiftSettings: swift),
        .target(name: "CNVML", cSettings: c, linkerSettings: [.linkedLibrary("dl")]),
        .target(name: "NVML", dependencies: ["CNVML"], swiftSettings: swift),
        .target(name: "CSDBus", cSettings: c, linkerSettings: [.linkedLibrary("dl")]),
        .target(name: "CExpat", cSettings: c, linkerSettings: [.linkedLibrary("dl")]),
        .target(name: "Expat", dependencies: ["CExpat", "KernelFiles"], swiftSettings: swift),
        .target(name: "SDBus", dependencies: ["CSDBus", "KernelFiles"], swiftSettings: swift),
        .target(
            name: "Devices", dependencies: ["CollectorKit", "KernelFiles", "NVML", "PCIBus"], swiftSettings: swift),
        .target(
            name: "Manual", dependencies: ["CollectorKit", "Configuration", "Exposition"], swiftSettings: swift),
        .target(
            name: "Migration", dependencies: ["CollectorKit", "Configuration", "Exposition", "KernelFiles", "Manual"],
            swiftSettings: swift),
        .target(
            name: "Agent",
            dependencies: [
                "CivilTime", "CollectorKit", "Collectors", "Configuration", "Exposition", "KernelFiles", "Pages",
                "Scraping", "Serving", .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: swift),
        .target(name: "CBuildFacts", cSettings: c + revision),
        .executableTarget(
            name: "host-exporter",
            dependencies: [
                "Agent", "CBuildFacts", "CollectorKit", "Collectors", "Configuration", "Devices", "Exposition",
                "KernelFiles", "Manual", "Migration", "Pages", "Scraping", "Serving",
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Sources/HostExporter",
            resources: [.embedInCode("VERSION")],
            swiftSettings: swift
        ),
        .target(
            name: "ScrapeSupport", dependencies: ["CollectorKit", "Exposition", "KernelFiles"],
            path: "Tests/ScrapeSupport", swiftSettings: test),
        .target(name: "ExpositionSupport", path: "Tests/ExpositionSupport", swiftSettings: test),
        .testTarget(
            name: "ExpositionTests", dependencies: ["Exposition", "ExpositionSupport"], swiftSettings: test),
        .testTarget(name: "CivilTimeTests", dependencies: ["CivilTime"], swiftSettings: test),
        .testTarget(name: "KernelFilesTests", dependencies: ["KernelFiles", "TreeSupport"], swiftSettings: test),
        .testTarget(
            name: "CollectorsTests",
            dependencies: [
                "CollectorKit", "Collectors", "Devices", "Expat", "Exposition", "ExpositionSupport", "FakeNVMLSupport",
                "FakeDaemonSupport", "KernelFiles", "LMSensors", "SDBus", "ScrapeSupport", "Scraping", "TreeSupport",
            ],
            exclude: [
                "Fixtures", "dashboard-names.txt", "kept-values.txt", "read-while-asleep.txt", "sole-files.txt",
                "surface.txt", "node-exporter-collectors.txt", "ungiven-names.txt", "unsaid-losses.txt",
                "unseen-families.txt",
            ],
            swiftSettings: test),
        .target(name: "TreeSupport", path: "Tests/TreeSupport", swiftSettings: test),
        .testTarget(name: "TreeSupportTests", dependencies: ["TreeSupport"], swiftSettings: test),
        .testTarget(
            name: "DevicesTests", dependencies: ["CollectorKit", "Devices", "KernelFiles", "PCIBus", "TreeSupport"],
            swiftSettings: test),
        .executableTarget(
            name: "lmsensors-probe", dependencies: ["LMSensors"], path: "Tests/LMSensorsTests/Probe",
            swiftSettings: test),
        .testTarget(
            name: "LMSensorsTests", dependencies: ["LMSensors", "TreeSupport", "lmsensors-probe"], exclude: ["Probe"],
            swiftSettings: test),
        .target(name: "FakeNVMLSupport", path: "Tests/FakeNVMLSupport", swiftSettings: test),
        .target(name: "FakeDaemonSupport", path: "Tests/FakeDaemonSupport", swiftSettings: test),
        .testTarget(name: "ExpatTests", dependencies: ["Expat", "KernelFiles"], swiftSettings: test),
        .testTarget(
            name: "SDBusTests", dependencies: ["FakeDaemonSupport", "KernelFiles", "SDBus"], swiftSettings: test),
        .testTarget(name: "NVMLTests", dependencies: ["FakeNVMLSupport", "NVML"], swiftSettings: test),
        .testTarget(name: "PCIBusTests", dependencies: ["KernelFiles", "PCIBus", "TreeSupport"], swiftSettings: test),
        .testTarget(
            name: "CollectorKitTests",
            dependencies: ["CollectorKit", "Exposition", "KernelFiles", "ScrapeSupport", "TreeSupport"],
            swiftSettings: test),
        .testTarget(
            name: "ScrapingTests",
            dependencies: ["CollectorKit", "Exposition", "ExpositionSupport", "KernelFiles", "Pages", "Scraping"],
            swiftSettings: test),
        .testTarget(
            name: "ManualTests", dependencies: ["CollectorKit", "Exposition", "Manual"], swiftSettings: test),
        .testTarget(name: "MigrationTests", dependencies: ["CollectorKit", "Migration"], swiftSettings: test),
        .testTarget(
            name: "AgentTests",
            dependencies: [
                "Agent", "CollectorKit", "Collectors", "Configuration", "Exposition", "Pages", "Scraping", "Serving",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: test),
        .testTarget(
            name: "HostExporterTests", dependencies: ["Agent", "CollectorKit", "Manual", "host-exporter"],
            swiftSettings: test),
        .testTarget(
            name: "ServingTests",
            dependencies: [
                "CZlib", "Exposition", "Pages", "Serving", .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: test),
        .testTarget(
            name: "ConfigurationTests", dependencies: ["CollectorKit", "Configuration"], swiftSettings: test),
        .systemLibrary(
            name: "CYAML", path: "Sources/CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(name: "CZlib", path: "Sources/CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    ],
    cLanguageStandard: .gnu11,
    cxxLanguageStandard: .cxx17
)

if isFuzzBuild {
    package.targets += [
        .target(name: "CFuzzDriver", path: "Tests/Fuzz/Driver"),
        .executableTarget(
            name: "fuzz",
            dependencies: [
                "CFuzzDriver", "CollectorKit", "Collectors", "Configuration", "Exposition", "KernelFiles",
                "ScrapeSupport",
            ],
            path: "Tests/Fuzz/Targets", swiftSettings: test + swiftInstrumentation,
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address"])]),
    ]
}
