package import Translator

/// What instructions do to the arithmetic flags, as far as a comparison must know: which are left
/// undefined (SDM volume 2, "Flags Affected"), which are certainly defined, who reads them.
package enum FlagKnowledge {
  package static let all: UInt64 = 0x8D5

  /// `undefined`: not to be compared. `defined`: written, so that what was undefined is not now.
  package static func effect(of row: EncodingCatalog.Row, operandSize: Int) -> (
    defined: UInt64, undefined: UInt64
  ) {
    switch row.meaning {
    case .add, .adc, .sbb, .sub, .cmp, .neg, .xadd, .cmpxchg, .popcnt, .vectorFlags,
      .vectorString:
      return (all, 0)
    case .inc, .dec: return (0x8D4, 0)
    case .and, .or, .xor, .test: return (0x8C5, 0x10)
    case .andn, .blsr, .blsi, .blsmsk, .bzhi: return (0x8C1, 0x14)
    case .bextr: return (0x841, 0x94)
    case .tzcnt, .lzcnt: return (0x41, 0x894)
    case .bsf, .bsr: return (0x40, 0x895)
    case .bt, .bts, .btr, .btc: return (1, 0x894)
    case .mul, .imul, .imulWide: return (0x801, 0xD4)
    case .div, .idiv: return (0, all)
    // A count of 0 leaves the flags alone, so none is certain. CF after shifting out more than
    // there is: only narrow operands can.
    case .shl, .shr, .sar:
      if row.operands.contains(.one) { return (0x8C5, 0x10) }
      return (0, operandSize < 4 || row.operands.contains(.Eb) ? 0x811 : 0x810)
    case .shld, .shrd: return (0, 0x810)
    case .rol, .ror, .rcl, .rcr: return row.operands.contains(.one) ? (0x801, 0) : (0, 0x800)
    case .daa, .das: return (0xD5, 0x800)
    case .aaa, .aas: return (0x11, 0x8C4)
    case .aam, .aad: return (0xC4, 0x811)
    default: return (0, 0)
    }
  }

  /// Condition codes C0–C3 of FSW that vendors treat differently: C1 where nothing can overflow or
  /// round, all of them after FFREE.
  package static func undefinedStatus(of row: EncodingCatalog.Row) -> UInt64 {
    guard row.meaning == .x87 else { return 0 }
    switch row.mnemonic.description {
    case "ffree", "ffreep": return 0x4700
    case "fcomi", "fcompi", "fucomi", "fucompi": return 0x200
    default: return 0
    }
  }

  package static func reads(_ row: EncodingCatalog.Row) -> Bool {
    switch row.meaning {
    case .adc, .sbb, .rcl, .rcr, .setcc, .cmov, .jcc, .lahf, .pushf, .cmc, .loope, .loopne, .adcx,
      .adox, .into, .daa, .das, .aaa, .aas, .salc:
      return true
    default:
      return row.feature == .x87
    }
  }
}

/// Rows the host's processor cannot judge, and why. Cases written by hand cover them.
package enum Exclusions {
  package static func reason(_ row: EncodingCatalog.Row) -> String? {
    switch row.meaning {
    case .in, .out, .ins, .outs, .cli, .sti, .hlt, .wrmsr, .rdmsr, .rdpmc, .movFromControl,
      .movToControl, .movFromDebug, .movToDebug, .clts, .lgdt, .lidt, .lmsw, .swapgs, .xsetbv,
      .lldt, .ltr, .iret:
      return "privileged: user mode refuses it"
    case .sgdt, .sidt, .smsw, .sldt, .str, .verr, .verw, .lar, .lsl, .xgetbv, .cpuid:
      return "answers with the host's own configuration"
    case .rdtsc, .rdtscp, .rdrand, .rdseed, .rdpid: return "answers differently every time"
    case .movFromSegment, .movToSegment, .pushSegment, .popSegment, .loadFarPointer, .callFar,
      .jmpFar, .retFar:
      return "segments are the host's operating system's"
    case .rdfsbase, .rdgsbase, .wrfsbase, .wrgsbase:
      return "the host's operating system may not have enabled it"
    case .int1: return "virtual machines report its address differently"
    case .hint where row.map == 1 && row.opcode == 0x0D && row.isRegisterForm != false:
      return "reserved forms: a NOP for one vendor, refused by the other"
    case .int, .unsupported, .syscall, .sysenter: return "enters the host's operating system"
    case .fxsave, .fxrstor, .xsave, .xrstor, .x87Area:
      return "stores the last x87 instruction's address, which vendors keep differently"
    case .hint where row.map == 1 && row.opcode == 1: return "privileged: user mode refuses it"
    case .fence where row.map == 1 && (row.opcode == 8 || row.opcode == 9):
      return "privileged: user mode refuses it"
    case .x87 where row.map == 0 && row.opcode == 0xD9 && transcendental.contains(row.rmByte):
      return "transcendental: vendors differ in the last place"
    default: break
    }
    let name = row.mnemonic.description
    if name == "fstpnce" { return "undocumented: vendors differ" }
    if name.contains("rcpps") || name.contains("rcpss") || name.contains("rsqrt") {
      return "an approximation: vendors' tables differ"
    }
    return nil
  }

  private static let transcendental: Set<UInt8> = [
    0xF0, 0xF1, 0xF2, 0xF3, 0xF9, 0xFB, 0xFE, 0xFF,
  ]
}

extension EncodingCatalog.Row {
  /// The whole ModRM byte where the row fixes it, else 0.
  package var rmByte: UInt8 {
    guard let reg, let rm else { return 0 }
    return 0xC0 | reg << 3 | rm
  }
}
