import CUEFI

/// EFI_UNICODE_COLLATION_PROTOCOL for English (UEFI 2.10, 13.9): case is folded for ASCII and Latin-1
/// letters, and order is that of the folded code units.
enum UnicodeCollation {
  static func upper(_ unit: UInt16) -> UInt16 {
    switch unit {
    case 0x61...0x7a: unit - 0x20
    case 0xe0...0xf6, 0xf8...0xfe: unit - 0x20
    default: unit
    }
  }

  static func lower(_ unit: UInt16) -> UInt16 {
    switch unit {
    case 0x41...0x5a: unit + 0x20
    case 0xc0...0xd6, 0xd8...0xde: unit + 0x20
    default: unit
    }
  }

  /// Negative, zero or positive, as the first string comes before, with or after the second.
  static func compare(_ first: [UInt16], _ second: [UInt16]) -> Int64 {
    for (a, b) in zip(first, second) where upper(a) != upper(b) {
      return Int64(upper(a)) - Int64(upper(b))
    }
    return Int64(first.count) - Int64(second.count)
  }

  /// `*`, `?` and `[set]` with ranges; linear in memory and at worst the product of both lengths in
  /// time, whatever the pattern.
  static func matches(_ text: [UInt16], _ pattern: [UInt16]) -> Bool {
    guard let tokens = tokens(pattern) else { return false }
    var position = 0
    var token = 0
    // Where to resume when what follows the latest `*` did not fit.
    var resume: (token: Int, position: Int)?
    while position < text.count {
      if token < tokens.count, case .any = tokens[token] {
        resume = (token + 1, position)
        token += 1
      } else if token < tokens.count, tokens[token].accepts(text[position]) {
        token += 1
        position += 1
      } else if let last = resume {
        resume = (last.token, last.position + 1)
        token = last.token
        position = last.position + 1
      } else {
        return false
      }
    }
    return tokens[token...].allSatisfy { if case .any = $0 { true } else { false } }
  }

  private enum Token {
    case any
    case one
    case set([ClosedRange<UInt16>])
    case unit(UInt16)

    func accepts(_ unit: UInt16) -> Bool {
      switch self {
      case .any: false
      case .one: true
      case .set(let ranges): ranges.contains { $0.contains(upper(unit)) }
      case .unit(let wanted): wanted == upper(unit)
      }
    }
  }

  /// Nil for a set without its closing bracket.
  private static func tokens(_ pattern: [UInt16]) -> [Token]? {
    var tokens: [Token] = []
    var index = 0
    while index < pattern.count {
      switch pattern[index] {
      case 0x2a: tokens.append(.any)
      case 0x3f: tokens.append(.one)
      case 0x5b:
        guard let close = pattern[(index + 1)...].firstIndex(of: 0x5d) else { return nil }
        var ranges: [ClosedRange<UInt16>] = []
        var item = index + 1
        while item < close {
          let first = upper(pattern[item])
          if item + 2 < close, pattern[item + 1] == 0x2d {
            let last = upper(pattern[item + 2])
            ranges.append(min(first, last)...max(first, last))
            item += 3
          } else {
            ranges.append(first...first)
            item += 1
          }
        }
        tokens.append(.set(ranges))
        index = close
      default: tokens.append(.unit(upper(pattern[index])))
      }
      index += 1
    }
    return tokens
  }

  /// The 8.3 character for a unit, or nil where there is none (13.9.7).
  static func fat(_ unit: UInt16) -> UInt8? {
    let folded = upper(unit)
    guard folded > 0x20, folded < 0x7f, !"\"*+,/:;<=>?[\\]|".utf16.contains(folded) else {
      return nil
    }
    return UInt8(folded)
  }

  static func install(on firmware: Firmware) throws(FirmwareError) {
    let table = try firmware.allocate(EFI_UNICODE_COLLATION_PROTOCOL.self)
    table.pointee.StriColl = firmware.publish("UnicodeCollation.StriColl") { _, first, second in
      UnicodeCollation.compare(GuestText.units(first) ?? [], GuestText.units(second) ?? [])
    }
    table.pointee.MetaiMatch = firmware.publish("UnicodeCollation.MetaiMatch") {
      _, text, pattern in
      guard let text = GuestText.units(text), let pattern = GuestText.units(pattern) else {
        return 0
      }
      return UnicodeCollation.matches(text, pattern) ? 1 : 0
    }
    table.pointee.StrLwr = firmware.publish("UnicodeCollation.StrLwr") { _, text in
      UnicodeCollation.change(text, UnicodeCollation.lower)
    }
    table.pointee.StrUpr = firmware.publish("UnicodeCollation.StrUpr") { _, text in
      UnicodeCollation.change(text, UnicodeCollation.upper)
    }
    table.pointee.FatToStr = firmware.publish("UnicodeCollation.FatToStr") {
      _, size, fat, text in
      guard let fat, let text else { return }
      var count = 0
      while count < Int(min(size, 0x1_0000)), fat[count] != 0 {
        text[count] = UInt16(UInt8(bitPattern: fat[count]))
        count += 1
      }
      text[count] = 0
    }
    table.pointee.StrToFat = firmware.publish("UnicodeCollation.StrToFat") {
      _, text, size, fat in
      guard let units = GuestText.units(text), let fat else { return 0 }
      var changed = false
      var count = 0
      // Dots and blanks are left out without that counting as a loss.
      for unit in units where unit != 0x2e && unit != 0x20 && count < Int(min(size, 0x1_0000)) {
        let character = UnicodeCollation.fat(unit)
        if character == nil { changed = true }
        fat[count] = CChar(bitPattern: character ?? 0x5f)
        count += 1
      }
      return changed ? 1 : 0
    }
    let iso = try firmware.allocate((CChar, CChar, CChar, CChar).self)
    iso.pointee = (0x65, 0x6e, 0x67, 0)
    let rfc = try firmware.allocate((CChar, CChar, CChar, CChar).self)
    rfc.pointee = (0x65, 0x6e, 0, 0)
    let older = try firmware.allocate(EFI_UNICODE_COLLATION_PROTOCOL.self)
    older.pointee = table.pointee
    older.pointee.SupportedLanguages = UnsafeMutableRawPointer(iso).assumingMemoryBound(
      to: CChar.self)
    table.pointee.SupportedLanguages = UnsafeMutableRawPointer(rfc).assumingMemoryBound(
      to: CChar.self)
    try firmware.install(EFI_GUID.unicodeCollation2, table)
    try firmware.install(EFI_GUID.unicodeCollation, older)
  }

  private static func change(_ text: UnsafeMutablePointer<UInt16>?, _ fold: (UInt16) -> UInt16) {
    guard let text, let units = GuestText.units(text) else { return }
    for (index, unit) in units.enumerated() { text[index] = fold(unit) }
  }
}
