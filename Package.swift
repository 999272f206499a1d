// swift-tools-version: 6.2
import PackageDescription

// Every target is held to the same bar: Swift 6 mode, strict memory safety (each `unsafe` marks a real boundary), and
// warnings are errors. `Lifetimes` lets our own buffers hand out `Span`s as properties.
let swift: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("ExistentialAny"),
  .enableExperimentalFeature("Lifetimes"),
]

// SwiftPM leaves C assertions alive in release builds; kernels state their contracts with them, so release drops them.
let c: [CSetting] = [
  .treatAllWarnings(as: .error),
  .define("NDEBUG", .when(configuration: .release)),
]

let package = Package(
  name: "ttq",
  products: [
    .library(name: "TTQ", targets: ["TTQ"]),
    .executable(name: "ttq", targets: ["CLI"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
  ],
  targets: [
    .target(name: "CKernels", cSettings: c),
    .systemLibrary(name: "COpenBLAS", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CPAPI", pkgConfig: "papi", providers: [.apt(["libpapi-dev"])]),
    .systemLibrary(name: "CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),

    .target(name: "Records", swiftSettings: swift),
    .target(name: "Kernels", dependencies: ["CKernels", "COpenBLAS", "Records"], swiftSettings: swift),
    .target(name: "Measure", dependencies: ["CKernels", "CPAPI", "Records"], swiftSettings: swift),
    .target(name: "Tuner", dependencies: ["Kernels", "Measure", "Records"], swiftSettings: swift),
    .target(
      name: "Report", dependencies: ["Records", .product(name: "Mustache", package: "swift-mustache")],
      swiftSettings: swift),
    .target(name: "TTQ", dependencies: ["Kernels", "Records", "CPCRE2"], swiftSettings: swift),
    .executableTarget(
      name: "CLI",
      dependencies: [
        "Records", "Kernels", "Measure", "Tuner", "Report", "TTQ",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      resources: [.copy("Resources/ttq-demo")],
      swiftSettings: swift),

    .testTarget(name: "RecordsTests", dependencies: ["Records"], swiftSettings: swift),
    .testTarget(
      name: "KernelsTests", dependencies: ["Kernels", "CKernels", "Records"], exclude: ["revisions.json"],
      swiftSettings: swift),
    .testTarget(name: "MeasureTests", dependencies: ["Measure", "Records"], swiftSettings: swift),
    // Serves candidates that are wrong, crash and hang; no product.
    .executableTarget(
      name: "FaultyWorker", dependencies: ["CKernels", "Kernels", "Records", "Tuner"], path: "Tests/FaultyWorker",
      swiftSettings: swift),
    .testTarget(
      name: "TunerTests", dependencies: ["FaultyWorker", "Kernels", "Records", "Tuner"], swiftSettings: swift),
    .testTarget(
      name: "ReportTests", dependencies: ["Report", "Records"], exclude: ["Golden"], swiftSettings: swift),
    .testTarget(
      name: "TTQTests", dependencies: ["TTQ", "Kernels", "CKernels", "Records"], exclude: ["Golden"],
      swiftSettings: swift),
    .testTarget(name: "CLITests", dependencies: ["CLI", "Kernels", "Records"], swiftSettings: swift),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c11
)
