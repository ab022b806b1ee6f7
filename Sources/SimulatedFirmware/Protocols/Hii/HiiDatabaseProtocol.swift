import CUEFI

/// EFI_HII_DATABASE_PROTOCOL (UEFI 2.10, 34.8).
enum HiiDatabaseProtocol {
  typealias ListHeader = UnsafePointer<EFI_HII_PACKAGE_LIST_HEADER>

  static func install(on firmware: Firmware) throws(FirmwareError) {
    let table = try firmware.allocate(EFI_HII_DATABASE_PROTOCOL.self)
    try publishLists(table, on: firmware)
    try publishNotifications(table, on: firmware)
    try publishKeyboards(table, on: firmware)
    try firmware.install(EFI_GUID.hiiDatabase, table)
  }

  private typealias Table = UnsafeMutablePointer<EFI_HII_DATABASE_PROTOCOL>

  private static func publishLists(_ table: Table, on firmware: Firmware) throws(FirmwareError) {
    table.pointee.NewPackageList = firmware.publish("HiiDatabase.NewPackageList") {
      _, list, driver, handle in
      guard let list, let handle else { return EFI_INVALID_PARAMETER }
      return HiiDatabaseProtocol.new(list, driver, handle)
    }
    table.pointee.RemovePackageList = firmware.publish("HiiDatabase.RemovePackageList") {
      _, handle in
      guard let hii = StandardProtocols.current?.hii else { return EFI_NOT_READY }
      let handle = UInt64(UInt(bitPattern: handle))
      guard let index = hii.index(of: handle) else { return EFI_NOT_FOUND }
      for package in hii.entries[index].list.packages {
        hii.notify(package, handle: handle, change: HiiDatabase.Change.remove)
      }
      hii.remove(handle)
      return EFI_SUCCESS
    }
    table.pointee.UpdatePackageList = firmware.publish("HiiDatabase.UpdatePackageList") {
      _, handle, list in
      guard let list else { return EFI_INVALID_PARAMETER }
      return HiiDatabaseProtocol.update(UInt64(UInt(bitPattern: handle)), list)
    }
    let listLists:
      @convention(c) (
        UnsafePointer<EFI_HII_DATABASE_PROTOCOL>?, UInt64, UnsafePointer<EFI_GUID>?,
        UnsafeMutablePointer<UInt64>?, UnsafeMutablePointer<EFI_HII_HANDLE?>?
      ) -> UInt64 = { _, type, guid, length, handles in
        HiiDatabaseProtocol.list(UInt8(truncatingIfNeeded: type), guid, length, handles)
      }
    table.pointee.ListPackageLists = firmware.publish(
      "HiiDatabase.ListPackageLists", Narrow.asNarrow(listLists) as EFI_HII_DATABASE_LIST_PACKS)
    table.pointee.ExportPackageLists = firmware.publish("HiiDatabase.ExportPackageLists") {
      _, handle, size, buffer in
      guard let size, buffer != nil || size.pointee == 0 else { return EFI_INVALID_PARAMETER }
      return HiiDatabaseProtocol.export(UInt64(UInt(bitPattern: handle)), size, buffer)
    }
    table.pointee.GetPackageListHandle = firmware.publish("HiiDatabase.GetPackageListHandle") {
      _, handle, driver in
      guard let driver, let hii = StandardProtocols.current?.hii,
        let index = hii.index(of: UInt64(UInt(bitPattern: handle)))
      else { return EFI_INVALID_PARAMETER }
      driver.pointee = UnsafeMutableRawPointer(bitPattern: UInt(hii.entries[index].driver))
      return EFI_SUCCESS
    }
  }

  /// The list a guest points at; its header's length is believed up to a limit.
  private static func read(_ header: ListHeader) -> HiiPackageList? {
    let raw = UnsafeRawPointer(header)
    let length = Int(raw.loadUnaligned(fromByteOffset: 16, as: UInt32.self))
    guard (20...HiiPackageList.maximumSize).contains(length) else { return nil }
    return try? HiiPackageList(bytes: Array(UnsafeRawBufferPointer(start: raw, count: length)))
  }

