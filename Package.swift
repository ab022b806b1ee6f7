// swift-tools-version: 6.2
import PackageDescription

// One manifest serves two worlds: the Linux tool, and the portable rooms compiled with Embedded
// Swift for `aarch64-none-none-elf`, where they become a UEFI driver.
let bareMetal = Context.environment["TRANSOM_BARE_METAL"] != nil

let language: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableExperimentalFeature("Lifetimes"),
]

let embedded: [SwiftSetting] =
  bareMetal
  ? [
    .enableExperimentalFeature("Embedded"),
    .define("BARE_METAL"),
    .unsafeFlags([
      "-wmo", "-Osize", "-Xcc", "-ffreestanding", "-Xcc", "-ffixed-x18",
      "-Xfrontend", "-disable-stack-protector", "-Xfrontend", "-function-sections",
    ]),
  ] : []

let freestandingC: [CSetting] =
  bareMetal
  ? [
    .unsafeFlags(["-ffreestanding", "-fno-builtin", "-fno-stack-protector", "-ffixed-x18", "-fPIC"])
  ]
  : []

let portable = language + embedded

// One thread at a time is in the engine and the shim, and their state is behind pointers: run-time
// bookkeeping of accesses finds nothing there and costs time at every crossing.
let exclusive: [SwiftSetting] =
  bareMetal ? [] : [.unsafeFlags(["-enforce-exclusivity=unchecked"])]

// A guest may jump over these rooms' frames (LongJump, Exit): a formal access left open by a frame
// that is gone must not trip the runtime's bookkeeping later.
let abandonable: [SwiftSetting] = language + [.unsafeFlags(["-enforce-exclusivity=unchecked"])]

var targets: [Target] = [
  .target(name: "CUEFI", cSettings: freestandingC),
  .target(name: "CTranslator", cSettings: freestandingC),
  .target(name: "CShim", dependencies: ["CTranslator"], cSettings: freestandingC),
  .target(name: "CCaseRunner", cSettings: freestandingC),
  .target(name: "OptionROM", swiftSettings: portable),
  .target(
    name: "Translator", dependencies: ["CTranslator"], swiftSettings: portable + exclusive),
  .target(
    name: "CaseRunner", dependencies: ["CCaseRunner", "CTranslator", "Translator"],
    swiftSettings: portable),
  .target(
    name: "Shim", dependencies: ["CUEFI", "CShim", "OptionROM", "Translator"],
    swiftSettings: portable + exclusive),
]

