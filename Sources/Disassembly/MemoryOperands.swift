import CCapstone

/// Memory that one instruction reads or writes.
public struct MemoryAccess: Equatable, Sendable {
  public var address: UInt64
  /// Bytes.
  public var size: UInt64
  public var isWrite: Bool
}

/// Finds out which memory an instruction is about to touch, by its operands and the registers.
public final class MemoryOperands {
  private var handle: csh = 0
  private let instruction: UnsafeMutablePointer<cs_insn>

  /// Nil if the library was built without x86.
  public init?() {
    var opened: csh = 0
    guard cs_open(CS_ARCH_X86, CS_MODE_64, &opened) == CS_ERR_OK,
      cs_option(opened, CS_OPT_DETAIL, Int(CS_OPT_ON.rawValue)) == CS_ERR_OK
    else { return nil }
    guard let room = cs_malloc(opened) else {
      cs_close(&opened)
      return nil
    }
    handle = opened
    instruction = room
  }

  deinit {
    cs_free(instruction, 1)
    cs_close(&handle)
  }

  /// The accesses of the instruction that `bytes` begin with; `register` gives values by name
  /// ("rax", "fs" for a segment's base). Empty for what does not decode.
  public func accesses(
    _ bytes: [UInt8], at address: UInt64, register: @escaping (String) -> UInt64
  ) -> [MemoryAccess] {
    let found = bytes.withUnsafeBufferPointer { buffer in
      var cursor = buffer.baseAddress
      var remaining = buffer.count
      var next = address
      return cs_disasm_iter(handle, &cursor, &remaining, &next, instruction)
    }
    guard found, let detail = instruction.pointee.detail else { return [] }
    var x86 = detail.pointee.x86
    let mnemonic = withUnsafeBytes(of: &instruction.pointee.mnemonic) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    let count = Int(x86.op_count)
    let operands = withUnsafeBytes(of: &x86.operands) {
      Array($0.bindMemory(to: cs_x86_op.self).prefix(count))
    }
    var result: [MemoryAccess] = []
    let end = address &+ UInt64(instruction.pointee.size)
    for operand in operands where operand.type == X86_OP_MEM {
      if mnemonic == "lea" || mnemonic == "nop" || mnemonic.hasPrefix("prefetch") { continue }
      let place = Self.place(operand.mem, next: end, value(of: register))
      var size = UInt64(operand.size)
      // A repeated string instruction goes up to RCX elements, upwards.
      if mnemonic.hasPrefix("rep") { size = size &* min(register("rcx"), 1 << 32) }
      let isWrite = operand.access & UInt8(CS_AC_WRITE.rawValue) != 0
      if operand.access & UInt8(CS_AC_READ.rawValue) != 0 || !isWrite {
        result.append(MemoryAccess(address: place, size: size, isWrite: false))
      }
      if isWrite { result.append(MemoryAccess(address: place, size: size, isWrite: true)) }
    }
    return result + Self.stackAccesses(mnemonic, register)
  }

  private func value(of register: @escaping (String) -> UInt64) -> (x86_reg) -> UInt64 {
    { [handle] number in
      cs_reg_name(handle, number.rawValue).map { register(String(cString: $0)) } ?? 0
    }
  }

  private static func place(
    _ operand: x86_op_mem, next: UInt64, _ value: (x86_reg) -> UInt64
  ) -> UInt64 {
    var address = UInt64(bitPattern: operand.disp)
    if operand.base == X86_REG_RIP {
      address &+= next
    } else if operand.base != X86_REG_INVALID {
      address &+= value(operand.base)
    }
    if operand.index != X86_REG_INVALID {
      address &+= value(operand.index) &* UInt64(bitPattern: Int64(operand.scale))
    }
    // Other segments are flat in long mode.
    if operand.segment == X86_REG_FS || operand.segment == X86_REG_GS {
      address &+= value(operand.segment)
    }
    return address
  }

  /// What moves by RSP without naming it.
  private static func stackAccesses(
    _ mnemonic: String, _ register: (String) -> UInt64
  ) -> [MemoryAccess] {
    let stack = register("rsp")
    switch mnemonic {
    case "push", "call", "pushfq": return [.init(address: stack &- 8, size: 8, isWrite: true)]
    case "pop", "ret", "popfq": return [.init(address: stack, size: 8, isWrite: false)]
    case "leave": return [.init(address: register("rbp"), size: 8, isWrite: false)]
    default: return []
    }
  }
}
