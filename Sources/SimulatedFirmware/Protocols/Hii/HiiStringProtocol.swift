import CUEFI

/// EFI_HII_STRING_PROTOCOL (UEFI 2.10, 34.3). Fonts are not offered, so none is ever reported.
enum HiiStringProtocol {
  typealias Size = UnsafeMutablePointer<UInt64>

  static func install(on firmware: Firmware) throws(FirmwareError) {
    let table = try firmware.allocate(EFI_HII_STRING_PROTOCOL.self)
    table.pointee.NewString = firmware.publish("HiiString.NewString") {
      _, list, identifier, language, _, text, _ in
      guard let identifier, let language = GuestText.ascii(language),
        let text = GuestText.units(text)
      else { return EFI_INVALID_PARAMETER }
      return HiiStringProtocol.new(list, identifier, language, text)
    }
    let get:
      @convention(c) (
        UnsafePointer<EFI_HII_STRING_PROTOCOL>?, UnsafePointer<CChar>?, EFI_HII_HANDLE?, UInt64,
        UnsafeMutablePointer<UInt16>?, Size?,
        UnsafeMutablePointer<UnsafeMutablePointer<EFI_FONT_INFO>?>?
      ) -> UInt64 = { _, language, list, identifier, text, size, font in
        guard let language = GuestText.ascii(language), let size,
          text != nil || size.pointee == 0
        else { return EFI_INVALID_PARAMETER }
        font?.pointee = nil
        return HiiStringProtocol.get(
          list, UInt16(truncatingIfNeeded: identifier), language, text, size)
      }
    table.pointee.GetString = firmware.publish(
      "HiiString.GetString", Narrow.asNarrow(get) as EFI_HII_GET_STRING)
    let set:
      @convention(c) (
        UnsafePointer<EFI_HII_STRING_PROTOCOL>?, EFI_HII_HANDLE?, UInt64, UnsafePointer<CChar>?,
        UnsafeMutablePointer<UInt16>?, UnsafePointer<EFI_FONT_INFO>?
      ) -> UInt64 = { _, list, identifier, language, text, _ in
        guard let language = GuestText.ascii(language), let text = GuestText.units(text) else {
          return EFI_INVALID_PARAMETER
        }
        return HiiStringProtocol.set(list, UInt16(truncatingIfNeeded: identifier), language, text)
      }
    table.pointee.SetString = firmware.publish(
      "HiiString.SetString", Narrow.asNarrow(set) as EFI_HII_SET_STRING)
    table.pointee.GetLanguages = firmware.publish("HiiString.GetLanguages") {
      _, list, languages, size in
      guard let size, languages != nil || size.pointee == 0 else { return EFI_INVALID_PARAMETER }
      guard let packages = HiiStringProtocol.packages(list) else { return EFI_NOT_FOUND }
      // UEFI's own configuration languages are no languages to show.
      let codes = packages.map(\.strings.language).filter { !$0.hasPrefix("x-UEFI") }
      return HiiStringProtocol.give(codes.joined(separator: ";"), languages, size)
    }
    table.pointee.GetSecondaryLanguages = firmware.publish("HiiString.GetSecondaryLanguages") {
      _, list, primary, _, size in
      guard let primary = GuestText.ascii(primary), size != nil else {
        return EFI_INVALID_PARAMETER
      }
      guard let packages = HiiStringProtocol.packages(list) else { return EFI_NOT_FOUND }
      // Secondary languages went with their package type; no list here has any.
      return packages.contains { $0.strings.language == primary }
        ? EFI_NOT_FOUND : EFI_INVALID_LANGUAGE
    }
    try firmware.install(EFI_GUID.hiiString, table)
  }

  struct Place {
    /// Index in the list's packages.
    var index: Int
    var strings: HiiStringPackage
  }

