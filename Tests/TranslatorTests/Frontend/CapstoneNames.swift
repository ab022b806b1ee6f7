import Translator

/// When two names mean one instruction: capstone spells the operand size, a predicate or an alias
/// where the table has one row for all.
enum CapstoneNames {
  static func isSame(_ ours: String, _ theirs: String) -> Bool {
    // Prefixes stand before the name.
    let name = theirs.split(separator: " ").last.map(String.init) ?? theirs
    if ours == name || aliases[ours]?.contains(name) == true { return true }
    if sized.contains(ours), name.hasPrefix(ours), name.count == ours.count + 1 { return true }
    return hasPredicate(ours, name)
  }

  /// The operand size is the last letter.
  private static let sized: Set<String> = [
    "movs", "cmps", "stos", "lods", "scas", "ins", "outs", "iret", "pushf", "popf", "sysret",
    "sysexit", "retf",
  ]

  private static let aliases: [String: Set<String>] = [
    "xchg": ["nop"], "cbw": ["cwde", "cdqe"], "cwd": ["cdq", "cqo"], "jcxz": ["jecxz", "jrcxz"],
    "mov": ["movabs"], "movd": ["movq"], "vmovd": ["vmovq"], "pextrd": ["pextrq"],
    "vpextrd": ["vpextrq"], "pinsrd": ["pinsrq"], "vpinsrd": ["vpinsrq"],
    "vcvtpd2ps": ["vcvtpd2psx"], "vcvtpd2dq": ["vcvtpd2dqx"], "vcvttpd2dq": ["vcvttpd2dqx"],
    "pushal": ["pushaw"], "popal": ["popaw"],
    "fxsave": ["fxsave64"], "fxrstor": ["fxrstor64"], "xsave": ["xsave64"],
    "xrstor": ["xrstor64"], "xsaveopt": ["xsaveopt64"],
    "shl": ["sal"], "fcompi": ["fcomip"], "fucompi": ["fucomip"], "fneni": ["feni8087_nop"],
    "fndisi": ["fdisi8087_nop"], "fnsetpm": ["fsetpm"],
  ]

  /// CMPPS with a predicate is "cmpltps", PCLMULQDQ with the halves chosen "pclmulhqlqdq".
  private static func hasPredicate(_ ours: String, _ name: String) -> Bool {
    let suffix = String(ours.suffix(2))
    if ours.hasPrefix("cmp") || ours.hasPrefix("vcmp"), ["ps", "pd", "ss", "sd"].contains(suffix) {
      return name.hasPrefix(String(ours.dropLast(2))) && name.hasSuffix(suffix)
    }
    return ours.hasSuffix("pclmulqdq") && name.hasSuffix("qdq")
      && name.hasPrefix(String(ours.dropLast(3)))
  }
}
