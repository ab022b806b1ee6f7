// A process-wide machine for the tests: guest code pages, host functions, and a small assembler.

import Glibc
import LinuxHost
import Shim
import Translator
import XCTest

/// Assembles the few x86-64 instructions the tests are made of (Intel SDM, volume 2).
struct Assembler {
  private(set) var bytes: [UInt8] = []
  static let rax = 0, rcx = 1, rdx = 2, rbx = 3, rsp = 4, rbp = 5, rsi = 6, rdi = 7
  static let r8 = 8, r9 = 9, r12 = 12, r15 = 15

  mutating func raw(_ values: UInt8...) { bytes += values }
  private mutating func word(_ value: Int32) {
    withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
  }
  mutating func push(_ register: Int) {
    raw(0x40 | UInt8(register >> 3), 0x50 | UInt8(register & 7))
  }
  mutating func pop(_ register: Int) {
    raw(0x40 | UInt8(register >> 3), 0x58 | UInt8(register & 7))
  }
  mutating func move(_ register: Int, _ value: UInt64) {
    raw(0x48 | UInt8(register >> 3), 0xB8 | UInt8(register & 7))
    withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
  }
  private mutating func binary(_ opcode: UInt8, _ register: Int, _ other: Int) {
    raw(
      0x48 | UInt8(register >> 3) << 2 | UInt8(other >> 3), opcode,
      0xC0 | UInt8(register & 7) << 3 | UInt8(other & 7))
  }
  mutating func copy(to: Int, from: Int) { binary(0x89, from, to) }
  mutating func add(_ to: Int, _ from: Int) { binary(0x01, from, to) }
  mutating func add(_ register: Int, immediate: Int32) {
    raw(0x48 | UInt8(register >> 3), 0x81, 0xC0 | UInt8(register & 7))
    word(immediate)
  }
  mutating func subtract(_ register: Int, immediate: Int32) {
    raw(0x48 | UInt8(register >> 3), 0x81, 0xE8 | UInt8(register & 7))
    word(immediate)
  }
  private mutating func memory(_ opcode: UInt8, _ register: Int, _ base: Int, _ offset: Int32) {
    raw(
      0x48 | UInt8(register >> 3) << 2 | UInt8(base >> 3), opcode,
      0x80 | UInt8(register & 7) << 3 | UInt8(base & 7))
    if base & 7 == 4 { raw(0x24) }
    word(offset)
  }
  mutating func load(_ register: Int, base: Int, offset: Int32) {
    memory(0x8B, register, base, offset)
  }
  mutating func store(_ register: Int, base: Int, offset: Int32) {
    memory(0x89, register, base, offset)
  }
  mutating func call(_ register: Int) {
    raw(0x40 | UInt8(register >> 3), 0xFF, 0xD0 | UInt8(register & 7))
  }
  mutating func jump(_ register: Int) {
    raw(0x40 | UInt8(register >> 3), 0xFF, 0xE0 | UInt8(register & 7))
  }
  mutating func ret() { raw(0xC3) }
}

typealias Function0 = @convention(c) () -> UInt64
typealias Function1 = @convention(c) (UInt64) -> UInt64
typealias Function2 = @convention(c) (UInt64, UInt64) -> UInt64
typealias Function4 = @convention(c) (UInt64, UInt64, UInt64, UInt64) -> UInt64
typealias Function16 =
  @convention(c) (
    UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64,
    UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64
  ) -> UInt64

func address(_ function: Function0) -> UInt64 {
  UInt64(UInt(bitPattern: unsafeBitCast(function, to: UnsafeRawPointer.self)))
}
func address(_ function: Function1) -> UInt64 {
  UInt64(UInt(bitPattern: unsafeBitCast(function, to: UnsafeRawPointer.self)))
}
func address(_ function: Function2) -> UInt64 {
  UInt64(UInt(bitPattern: unsafeBitCast(function, to: UnsafeRawPointer.self)))
}
func address(_ function: Function16) -> UInt64 {
  UInt64(UInt(bitPattern: unsafeBitCast(function, to: UnsafeRawPointer.self)))
}

func function<T>(_ address: UInt64, _ type: T.Type) -> T {
  unsafeBitCast(UnsafeRawPointer(bitPattern: UInt(address))!, to: type)
}

/// One shim, active while it exists, with one page run of guest code registered as an image.
final class TestMachine {
  let shim: Shim<LinuxHost>
  let code: UnsafeMutablePointer<UInt8>
  private var used = 0
  private let codeMemory: CodeMemory?
  static let codeSize = 16384
  /// Whether machines made from now on compile guest code; the other way is to interpret it.
  nonisolated(unsafe) static var compiles = false

  init(policies: Policies = Policies(), machine: Machine? = nil) throws {
    var machine = machine ?? Machine()
    // Everything outside the image that lies in this program is host code.
    if machine.context == nil {
      machine.kindOfAddress = { _, address in
        var start: UInt64 = 0
        var end: UInt64 = 0
        return TestMachine.isExecutable(address, &start, &end) ? Machine.host : Machine.none
      }
    }
    var configuration = EngineConfiguration()
    if Self.compiles { try configuration.compileOnLinux(codeSize: 1 << 20) }
    codeMemory = configuration.codeMemory
    shim = try Shim(
      host: LinuxHost(machine: machine), engine: Engine(configuration: configuration),
      policies: policies)
    code = mmap(
      nil, Self.codeSize, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0
    ).assumingMemoryBound(to: UInt8.self)
    try shim.register(base: base, size: UInt64(Self.codeSize), name: 7)
    try shim.installTrap()
  }

  deinit {
    try? shim.unregister(base: base)
    shim.removeTrap()
    munmap(code, Self.codeSize)
    codeMemory?.unmapOnLinux()
  }

  var base: UInt64 { UInt64(UInt(bitPattern: code)) }

  /// Puts code behind what is there and returns its address.
  func place(_ build: (inout Assembler) -> Void) -> UInt64 {
    var assembler = Assembler()
    build(&assembler)
    precondition(used + assembler.bytes.count < Self.codeSize)
    let target = code + used
    for (index, byte) in assembler.bytes.enumerated() { target[index] = byte }
    used = (used + assembler.bytes.count + 15) & ~15
    shim.invalidate(UInt64(UInt(bitPattern: target)), count: UInt64(assembler.bytes.count))
    return UInt64(UInt(bitPattern: target))
  }

  /// The shim asks for every host call, so the program's text is remembered.
  nonisolated(unsafe) private static var text: (start: UInt64, end: UInt64) = (0, 0)
  private static func isExecutable(
    _ address: UInt64, _ start: inout UInt64, _ end: inout UInt64
  ) -> Bool {
    if text.end == 0 {
      let run = LinuxHost().pageRun(at: Shimmed.anchor & ~4095)!
      text = (Shimmed.anchor & ~4095, run.end)
      var page = text.start
      while let before = LinuxHost().pageRun(at: page - 4096), before.isExecutable { page -= 4096 }
      text.start = page
    }
    return address >= text.start && address < text.end
  }
}

enum Shimmed {
  static var anchor: UInt64 { address({ 0 } as Function0) }
}