if bareMetal {
  targets += [
    .target(
      name: "CTransomDxe", dependencies: ["CShim", "CTranslator", "CUEFI"], cSettings: freestandingC
    ),
    .target(
      name: "TransomDxe",
      dependencies: ["CTransomDxe", "CUEFI", "OptionROM", "Shim", "Translator"],
      exclude: ["build"],
      swiftSettings: portable + exclusive + [.unsafeFlags(["-parse-as-library"])]),
  ]
} else {
  targets += [
    .target(name: "ELFToPE", swiftSettings: language),
    .executableTarget(name: "elf-to-pe", dependencies: ["ELFToPE"], swiftSettings: language),
    .testTarget(
      name: "ELFToPETests", dependencies: ["ELFToPE", "OptionROM"], swiftSettings: language),
    .systemLibrary(name: "CFDT", pkgConfig: nil, providers: [.apt(["libfdt-dev"])]),
    .systemLibrary(
      name: "CCapstone", pkgConfig: "capstone", providers: [.apt(["libcapstone-dev"])]),
    .systemLibrary(name: "CLZMA", pkgConfig: "liblzma", providers: [.apt(["liblzma-dev"])]),
    .systemLibrary(name: "CZLib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .target(name: "CLinuxHost"),
    .target(name: "CSimulatedFirmware", dependencies: ["CUEFI"]),
    .target(name: "DeviceTree", dependencies: ["CFDT"], swiftSettings: language),
    .target(
      name: "Disassembly", dependencies: ["CCapstone", "Translator"], swiftSettings: language),
    .target(
      name: "FirmwareVolume", dependencies: ["CLZMA", "OptionROM"], swiftSettings: language),
    .target(
      name: "Trace", dependencies: ["CUEFI", "Shim"],
      resources: [.embedInCode("Tables/protocols.txt"), .embedInCode("Tables/guids.txt")],
      swiftSettings: abandonable),
    .target(
      name: "Signature",
      dependencies: [
        "OptionROM", .product(name: "SwiftASN1", package: "swift-asn1"),
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "CryptoExtras", package: "swift-crypto"),
      ], swiftSettings: language),
    .target(name: "GDBRemote", swiftSettings: language),
    .target(name: "DeviceModels", swiftSettings: abandonable),
    .target(
      name: "SimulatedFirmware",
      dependencies: ["CUEFI", "CSimulatedFirmware", "OptionROM", "DeviceModels", "DeviceTree"],
      swiftSettings: abandonable),
    .target(
      name: "LinuxHost", dependencies: ["CLinuxHost", "Shim", "Translator"],
      swiftSettings: abandonable),
    .target(name: "CNativeRunner", dependencies: ["CTranslator", "CCaseRunner"]),
    .target(
      name: "Vectors",
      dependencies: [
        "CNativeRunner", "CCaseRunner", "CTranslator", "CaseRunner", "LinuxHost", "Translator",
      ],
      swiftSettings: language),
    .target(name: "CBenchmark", dependencies: ["CShim"]),
    .target(
      name: "Benchmark",
      dependencies: [
        "CBenchmark", "CTranslator", "CaseRunner", "Disassembly", "LinuxHost", "Shim", "Translator",
        "Vectors",
      ], swiftSettings: abandonable),
    .target(
      name: "Transom",
      dependencies: [
        "SimulatedFirmware", "DeviceModels", "DeviceTree", "Disassembly", "FirmwareVolume",
        "Trace", "LinuxHost", "Shim", "Translator", "OptionROM", "CUEFI", "CPNG", "GDBRemote",
        "CTranslator",
      ], swiftSettings: abandonable),
    .target(
      name: "TransomCommands",
      dependencies: [
        "Transom", "OptionROM", "FirmwareVolume", "Disassembly", "Translator", "Vectors",
        "Signature", "CZLib",
        "Benchmark",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Crypto", package: "swift-crypto"),
      ], swiftSettings: language),
    .executableTarget(name: "transom", dependencies: ["TransomCommands"], swiftSettings: language),
    .testTarget(
      name: "OptionROMTests", dependencies: ["OptionROM"], swiftSettings: language),
    .testTarget(
      name: "FirmwareVolumeTests", dependencies: ["FirmwareVolume", "OptionROM"],
      swiftSettings: language),
    .testTarget(
      name: "TranslatorTests",
      dependencies: [
        "Translator", "CTranslator", "CNativeRunner", "Disassembly", "FirmwareVolume", "LinuxHost",
        "OptionROM",
      ],
      exclude: ["Cases"],
      swiftSettings: language),
    .testTarget(
      name: "BenchmarkTests", dependencies: ["Benchmark", "Vectors"], swiftSettings: language),
    .testTarget(
      name: "VectorsTests", dependencies: ["Vectors", "Translator"], swiftSettings: language),
    .testTarget(
      name: "DeviceModelsTests", dependencies: ["DeviceModels"], swiftSettings: language),
    .testTarget(
      name: "SimulatedFirmwareTests",
      dependencies: ["SimulatedFirmware", "DeviceModels", "DeviceTree", "CUEFI", "CFDT"],
      swiftSettings: language),
    .testTarget(
      name: "ShimTests", dependencies: ["Shim", "LinuxHost", "Translator"],
      swiftSettings: language),
    // What two test rooms check Chrome traces with.
    .target(name: "ChromeChecking", path: "Tests/ChromeChecking", swiftSettings: language),
    .testTarget(
      name: "TraceTests", dependencies: ["Trace", "ChromeChecking"], swiftSettings: language),
    .testTarget(
      name: "SignatureTests", dependencies: ["Signature", "OptionROM"], swiftSettings: language),
    .testTarget(
      name: "GDBRemoteTests", dependencies: ["GDBRemote"], swiftSettings: language),
    .testTarget(
      name: "TransomTests",
      dependencies: [
        "Transom", "TransomCommands", "FirmwareVolume", "OptionROM", "DeviceModels",
        "SimulatedFirmware", "Trace", "ChromeChecking",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: language),
  ]
}

let package = Package(
  name: "transom",
  products: bareMetal
    ? [
      .library(name: "TransomPortable", type: .static, targets: ["Shim"]),
      .library(name: "TransomDxe", type: .static, targets: ["TransomDxe"]),
      .library(name: "TransomRunner", type: .static, targets: ["CaseRunner"]),
    ]
    : [
      .executable(name: "elf-to-pe", targets: ["elf-to-pe"]),
      .executable(name: "transom", targets: ["transom"]),
      .library(name: "Transom", targets: ["Transom"]),
    ],
  dependencies: bareMetal
    ? []
    : [
      .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
      .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
      .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
    ],
  targets: targets
)
