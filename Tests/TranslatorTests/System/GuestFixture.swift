import CTranslator
import Glibc
import Translator
import XCTest

/// One guest processor with 64 KiB of memory at a fixed address below 4 GiB: code at its start,
/// data at 0x4000, the stack below 0x8000.
final class GuestFixture {
  static let base: UInt64 = 0x5A00_0000
  let engine: Engine
  private let memory: UnsafeMutableRawPointer

  init(_ code: [UInt8], features: FeatureSet = .full, mode: UInt32 = 0) throws {
    var configuration = EngineConfiguration()
    configuration.features = features
    engine = Engine(configuration: configuration)
    let wanted = UnsafeMutableRawPointer(bitPattern: UInt(Self.base))
    let mapped = mmap(
      wanted, 0x10000, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0)
    memory = try XCTUnwrap(mapped)
    memory.copyMemory(from: code, byteCount: code.count)
    engine.state.pointee.mode = mode
    engine.state.pointee.rip = Self.base
    engine.state.pointee.gpr.4 = Self.base + 0x8000
  }

  deinit { munmap(memory, 0x10000) }

  /// The address of a byte of the fixture's memory.
  static func at(_ offset: UInt64) -> UInt64 { base + offset }

  func store<T: FixedWidthInteger>(_ value: T, at offset: Int) {
    (memory + offset).storeBytes(of: value, as: T.self)
  }

  func load<T: FixedWidthInteger>(_ type: T.Type, at offset: Int) -> T {
    (memory + offset).loadUnaligned(as: T.self)
  }

  /// Runs until something other than untranslated code stops the guest.
  func run() -> Exit {
    while true {
      let exit = engine.run()
      guard exit == .branchOutside else { return exit }
      let rip = engine.state.pointee.rip
      guard rip >= Self.base && rip < Self.base + 0x10000, engine.translate(at: rip) else {
        return exit
      }
    }
  }

  /// Offset of `rip` from the code's start.
  var offset: UInt64 { engine.state.pointee.rip &- Self.base }
}

func fault(_ vector: UInt8) -> Exit { .fault(vector: vector, errorCode: 0, address: 0) }
