import DeviceModels
import DeviceTree
import Foundation
import OptionROM
import SimulatedFirmware
import Trace

/// A wish that cannot be met, worded for who made it.
public struct UsageError: Error, CustomStringConvertible {
  public var description: String
  public init(_ description: String) { self.description = description }
}

/// A display mode that was asked for.
public struct ModeSize: Equatable, Sendable {
  public var width: UInt32
  public var height: UInt32

  public init(width: UInt32, height: UInt32) {
    self.width = width
    self.height = height
  }

  /// "1280x800".
  public init?(_ text: String) {
    let parts = text.lowercased().split(separator: "x", omittingEmptySubsequences: false)
    guard parts.count == 2, let width = UInt32(parts[0]), let height = UInt32(parts[1]), width > 0,
      height > 0
    else { return nil }
    self.init(width: width, height: height)
  }
}

/// What to run a driver with.
public struct RunOptions {
  /// Names as `--device` takes them; empty for the one that fits the driver.
  public var devices: [String] = []
  /// "virt", "high" or a device tree's path.
  public var platform = "virt"
  public var mode: ModeSize?
  public var screenshot: String?
  /// Guest instructions.
  public var budget: UInt64 = 2_000_000_000
  /// Who carries out guest code. What a run does, its trace included, does not depend on it.
  public var backend = Backend.native
  /// What the driver finds as LoadOptions in its loaded image protocol.
  public var loadOptions: String?
  /// Whether images are made non-executable, which is what leads calls to the translator.
  public var marksPages = true
  /// Whether to keep the conversation for `DriverRun.conversation`.
  public var recordsConversation = false
  /// Devices of one's own, behind those of `devices`; the ROM is on the first of all.
  public var models: [(name: String, model: any PCIDevice)] = []
  /// What to see and change in the run.
  public var hooks: Hooks?
  /// Waits at the first instruction for a debugger.
  public var debugger: Debugger?
  /// Takes down what the devices answer.
  public var recorder: DeviceRecorder?
  /// Answers in place of all devices.
  public var replay: DeviceReplay?
  /// Where a trace goes; nil for none.
  public var trace: TraceOutput?
  /// Services and protocols that traces know; add tables of one's own to the built-in one.
  public var signatures = Signatures.builtIn

  public init() {}

  /// The platform that `platform` names.
  func makePlatform() throws -> Platform {
    if let profile = Platform.Profile(rawValue: platform) { return try Platform.builtIn(profile) }
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: platform))
    } catch {
      throw UsageError("\(platform): neither a built-in platform (virt, high) nor a readable file")
    }
    return try Platform(deviceTree: [UInt8](data))
  }

  /// The devices, the ROM on the first of them.
  func makeDevices(for driver: DriverSource) throws -> [(name: String, model: any PCIDevice)] {
    let bochs = OptionROM.Identity(vendorID: 0x1234, deviceID: 0x1111, classCode: 0x03_8000)
    let identity = driver.identity ?? bochs
    // A driver that is no ROM becomes one, so that it takes the way a card's driver takes.
    let rom =
      try driver.rom?.bytes
      ?? OptionROM.pack([driver.bytes], identity: identity, compressed: false)
    if let replay { return replay.devices(rom: rom) }
    var wanted = devices
    if wanted.isEmpty {
      let isBochs = identity.vendorID == bochs.vendorID && identity.deviceID == bochs.deviceID
      wanted = [isBochs ? "bochs-display" : "blank"]
    }
    return try wanted.enumerated().map { index, name in
      try Self.makeDevice(name, identity: identity, rom: index == 0 ? rom : [])
    } + models
  }

  /// "bochs-display", "blank" (a card with the ROM's IDs) or "blank=VVVV:DDDD[:CCCCCC]", hex.
  private static func makeDevice(
    _ name: String, identity: OptionROM.Identity, rom: [UInt8]
  ) throws -> (name: String, model: any PCIDevice) {
    if name == "bochs-display" { return (name, BochsDisplay(rom: rom)) }
    let parts = name.split(separator: "=", maxSplits: 1)
    guard parts.first == "blank" else {
      throw UsageError("no device \(name); there are bochs-display and blank[=VENDOR:DEVICE:CLASS]")
    }
    var identity = identity
    if parts.count == 2 {
      let numbers = parts[1].split(separator: ":").map { UInt32($0, radix: 16) }
      guard (2...3).contains(numbers.count), let vendor = numbers[0], vendor <= 0xFFFF,
        let device = numbers[1], device <= 0xFFFF
      else { throw UsageError("\(name): not blank=VENDOR:DEVICE[:CLASS] in hexadecimal") }
      identity.vendorID = UInt16(vendor)
      identity.deviceID = UInt16(device)
      if numbers.count == 3, let classCode = numbers[2] { identity.classCode = classCode }
    }
    let card = BlankCard(
      identity: PCIIdentity(
        vendor: identity.vendorID, device: identity.deviceID, classCode: identity.classCode),
      rom: rom)
    return ("blank", card)
  }
}