  private static func new(
    _ header: ListHeader, _ driver: EFI_HANDLE?, _ out: UnsafeMutablePointer<EFI_HII_HANDLE?>
  ) -> UInt64 {
    guard let hii = StandardProtocols.current?.hii, var list = read(header) else {
      return EFI_INVALID_PARAMETER
    }
    let owner = UInt64(UInt(bitPattern: driver))
    // One driver may not publish a list twice.
    guard !hii.entries.contains(where: { $0.driver == owner && $0.list.guid == list.guid }) else {
      return EFI_INVALID_PARAMETER
    }
    if let path = DevicePathProtocols.read(GuestText.devicePath(on: driver)) {
      list.packages.removeAll { $0.type == HiiPackage.Kind.devicePath }
      list.packages.append(HiiPackage(type: HiiPackage.Kind.devicePath, body: path.bytes))
    }
    let handle = hii.add(list, driver: owner)
    out.pointee = UnsafeMutableRawPointer(bitPattern: UInt(handle))
    for package in list.packages {
      hii.notify(package, handle: handle, change: HiiDatabase.Change.new)
    }
    return EFI_SUCCESS
  }

  /// Packages of every type in the new list replace those of the old; other types stay (34.8.4).
  private static func update(_ handle: UInt64, _ header: ListHeader) -> UInt64 {
    guard let hii = StandardProtocols.current?.hii, let new = read(header) else {
      return EFI_INVALID_PARAMETER
    }
    guard let index = hii.index(of: handle) else { return EFI_NOT_FOUND }
    func replaced(_ package: HiiPackage) -> Bool {
      new.packages.contains { $0.type == package.type && $0.guid == package.guid }
    }
    let old = hii.entries[index].list
    for package in old.packages where replaced(package) {
      hii.notify(package, handle: handle, change: HiiDatabase.Change.remove)
    }
    let kept = old.packages.filter { !replaced($0) }
    hii.replace(handle, with: HiiPackageList(guid: old.guid, packages: kept + new.packages))
    for package in new.packages {
      hii.notify(package, handle: handle, change: HiiDatabase.Change.add)
    }
    return EFI_SUCCESS
  }

  private static func list(
    _ type: UInt8, _ guid: UnsafePointer<EFI_GUID>?, _ length: UnsafeMutablePointer<UInt64>?,
    _ out: UnsafeMutablePointer<EFI_HII_HANDLE?>?
  ) -> UInt64 {
    guard let hii = StandardProtocols.current?.hii, let length, out != nil || length.pointee == 0,
      (type == HiiPackage.Kind.guid) == (guid != nil)
    else { return EFI_INVALID_PARAMETER }
    let found = hii.handles(type: type, guid: guid.map { GuestText.guid($0) })
    let available = length.pointee
    length.pointee = UInt64(found.count * 8)
    if found.isEmpty { return EFI_NOT_FOUND }
    guard available >= UInt64(found.count * 8), let out else { return EFI_BUFFER_TOO_SMALL }
    for (index, handle) in found.enumerated() {
      out[index] = UnsafeMutableRawPointer(bitPattern: UInt(handle))
    }
    return EFI_SUCCESS
  }

  private static func export(
    _ handle: UInt64, _ size: UnsafeMutablePointer<UInt64>,
    _ buffer: UnsafeMutablePointer<EFI_HII_PACKAGE_LIST_HEADER>?
  ) -> UInt64 {
    guard let hii = StandardProtocols.current?.hii else { return EFI_NOT_READY }
    let chosen = hii.entries.filter { handle == 0 || $0.handle == handle }
    if handle != 0 && chosen.isEmpty { return EFI_NOT_FOUND }
    let bytes = chosen.flatMap(\.list.bytes)
    let available = size.pointee
    size.pointee = UInt64(bytes.count)
    guard available >= UInt64(bytes.count), let buffer else { return EFI_BUFFER_TOO_SMALL }
    for entry in chosen {
      for package in entry.list.packages {
        hii.notify(package, handle: entry.handle, change: HiiDatabase.Change.export)
      }
    }
    UnsafeMutableRawPointer(buffer).copyMemory(from: bytes, byteCount: bytes.count)
    return EFI_SUCCESS
  }