  /// The string packages of a list that can be read; nil where the list is unknown.
  private static func packages(_ list: EFI_HII_HANDLE?) -> [Place]? {
    guard let hii = StandardProtocols.current?.hii,
      let entry = hii.index(of: UInt64(UInt(bitPattern: list)))
    else { return nil }
    return hii.entries[entry].list.packages.enumerated().compactMap { index, package in
      guard package.type == HiiPackage.Kind.strings else { return nil }
      guard let strings = try? HiiStringPackage(package) else {
        StandardProtocols.current?.missing("HiiString: string package that cannot be decoded")
        return nil
      }
      return Place(index: index, strings: strings)
    }
  }

  private static func store(_ list: EFI_HII_HANDLE?, _ place: Place) {
    let handle = UInt64(UInt(bitPattern: list))
    guard let hii = StandardProtocols.current?.hii, let entry = hii.index(of: handle) else {
      return
    }
    var changed = hii.entries[entry].list
    if place.index < changed.packages.count {
      changed.packages[place.index] = place.strings.package
    } else {
      changed.packages.append(place.strings.package)
    }
    hii.replace(handle, with: changed)
  }

  /// A code matches without regard to case.
  private static func same(_ first: String, _ second: String) -> Bool {
    first.lowercased() == second.lowercased()
  }

  private static func new(
    _ list: EFI_HII_HANDLE?, _ identifier: UnsafeMutablePointer<UInt16>, _ language: String,
    _ text: [UInt16]
  ) -> UInt64 {
    guard let packages = packages(list) else { return EFI_NOT_FOUND }
    // All languages of a list share one numbering, so that a string has one identifier in each.
    let next = packages.map(\.strings.nextIdentifier).max() ?? 1
    guard next <= 0xffff else { return EFI_OUT_OF_RESOURCES }
    var place: Place
    if let existing = packages.first(where: { same($0.strings.language, language) }) {
      place = existing
    } else {
      // The language's own name would be string 1 of a package made by a compiler; here it has none.
      place = Place(index: .max, strings: HiiStringPackage(language: language, languageName: 0))
    }
    place.strings.add(text, as: UInt16(next))
    store(list, place)
    identifier.pointee = UInt16(next)
    return EFI_SUCCESS
  }

  private static func get(
    _ list: EFI_HII_HANDLE?, _ identifier: UInt16, _ language: String,
    _ buffer: UnsafeMutablePointer<UInt16>?, _ size: Size
  ) -> UInt64 {
    guard let packages = packages(list), identifier != 0 else { return EFI_NOT_FOUND }
    guard
      let text = packages.first(where: { same($0.strings.language, language) })?
        .strings.strings[identifier]
    else {
      // There is a difference between no such string and no such translation.
      return packages.contains { $0.strings.strings[identifier] != nil }
        ? EFI_INVALID_LANGUAGE : EFI_NOT_FOUND
    }
    let available = size.pointee
    let needed = UInt64(text.count + 1) * 2
    size.pointee = needed
    guard available >= needed, let buffer else { return EFI_BUFFER_TOO_SMALL }
    for (index, unit) in text.enumerated() { buffer[index] = unit }
    buffer[text.count] = 0
    return EFI_SUCCESS
  }

  private static func set(
    _ list: EFI_HII_HANDLE?, _ identifier: UInt16, _ language: String, _ text: [UInt16]
  ) -> UInt64 {
    guard let packages = packages(list),
      var place = packages.first(where: { same($0.strings.language, language) }),
      place.strings.set(text, for: identifier)
    else { return EFI_NOT_FOUND }
    store(list, place)
    return EFI_SUCCESS
  }

  private static func give(
    _ text: String, _ buffer: UnsafeMutablePointer<CChar>?, _ size: Size
  ) -> UInt64 {
    let bytes = Array(text.utf8) + [0]
    let available = size.pointee
    size.pointee = UInt64(bytes.count)
    guard available >= UInt64(bytes.count), let buffer else { return EFI_BUFFER_TOO_SMALL }
    UnsafeMutableRawPointer(buffer).copyMemory(from: bytes, byteCount: bytes.count)
    return EFI_SUCCESS
  }
}
