package import Vectors

/// A function in a flat binary, and how to call it.
package struct CallDescription: Sendable {
  /// Calling conventions.
  package enum ABI: String, CaseIterable, Sendable {
    /// System V AMD64: RDI, RSI, RDX, RCX, R8, R9, then the stack.
    case sysv
    /// Microsoft x64: RCX, RDX, R8, R9, then the stack behind 32 bytes of home space.
    case ms

    /// Registers of the first arguments, by number in the encoding.
    var registers: [Int] { self == .sysv ? [7, 6, 2, 1, 8, 9] : [1, 2, 8, 9] }
    /// Bytes between the return address and the first argument on the stack.
    var homeSpace: UInt64 { self == .sysv ? 0 : 32 }
  }

  package var code: [UInt8]
  package var load: UInt64
  package var entry: UInt64
  /// Memory beside the code: zero-filled, readable, writable, executable. The code may lie in one.
  package var regions: [Region]
  package var abi: ABI
  package var arguments: [UInt64]
  /// Calls after the first, in the same engine, on memory as the call before left it.
  package var repeats: Int
  /// Guest instructions each call may take.
  package var budget: UInt64 = .max

  package init(
    code: [UInt8], load: UInt64, entry: UInt64, regions: [Region] = [], abi: ABI = .sysv,
    arguments: [UInt64] = [], repeats: Int = 0
  ) {
    self.code = code
    self.load = load
    self.entry = entry
    self.regions = regions
    self.abi = abi
    self.arguments = arguments
    self.repeats = repeats
  }
}

/// Why a call cannot be made or did not return.
package enum CallError: Error, CustomStringConvertible, Equatable {
  case emptyCode
  /// Addresses run over the end of the address space, or the size is zero.
  case badRange(Region)
  case overlap(Region, Region)
  case notMappable(Region)
  case entryOutside(UInt64)
  case noRoomForStack

  package var description: String {
    switch self {
    case .emptyCode: "the file is empty"
    case .badRange(let region):
      "\(Self.name(region)) is no range of addresses: it is empty or too large"
    case .overlap(let one, let other): "\(Self.name(one)) and \(Self.name(other)) overlap"
    case .notMappable(let region): "\(Self.name(region)) cannot be mapped here"
    case .entryOutside(let address): "the entry \(hex(address)) lies in no region"
    case .noRoomForStack: "there is no place for a stack beside these regions"
    }
  }

  private static func name(_ region: Region) -> String {
    "the region \(hex(region.address)):\(hex(region.count))"
  }
}
