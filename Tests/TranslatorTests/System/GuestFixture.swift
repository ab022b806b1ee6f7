import CNativeRunner
import CTranslator
import Glibc
import LinuxHost
import Translator
import XCTest

/// One guest processor with memory at a fixed address below 4 GiB, 64 KiB unless told: code at its
/// start, data at 0x4000, the stack below 0x8000.
final class GuestFixture {
  static let base: UInt64 = 0x5A00_0000
  let engine: Engine
  let memory: UnsafeMutableRawPointer
  let codeMemory: CodeMemory?
  private let size: Int

  /// Who executes.
  enum BackEnd: CaseIterable {
    case interpreter
    /// Pages with code are protected.
    case compiled
    /// Nobody protects pages: blocks look at their bytes.
    case compiledUnprotected
  }

  init(
    _ code: [UInt8], features: FeatureSet = .full, mode: UInt32 = 0,
    backEnd: BackEnd = .interpreter, codeSize: Int = 4 << 20, size: Int = 0x10000
  ) throws {
    var configuration = EngineConfiguration()
    configuration.features = features
    if backEnd != .interpreter {
      try configuration.compileOnLinux(codeSize: codeSize)
      if backEnd == .compiledUnprotected { configuration.protection = nil }
      XCTAssertEqual(transomCatchGuestFaults(), 0)
    }
    codeMemory = configuration.codeMemory
    self.size = size
    engine = Engine(configuration: configuration)
    let wanted = UnsafeMutableRawPointer(bitPattern: UInt(Self.base))
    let mapped = mmap(
      wanted, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0)
    memory = try XCTUnwrap(mapped)
    memory.copyMemory(from: code, byteCount: code.count)
    engine.state.pointee.mode = mode
    engine.state.pointee.rip = Self.base
    engine.state.pointee.gpr.4 = Self.base + 0x8000
  }

  deinit {
    engine.forget(Self.base, count: UInt64(size))
    munmap(memory, size)
    codeMemory?.unmapOnLinux()
  }

  /// The address of a byte of the fixture's memory.
  static func at(_ offset: UInt64) -> UInt64 { base + offset }

  /// As a service of the embedder's writes: translations of the place are forgotten first.
  func store<T: FixedWidthInteger>(_ value: T, at offset: Int) {
    engine.forget(Self.at(UInt64(offset)), count: UInt64(MemoryLayout<T>.size))
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
      guard rip >= Self.base && rip < Self.base + UInt64(size), engine.translate(at: rip) else {
        return exit
      }
    }
  }

  /// Offset of `rip` from the code's start.
  var offset: UInt64 { engine.state.pointee.rip &- Self.base }

  /// CF, PF, AF, ZF, SF and OF.
  var flags: UInt64 { engine.state.pointee.rflags & 0x8D5 }
}

func fault(_ vector: UInt8) -> Exit { .fault(vector: vector, errorCode: 0, address: 0) }