  private static func publishNotifications(_ table: Table, on firmware: Firmware)
    throws(FirmwareError)
  {
    let register:
      @convention(c) (
        UnsafePointer<EFI_HII_DATABASE_PROTOCOL>?, UInt64, UnsafePointer<EFI_GUID>?,
        EFI_HII_DATABASE_NOTIFY?, UInt64, UnsafeMutablePointer<EFI_HANDLE?>?
      ) -> UInt64 = { _, type, guid, function, kinds, handle in
        let type = UInt8(truncatingIfNeeded: type)
        guard let hii = StandardProtocols.current?.hii, let function, let handle,
          (type == HiiPackage.Kind.guid) == (guid != nil), kinds != 0, kinds & ~0xf == 0
        else { return EFI_INVALID_PARAMETER }
        let value = hii.newHandle()
        hii.notifications.append(
          HiiDatabase.Notification(
            handle: value, type: type, guid: guid.map { GuestText.guid($0) }, function: function,
            kinds: kinds))
        handle.pointee = UnsafeMutableRawPointer(bitPattern: UInt(value))
        return EFI_SUCCESS
      }
    table.pointee.RegisterPackageNotify = firmware.publish(
      "HiiDatabase.RegisterPackageNotify",
      Narrow.asNarrow(register) as EFI_HII_DATABASE_REGISTER_NOTIFY)
    table.pointee.UnregisterPackageNotify = firmware.publish(
      "HiiDatabase.UnregisterPackageNotify"
    ) { _, handle in
      let value = UInt64(UInt(bitPattern: handle))
      guard let hii = StandardProtocols.current?.hii,
        let index = hii.notifications.firstIndex(where: { $0.handle == value })
      else { return EFI_NOT_FOUND }
      hii.notifications.remove(at: index)
      return EFI_SUCCESS
    }
  }

  /// Layouts are those that packages bring; none is built in.
  private static func publishKeyboards(_ table: Table, on firmware: Firmware) throws(FirmwareError)
  {
    table.pointee.FindKeyboardLayouts = firmware.publish("HiiDatabase.FindKeyboardLayouts") {
      _, length, guids in
      guard let length, guids != nil || length.pointee == 0 else { return EFI_INVALID_PARAMETER }
      let bytes = HiiDatabaseProtocol.layouts().flatMap(\.guid)
      let available = Int(length.pointee)
      length.pointee = UInt16(truncatingIfNeeded: bytes.count)
      guard available >= bytes.count else { return EFI_BUFFER_TOO_SMALL }
      if let guids {
        UnsafeMutableRawPointer(guids).copyMemory(from: bytes, byteCount: bytes.count)
      }
      return EFI_SUCCESS
    }
    table.pointee.GetKeyboardLayout = firmware.publish("HiiDatabase.GetKeyboardLayout") {
      _, guid, length, buffer in
      guard let length else { return EFI_INVALID_PARAMETER }
      // A null GUID asks for the current layout, which is none until somebody sets one.
      let wanted = guid.map { GuestText.guid($0) } ?? StandardProtocols.current?.hii.keyboardLayout
      guard let layout = HiiDatabaseProtocol.layouts().first(where: { $0.guid == wanted }) else {
        return EFI_NOT_FOUND
      }
      let available = Int(length.pointee)
      length.pointee = UInt16(truncatingIfNeeded: layout.bytes.count)
      guard available >= layout.bytes.count, let buffer else { return EFI_BUFFER_TOO_SMALL }
      buffer.copyMemory(from: layout.bytes, byteCount: layout.bytes.count)
      return EFI_SUCCESS
    }
    table.pointee.SetKeyboardLayout = firmware.publish("HiiDatabase.SetKeyboardLayout") {
      _, guid in
      guard let guid else { return EFI_INVALID_PARAMETER }
      let wanted = GuestText.guid(guid)
      guard HiiDatabaseProtocol.layouts().contains(where: { $0.guid == wanted }) else {
        return EFI_NOT_FOUND
      }
      // Scripted keys are characters already; those who translate key positions hear of it.
      StandardProtocols.current?.hii.keyboardLayout = wanted
      Firmware.current?.events.signalGroup(.keyboardLayoutEvent)
      return EFI_SUCCESS
    }
  }

  /// Keyboard layouts in the database (33.3.9): a count, then layouts, each with its length first.
  private static func layouts() -> [(guid: [UInt8], bytes: [UInt8])] {
    var found: [(guid: [UInt8], bytes: [UInt8])] = []
    for entry in StandardProtocols.current?.hii.entries ?? [] {
      for package in entry.list.packages where package.type == HiiPackage.Kind.keyboardLayout {
        var offset = 2
        for _ in 0..<(package.body.little(0, 2) ?? 0) {
          guard let length = package.body.little(offset, 2), length >= 18,
            Int(length) <= package.body.count - offset
          else { break }
          let bytes = Array(package.body[offset..<(offset + Int(length))])
          found.append((guid: Array(bytes[2..<18]), bytes: bytes))
          offset += Int(length)
        }
      }
    }
    return found
  }
}
