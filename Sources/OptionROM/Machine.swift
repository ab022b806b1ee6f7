/// A processor architecture, as PE/COFF and the EFI expansion ROM header number it.
///
/// UEFI 2.10 §2.1.1 lists the values that UEFI images use.
public struct Machine: RawRepresentable, Equatable, Hashable, Sendable {
  public let rawValue: UInt16

  public init(rawValue: UInt16) {
    self.rawValue = rawValue
  }

  public static let ia32 = Machine(rawValue: 0x014c)
  public static let itanium = Machine(rawValue: 0x0200)
  public static let arm = Machine(rawValue: 0x01c2)
  public static let x64 = Machine(rawValue: 0x8664)
  public static let aarch64 = Machine(rawValue: 0xaa64)
  public static let ebc = Machine(rawValue: 0x0ebc)
  public static let riscv64 = Machine(rawValue: 0x5064)
  public static let loongarch64 = Machine(rawValue: 0x6264)

  /// The field's name for the architecture, or its number.
  public var name: String {
    switch rawValue {
    case 0x014c: "ia32"
    case 0x0200: "itanium"
    case 0x01c2: "arm"
    case 0x8664: "x64"
    case 0xaa64: "aarch64"
    case 0x0ebc: "ebc"
    case 0x5064: "riscv64"
    case 0x6264: "loongarch64"
    default: hex(Int(rawValue), digits: 4)
    }
  }
}

/// What an image asks to be treated as: application, driver, runtime driver.
public struct Subsystem: RawRepresentable, Equatable, Hashable, Sendable {
  public let rawValue: UInt16

  public init(rawValue: UInt16) {
    self.rawValue = rawValue
  }

  public static let application = Subsystem(rawValue: 10)
  public static let bootServiceDriver = Subsystem(rawValue: 11)
  public static let runtimeDriver = Subsystem(rawValue: 12)
  public static let sal = Subsystem(rawValue: 13)

  /// A short name, or the number of a subsystem that is none of UEFI's.
  public var name: String {
    switch rawValue {
    case 10: "application"
    case 11: "boot-service driver"
    case 12: "runtime driver"
    case 13: "SAL runtime driver"
    default: "subsystem \(rawValue)"
    }
  }

  /// Whether UEFI knows this subsystem at all.
  public var isUEFI: Bool { rawValue >= 10 && rawValue <= 13 }
}
