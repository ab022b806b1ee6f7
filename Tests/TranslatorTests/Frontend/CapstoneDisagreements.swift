import Translator

/// What each decoder made of the same bytes; nil where it says that they are no instruction.
struct CapstonePair {
  var mode: ProcessorMode
  var bytes: [UInt8]
  var name: String?
  var length: Int?
  var theirName: String?
  var theirLength: Int?
  /// What capstone says of `settledBytes`, the prefixes left out counted.
  var settledName: String?
  var settledLength: Int?

  var agrees: Bool {
    guard let name, let theirName else { return self.name == nil && self.theirName == nil }
    return length == theirLength && CapstoneNames.isSame(name, theirName)
  }

  func isOneOf(_ names: Set<String>) -> Bool { name.map(names.contains) ?? false }

  private var prefixes: ArraySlice<UInt8> {
    bytes.prefix {
      [0x26, 0x2E, 0x36, 0x3E, 0x64, 0x65, 0x66, 0x67, 0xF0, 0xF2, 0xF3].contains($0)
        || mode == .long64 && $0 & 0xF0 == 0x40
    }
  }

  var prefixCount: Int { prefixes.count }

  /// LOCK is among the prefixes.
  var hasLock: Bool { prefixes.contains(0xF0) }
  var hasOperandSize: Bool { prefixes.contains(0x66) }

  /// The same without prefixes that change nothing, and with the ones that count in the order
  /// compilers write: 66, the last of F2 and F3, REX.
  var settledBytes: [UInt8] {
    var kept: [UInt8] = mode == .long64 ? [] : prefixes.filter { $0 == 0x67 }
    if hasOperandSize { kept.append(0x66) }
    if let last = prefixes.last(where: { $0 == 0xF2 || $0 == 0xF3 }) { kept.append(last) }
    if mode == .long64, let last = prefixes.last, last & 0xF0 == 0x40 { kept.append(last) }
    return kept + bytes.dropFirst(prefixes.count)
  }

  /// Without F2 and F3, or without 66 and REX too, the bytes are what the other decoder says.
  var isAcceptedWithoutPrefixes: Bool {
    let repeats: Set<UInt8> = [0xF2, 0xF3]
    for isDropped in [
      { repeats.contains($0) }, { repeats.contains($0) || $0 == 0x66 },
      { repeats.contains($0) || $0 == 0x66 || $0 & 0xF0 == 0x40 },
    ] as [(UInt8) -> Bool] {
      let kept = prefixes.filter { !isDropped($0) }
      guard kept.count < prefixes.count, let theirName else { continue }
      let found = (kept + bytes.dropFirst(prefixes.count)).withUnsafeBufferPointer {
        EncodingCatalog.decode($0.baseAddress!, count: $0.count, mode: mode)
      }
      guard let found else { continue }
      let name = EncodingCatalog.row(found.row).mnemonic.description
      if CapstoneNames.isSame(name, theirName) || CapstoneNames.isSame(name, settledName ?? "") {
        return true
      }
    }
    return false
  }

  var summary: String {
    let difference = (length ?? 0) - (theirLength ?? 0)
    let isLonger = name != nil && theirName != nil && difference != 0
    let ours = (name ?? "nothing") + (isLonger ? ", \(difference) bytes longer" : "")
    let theirs = theirName ?? "nothing"
    return "\(mode == .long64 ? 64 : 32): \(ours), capstone \(theirs)"
  }
}

/// Where the two may differ. Debian's capstone is 4.0.2.
enum CapstoneDisagreements {
  struct Reason: Sendable {
    var why: String
    var covers: @Sendable (CapstonePair) -> Bool
  }

