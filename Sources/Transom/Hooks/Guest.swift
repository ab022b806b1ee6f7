import CTranslator
import Shim
import Translator

/// The guest processor and its memory, while a hook has it.
public struct Guest {
  let engine: Engine
  /// Drops translations of memory that is written here.
  let invalidate: (UInt64, UInt64) -> Void

  /// A general register by its number in the instruction encoding: RAX RCX RDX RBX RSP RBP RSI RDI,
  /// then R8 to R15.
  public enum Register: Int, CaseIterable, Sendable {
    case rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15
  }

  public subscript(register: Register) -> UInt64 {
    get { registers[register.rawValue] }
    nonmutating set { registers[register.rawValue] = newValue }
  }

  private var registers: UnsafeMutablePointer<UInt64> {
    withUnsafeMutablePointer(to: &engine.state.pointee.gpr) {
      UnsafeMutableRawPointer($0).assumingMemoryBound(to: UInt64.self)
    }
  }

  public var instructionPointer: UInt64 {
    get { engine.state.pointee.rip }
    nonmutating set { engine.state.pointee.rip = newValue }
  }

  public var flags: UInt64 {
    get { engine.state.pointee.rflags }
    nonmutating set { engine.state.pointee.rflags = newValue }
  }

  /// XMM0 to XMM15, as two words, the low one first.
  public func xmm(_ number: Int) -> (UInt64, UInt64) {
    let words = vectorWords + 4 * (number & 15)
    return (words[0], words[1])
  }

  public func setXMM(_ number: Int, _ value: (UInt64, UInt64)) {
    let words = vectorWords + 4 * (number & 15)
    (words[0], words[1]) = value
  }

  private var vectorWords: UnsafeMutablePointer<UInt64> {
    withUnsafeMutablePointer(to: &engine.state.pointee.vector) {
      UnsafeMutableRawPointer($0).assumingMemoryBound(to: UInt64.self)
    }
  }

  /// Guest instructions executed so far.
  public var instructionCount: UInt64 { engine.state.pointee.instructionCount }

  /// `count` bytes of memory, nil if not all of them can be read.
  public func read(_ address: UInt64, count: Int) -> [UInt8]? { GuestBytes.read(address, count) }

  /// A little-endian word.
  public func word(_ address: UInt64) -> UInt64? {
    var value: UInt64 = 0
    return GuestBytes.read(address, into: &value, 8) ? value : nil
  }

  /// Writes memory; false if not all of it could be written. Code written here is translated anew.
  @discardableResult
  public func write(_ bytes: [UInt8], at address: UInt64) -> Bool {
    guard !bytes.isEmpty else { return true }
    let written = bytes.withUnsafeBytes { buffer in
      buffer.baseAddress.map { transomCopyToGuest(address, $0, UInt64(buffer.count)) } ?? 0
    }
    invalidate(address, UInt64(bytes.count))
    return written == UInt64(bytes.count)
  }
}
