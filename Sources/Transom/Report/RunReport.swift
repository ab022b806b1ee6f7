/// What a run did, as plain values. The property names are the keys of the JSON form, which
/// firmware-notes/report.md documents.
public struct RunReport: Encodable, Sendable {
  /// How the run ended. The raw values are the process's exit codes.
  public enum Outcome: Int32, Sendable {
    case success = 0
    case driverFailed = 1
    case usage = 2
    case malformedInput = 3
    case guestFault = 4
    case unsupportedInstruction = 5
    case outOfBudget = 6

    public var name: String {
      switch self {
      case .success: "success"
      case .driverFailed: "driverFailed"
      case .usage: "usage"
      case .malformedInput: "malformedInput"
      case .guestFault: "guestFault"
      case .unsupportedInstruction: "unsupportedInstruction"
      case .outOfBudget: "outOfBudget"
      }
    }
  }

  public struct Image: Encodable, Sendable {
    /// What was asked for, and the driver's name as far as the image tells it.
    public var source: String
    public var name: String
    public var machine: String
    /// Bytes of the executable file.
    public var size: Int
    /// Where it was loaded, and where its entry point is, as offset from there.
    public var base: String?
    public var entryPoint: String?
    /// Index within the ROM, and the ROM's IDs as "1234:1111".
    public var romImage: Int?
    public var pciID: String?
  }

  public struct Device: Encodable, Sendable {
    public var name: String
    public var location: String
    public var pciID: String
    public var classCode: String
    /// Loads and stores of trapped registers, through PciIo and direct.
    public var registerLoads: UInt64 = 0
    public var registerStores: UInt64 = 0
    /// What the driver was reading over and over at the end.
    public var polledRegisters: [PolledRegister] = []
  }

  public struct PolledRegister: Encodable, Sendable {
    public var bar: Int
    public var offset: String
    public var loads: UInt64
  }

  /// One step of the run and the status that ended it.
  public struct Step: Encodable, Sendable {
    public var name: String
    public var status: String
    public var guestInstructions: UInt64
    /// EFI_STATUS as the guest gave it, for who wants to compute with it.
    public var statusValue: UInt64
  }

  public struct Handle: Encodable, Sendable {
    public var handle: String
    public var protocols: [String]
  }

  public struct GOP: Encodable, Sendable {
    public var modes: [String]
    public var mode: String?
    public var framebuffer: String?
  }

  public struct Crossings: Encodable, Sendable {
    public var hostToGuest: UInt64 = 0
    public var guestToHost: UInt64 = 0
    public var deepest: UInt64 = 0
  }

  public struct Count: Encodable, Sendable {
    public var name: String
    public var count: UInt64
  }

  public struct Ports: Encodable, Sendable {
    public var reads: UInt64 = 0
    public var writes: UInt64 = 0
    public var unanswered: UInt64 = 0
    /// The ports most often accessed, as "0x608", at most eight.
    public var busiest: [Count] = []
  }

  public struct Fault: Encodable, Sendable {
    /// "page fault reading 0x0", "unsupported instruction", ….
    public var reason: String
    public var location: String
    public var registers: [String: String]
    public var disassembly: [String]
    public var callChain: [String]
    public var lastCalls: [String]
  }

  public var outcome = Outcome.success
  /// One sentence for people: what ended the run, if it did not end well.
  public var message: String?
  public var image: Image?
  public var platform: String
  public var devices: [Device] = []
  public var steps: [Step] = []
  public var handles: [Handle] = []
  public var gop: GOP?
  public var driverName: String?
  public var screenshot: String?
  public var crossings = Crossings()
  public var guestInstructions: UInt64 = 0
  public var virtualNanoseconds: UInt64 = 0
  /// Services the guest called, most frequent first.
  public var services: [Count] = []
  /// Services it called that this firmware does not carry out.
  public var missingServices: [Count] = []
  /// Protocols it looked for that nobody had installed.
  public var missingProtocols: [Count] = []
  public var ports = Ports()
  public var lowMemoryAccesses: UInt64 = 0
  /// What the guest wrote to its console.
  public var console: [String] = []
  public var fault: Fault?

  public init(platform: String) { self.platform = platform }

  private enum CodingKeys: String, CodingKey {
    case outcome, exitCode, message, image, platform, devices, steps, handles, gop, driverName
    case screenshot, crossings, guestInstructions, virtualNanoseconds, services, missingServices
    case missingProtocols, ports, lowMemoryAccesses, console, fault
  }

  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(outcome.name, forKey: .outcome)
    try values.encode(outcome.rawValue, forKey: .exitCode)
    try values.encodeIfPresent(message, forKey: .message)
    try values.encodeIfPresent(image, forKey: .image)
    try values.encode(platform, forKey: .platform)
    try values.encode(devices, forKey: .devices)
    try values.encode(steps, forKey: .steps)
    try values.encode(handles, forKey: .handles)
    try values.encodeIfPresent(gop, forKey: .gop)
    try values.encodeIfPresent(driverName, forKey: .driverName)
    try values.encodeIfPresent(screenshot, forKey: .screenshot)
    try values.encode(crossings, forKey: .crossings)
    try values.encode(guestInstructions, forKey: .guestInstructions)
    try values.encode(virtualNanoseconds, forKey: .virtualNanoseconds)
    try values.encode(services, forKey: .services)
    try values.encode(missingServices, forKey: .missingServices)
    try values.encode(missingProtocols, forKey: .missingProtocols)
    try values.encode(ports, forKey: .ports)
    try values.encode(lowMemoryAccesses, forKey: .lowMemoryAccesses)
    try values.encode(console, forKey: .console)
    try values.encodeIfPresent(fault, forKey: .fault)
  }
}