  static let all: [Reason] = [
    Reason(why: "hints and prefetches in all forms are NOPs here; capstone knows some") {
      $0.theirName == nil
        && $0.isOneOf(["nop", "prefetch", "prefetchw", "prefetchwt1", "endbr32", "endbr64"])
    },
    Reason(why: "fences with any ModRM.rm (SDM volume 2, LFENCE); capstone wants 0") {
      $0.theirName == nil && $0.isOneOf(["lfence", "mfence", "sfence"])
    },
    Reason(why: "newer than capstone 4: RDPID, VAES, VPCLMULQDQ with 256 bits") {
      $0.theirName == nil
        && $0.isOneOf(["vaesenc", "vaesenclast", "vaesdec", "vaesdeclast", "vpclmulqdq"])
        || $0.name == "rdpid" && $0.theirName == "rdseed"
    },
    Reason(why: "capstone has no VBROADCASTI128") {
      $0.theirName == nil && $0.name == "vbroadcasti128"
    },
    Reason(why: "a segment register that is none is refused when executed, not when decoded") {
      $0.theirName == nil && $0.name == "mov"
    },
    Reason(why: "UD0 and UD1 have a ModRM byte (SDM volume 2, UD); capstone reads none") {
      $0.name == "ud1" && $0.theirName == "ud2b"
        || $0.name == "ud0" && ($0.theirName == "ud0" || $0.theirName == nil)
    },
    Reason(why: "F3 90 is PAUSE whatever REX.B says") {
      $0.name == "pause" && $0.theirName?.hasSuffix("xchg") == true
    },
    Reason(
      why: "a prefix that is refused there (SDM volume 2, 2.3.2 and 3.1.1.2); capstone ignores it"
    ) {
      $0.name == nil && $0.isAcceptedWithoutPrefixes
        || $0.name == "clwb" && $0.theirName?.hasPrefix("xsaveopt") == true
    },
    Reason(why: "of several prefixes capstone may take another than the one that counts") {
      guard let name = $0.name, let settled = $0.settledName else { return false }
      return $0.length == $0.settledLength && CapstoneNames.isSame(name, settled)
    },
    Reason(why: "an immediate of 16 bits behind several prefixes: capstone may read 32") {
      guard let length = $0.length, let other = $0.theirLength else { return false }
      return $0.isOneOf(["push", "ret"]) && other - length == 2 && $0.prefixCount > 2
    },
    Reason(why: "66 means nothing before a near branch in 64-bit mode; capstone reads 16 bits") {
      guard let name = $0.name, let length = $0.length, let other = $0.theirLength else {
        return false
      }
      return $0.mode == .long64 && length - other == 2 && $0.hasOperandSize
        && (name.hasPrefix("j") || name == "call")
    },
    Reason(why: "REX.W before F3 0F 7E changes nothing; capstone says MOVD") {
      $0.name == "movq" && $0.theirName == "movd"
    },
    Reason(why: "SWAPGS is of long mode (SDM volume 2, SWAPGS)") {
      $0.mode == .protected32 && $0.name == nil && $0.theirName == "swapgs"
    },
    Reason(why: "not offered, nor announced by CPUID") {
      $0.name == nil && $0.theirName.map(isNotOffered) ?? false
    },
    Reason(why: "capstone accepts LOCK everywhere (SDM volume 2, LOCK: #UD)") {
      $0.name == nil && $0.hasLock
    },
  ]

  private static func isNotOffered(_ name: String) -> Bool {
    let last = name.split(separator: " ").last.map(String.init) ?? name
    return notOffered.contains(last) || evex.contains { last.hasPrefix($0) }
  }

  /// AMD's and VIA's own, virtualisation, TSX, SGX and what came after AVX2.
  private static let notOffered: Set<String> = [
    "vmmcall", "vmrun", "vmload", "vmsave", "stgi", "clgi", "skinit", "invlpga", "vmcall",
    "vmlaunch", "vmresume", "vmxoff", "vmxon", "vmptrld", "vmptrst", "vmclear", "vmread", "vmwrite",
    "vmfunc", "invept", "invvpid", "invpcid", "monitor", "mwait", "monitorx", "mwaitx", "clzero",
    "clac", "stac", "getsec", "encls", "enclu", "xbegin", "xend", "xabort", "xtest", "xsavec",
    "xsavec64", "xsaves", "xsaves64", "xrstors", "xrstors64", "extrq", "insertq", "movntsd",
    "movntss", "femms", "pcommit", "montmul", "xsha1", "xsha256", "xstore", "xcryptecb",
    "xcryptcbc", "xcryptctr", "xcryptcfb", "xcryptofb", "rdpkru", "wrpkru",
  ]

  private static let evex = ["pf", "vpcom", "vprot", "vpsh", "vpmac", "vphadd", "vphsub", "k"]

  static func reason(_ pair: CapstonePair) -> String? {
    all.first { $0.covers(pair) }?.why
  }
}
