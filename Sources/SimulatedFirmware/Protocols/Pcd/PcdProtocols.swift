import CUEFI

/// PCD_PROTOCOL and EFI_PCD_PROTOCOL, with the protocols that describe tokens (PI 1.8, volume 3, 8).
///
/// Real firmware asserts on a token it does not have. Here a read of one yields zero and a write
/// EFI_NOT_FOUND, and both are counted as a missing token in the run's report.
enum PcdProtocols {
  static func install(on firmware: Firmware) throws(FirmwareError) {
    let plain = try firmware.allocate(PCD_PROTOCOL.self)
    let spaced = try firmware.allocate(EFI_PCD_PROTOCOL.self)
    try fillPlain(plain, on: firmware)
    try fillSpaced(plain, on: firmware)
    try fillCommon(plain, on: firmware)
    let table = plain.pointee
    // The PI protocol is the second half of EDK2's: the same functions, always with a token space.
    spaced.pointee = EFI_PCD_PROTOCOL(
      SetSku: table.SetSku,
      Get8: table.Get8Ex,
      Get16: table.Get16Ex,
      Get32: table.Get32Ex,
      Get64: table.Get64Ex,
      GetPtr: table.GetPtrEx,
      GetBool: table.GetBoolEx,
      GetSize: table.GetSizeEx,
      Set8: table.Set8Ex,
      Set16: table.Set16Ex,
      Set32: table.Set32Ex,
      Set64: table.Set64Ex,
      SetPtr: table.SetPtrEx,
      SetBool: table.SetBoolEx,
      CallbackOnSet: table.CallbackOnSet, CancelCallback: table.CancelCallback,
      GetNextToken: table.GetNextToken, GetNextTokenSpace: table.GetNextTokenSpace)
    try firmware.install(EFI_GUID.pcd, plain)
    try firmware.install(EFI_GUID.efiPcd, spaced)
    try installInformation(on: firmware)
  }

  private typealias Table = UnsafeMutablePointer<PCD_PROTOCOL>
  private typealias Guid = UnsafePointer<EFI_GUID>

  private static func fillPlain(_ table: Table, on firmware: Firmware) throws(FirmwareError) {
    table.pointee.Get8 = firmware.publish("Pcd.Get8") { token in
      UInt8(truncatingIfNeeded: PcdProtocols.number(nil, token, 1))
    }
    table.pointee.Get16 = firmware.publish("Pcd.Get16") { token in
      UInt16(truncatingIfNeeded: PcdProtocols.number(nil, token, 2))
    }
    table.pointee.Get32 = firmware.publish("Pcd.Get32") { token in
      UInt32(truncatingIfNeeded: PcdProtocols.number(nil, token, 4))
    }
    table.pointee.Get64 = firmware.publish("Pcd.Get64") { token in
      UInt64(truncatingIfNeeded: PcdProtocols.number(nil, token, 8))
    }
    table.pointee.GetBool = firmware.publish("Pcd.GetBool") { token in
      UInt8(truncatingIfNeeded: PcdProtocols.number(nil, token, 1))
    }
    table.pointee.GetPtr = firmware.publish("Pcd.GetPtr") { token in
      PcdProtocols.pointer(nil, token)
    }
    table.pointee.GetSize = firmware.publish("Pcd.GetSize") { token in
      PcdProtocols.size(nil, token)
    }
    let set8: @convention(c) (UInt64, UInt64) -> UInt64 = { token, value in
      PcdProtocols.set(nil, token, value, 1)
    }
    table.pointee.Set8 = firmware.publish(
      "Pcd.Set8", Narrow.asNarrow(set8) as PCD_PROTOCOL_SET8)
    let set16: @convention(c) (UInt64, UInt64) -> UInt64 = { token, value in
      PcdProtocols.set(nil, token, value, 2)
    }
    table.pointee.Set16 = firmware.publish(
      "Pcd.Set16", Narrow.asNarrow(set16) as PCD_PROTOCOL_SET16)
    let set32: @convention(c) (UInt64, UInt64) -> UInt64 = { token, value in
      PcdProtocols.set(nil, token, value, 4)
    }
    table.pointee.Set32 = firmware.publish(
      "Pcd.Set32", Narrow.asNarrow(set32) as PCD_PROTOCOL_SET32)
    let set64: @convention(c) (UInt64, UInt64) -> UInt64 = { token, value in
      PcdProtocols.set(nil, token, value, 8)
    }
    table.pointee.Set64 = firmware.publish(
      "Pcd.Set64", Narrow.asNarrow(set64) as PCD_PROTOCOL_SET64)
    let setBool: @convention(c) (UInt64, UInt64) -> UInt64 = { token, value in
      PcdProtocols.set(nil, token, value, 1)
    }
    table.pointee.SetBool = firmware.publish(
      "Pcd.SetBool", Narrow.asNarrow(setBool) as PCD_PROTOCOL_SET_BOOLEAN)
    table.pointee.SetPtr = firmware.publish("Pcd.SetPtr") { token, size, buffer in
      PcdProtocols.set(nil, token, size, buffer)
    }
  }

  private static func fillSpaced(_ table: Table, on firmware: Firmware) throws(FirmwareError) {
    table.pointee.Get8Ex = firmware.publish("Pcd.Get8Ex") { space, token in
      UInt8(truncatingIfNeeded: PcdProtocols.number(space, token, 1))
    }
    table.pointee.Get16Ex = firmware.publish("Pcd.Get16Ex") { space, token in
      UInt16(truncatingIfNeeded: PcdProtocols.number(space, token, 2))
    }
    table.pointee.Get32Ex = firmware.publish("Pcd.Get32Ex") { space, token in
      UInt32(truncatingIfNeeded: PcdProtocols.number(space, token, 4))
    }
    table.pointee.Get64Ex = firmware.publish("Pcd.Get64Ex") { space, token in
      UInt64(truncatingIfNeeded: PcdProtocols.number(space, token, 8))
    }
    table.pointee.GetBoolEx = firmware.publish("Pcd.GetBoolEx") { space, token in
      UInt8(truncatingIfNeeded: PcdProtocols.number(space, token, 1))
    }
    table.pointee.GetPtrEx = firmware.publish("Pcd.GetPtrEx") { space, token in
      PcdProtocols.pointer(space, token)
    }
    table.pointee.GetSizeEx = firmware.publish("Pcd.GetSizeEx") { space, token in
      PcdProtocols.size(space, token)
    }
    let set8: @convention(c) (Guid?, UInt64, UInt64) -> UInt64 = { space, token, value in
      PcdProtocols.set(space, token, value, 1)
    }
    table.pointee.Set8Ex = firmware.publish(
      "Pcd.Set8Ex", Narrow.asNarrow(set8) as PCD_PROTOCOL_SET_EX_8)
    let set16: @convention(c) (Guid?, UInt64, UInt64) -> UInt64 = { space, token, value in
      PcdProtocols.set(space, token, value, 2)
    }
    table.pointee.Set16Ex = firmware.publish(
      "Pcd.Set16Ex", Narrow.asNarrow(set16) as PCD_PROTOCOL_SET_EX_16)
    let set32: @convention(c) (Guid?, UInt64, UInt64) -> UInt64 = { space, token, value in
      PcdProtocols.set(space, token, value, 4)
    }
    table.pointee.Set32Ex = firmware.publish(
      "Pcd.Set32Ex", Narrow.asNarrow(set32) as PCD_PROTOCOL_SET_EX_32)
    let set64: @convention(c) (Guid?, UInt64, UInt64) -> UInt64 = { space, token, value in
      PcdProtocols.set(space, token, value, 8)
    }
    table.pointee.Set64Ex = firmware.publish(
      "Pcd.Set64Ex", Narrow.asNarrow(set64) as PCD_PROTOCOL_SET_EX_64)
    let setBool: @convention(c) (Guid?, UInt64, UInt64) -> UInt64 = { space, token, value in
      PcdProtocols.set(space, token, value, 1)
    }
    table.pointee.SetBoolEx = firmware.publish(
      "Pcd.SetBoolEx", Narrow.asNarrow(setBool) as PCD_PROTOCOL_SET_EX_BOOLEAN)
    table.pointee.SetPtrEx = firmware.publish("Pcd.SetPtrEx") { space, token, size, buffer in
      PcdProtocols.set(space, token, size, buffer)
    }
  }

  private static func fillCommon(_ table: Table, on firmware: Firmware) throws(FirmwareError) {
    table.pointee.SetSku = firmware.publish("Pcd.SetSku") { sku in
      // The platform has the default SKU only; another one leaves it selected.
      if sku != 0 { StandardProtocols.current?.missing("Pcd.SetSku") }
    }
    table.pointee.CallbackOnSet = firmware.publish("Pcd.CallbackOnSet") {
      space, token, function in
      guard let protocols = StandardProtocols.current, let function else {
        return EFI_INVALID_PARAMETER
      }
      let key = PcdProtocols.key(space, token)
      guard protocols.pcd.entries[key] != nil else { return EFI_NOT_FOUND }
      protocols.pcdCallbacks.append(.init(key: key, function: function))
      return EFI_SUCCESS
    }
    table.pointee.CancelCallback = firmware.publish("Pcd.CancelCallback") {
      space, token, function in
      guard let protocols = StandardProtocols.current, let function else {
        return EFI_INVALID_PARAMETER
      }
      let key = PcdProtocols.key(space, token)
      guard
        let index = protocols.pcdCallbacks.firstIndex(where: {
          $0.key == key
            && unsafeBitCast($0.function, to: UInt.self) == unsafeBitCast(function, to: UInt.self)
        })
      else { return EFI_NOT_FOUND }
      protocols.pcdCallbacks.remove(at: index)
      return EFI_SUCCESS
    }
    table.pointee.GetNextToken = firmware.publish("Pcd.GetNextToken") { space, token in
      guard let token, let pcd = StandardProtocols.current?.pcd else {
        return EFI_INVALID_PARAMETER
      }
      let key = PcdProtocols.key(space, token.pointee)
      guard pcd.hasSpace(key.space), key.token == 0 || pcd.entries[key] != nil else {
        return EFI_NOT_FOUND
      }
      // The end of the list is token number 0, with success (8.2.17).
      token.pointee = pcd.token(after: key.token, in: key.space) ?? 0
      return EFI_SUCCESS
    }
    table.pointee.GetNextTokenSpace = firmware.publish("Pcd.GetNextTokenSpace") { cursor in
      guard let cursor, let protocols = StandardProtocols.current else {
        return EFI_INVALID_PARAMETER
      }
      let current = cursor.pointee.map { GuestText.guid($0) }
      if let current, !protocols.pcd.hasSpace(current) { return EFI_NOT_FOUND }
      guard let next = protocols.pcd.space(after: current) else {
        cursor.pointee = nil
        return current == nil ? EFI_NOT_FOUND : EFI_SUCCESS
      }
      guard let copy = GuestText.pool(next) else { return EFI_OUT_OF_RESOURCES }
      cursor.pointee = UnsafePointer(copy.assumingMemoryBound(to: EFI_GUID.self))
      return EFI_SUCCESS
    }
  }

  private static func installInformation(on firmware: Firmware) throws(FirmwareError) {
    let plain = try firmware.allocate(GET_PCD_INFO_PROTOCOL.self)
    let spaced = try firmware.allocate(EFI_GET_PCD_INFO_PROTOCOL.self)
    plain.pointee.GetInfo = firmware.publish("GetPcdInfo.GetInfo") { token, information in
      PcdProtocols.describe(nil, token, information)
    }
    plain.pointee.GetInfoEx = firmware.publish("GetPcdInfo.GetInfoEx") {
      space, token, information in PcdProtocols.describe(space, token, information)
    }
    plain.pointee.GetSku = firmware.publish("GetPcdInfo.GetSku") {
      StandardProtocols.current?.pcd.sku ?? 0
    }
    spaced.pointee.GetInfo = plain.pointee.GetInfoEx
    spaced.pointee.GetSku = plain.pointee.GetSku
    try firmware.install(EFI_GUID.pcdInfo, plain)
    try firmware.install(EFI_GUID.efiPcdInfo, spaced)
  }

  static func key(_ space: UnsafePointer<EFI_GUID>?, _ token: UInt64) -> PcdTable.Key {
    PcdTable.Key(space: space.map { GuestText.guid($0) }, token: token)
  }

  private static func missing(_ key: PcdTable.Key, _ what: String) {
    let space = key.space.map { GuidText.text($0) + ":" } ?? ""
    StandardProtocols.current?.missing(
      "Pcd.\(what) token \(space)0x\(String(key.token, radix: 16))")
  }

  private static func number(_ space: Guid?, _ token: UInt64, _ width: Int) -> UInt64 {
    let key = key(space, token)
    guard let pcd = StandardProtocols.current?.pcd else { return 0 }
    do { return try pcd.number(key, width: width) } catch {
      missing(key, "Get")
      return 0
    }
  }

  /// A copy that lasts: EDK2 hands out its database's own bytes, which callers never free.
  private static func pointer(_ space: Guid?, _ token: UInt64) -> UnsafeMutableRawPointer? {
    let key = key(space, token)
    guard let protocols = StandardProtocols.current, let entry = protocols.pcd.entries[key] else {
      missing(key, "GetPtr")
      return nil
    }
    if let known = protocols.pcdPointers[key] { return known }
    let copy = GuestText.pool(entry.value)
    protocols.pcdPointers[key] = copy
    return copy
  }

  private static func size(_ space: Guid?, _ token: UInt64) -> UInt64 {
    let key = key(space, token)
    guard let entry = StandardProtocols.current?.pcd.entries[key] else {
      missing(key, "GetSize")
      return 0
    }
    return UInt64(entry.value.count)
  }

  private static func set(_ space: Guid?, _ token: UInt64, _ value: UInt64, _ width: Int) -> UInt64
  {
    var bytes: [UInt8] = []
    bytes.append(little: value, width: width)
    return store(key(space, token), bytes)
  }

  private static func set(
    _ space: Guid?, _ token: UInt64, _ size: UnsafeMutablePointer<UInt64>?,
    _ buffer: UnsafeMutableRawPointer?
  ) -> UInt64 {
    guard let size, let buffer else { return EFI_INVALID_PARAMETER }
    let key = key(space, token)
    guard let entry = StandardProtocols.current?.pcd.entries[key] else {
      missing(key, "SetPtr")
      return EFI_NOT_FOUND
    }
    guard size.pointee == UInt64(entry.value.count) else {
      size.pointee = UInt64(entry.value.count)
      return EFI_INVALID_PARAMETER
    }
    return store(key, Array(UnsafeRawBufferPointer(start: buffer, count: entry.value.count)))
  }

  /// Stores, then tells those who asked; they get a copy of the bytes.
  private static func store(_ key: PcdTable.Key, _ bytes: [UInt8]) -> UInt64 {
    guard let protocols = StandardProtocols.current else { return EFI_NOT_READY }
    do { try protocols.pcd.set(key, bytes) } catch .notFound {
      missing(key, "Set")
      return EFI_NOT_FOUND
    } catch { return EFI_INVALID_PARAMETER }
    if let known = protocols.pcdPointers[key] {
      known.copyMemory(from: bytes, byteCount: bytes.count)
    }
    let callbacks = protocols.pcdCallbacks.filter { $0.key == key }
    guard !callbacks.isEmpty, let data = GuestText.pool(bytes) else { return EFI_SUCCESS }
    let space = key.space.flatMap { GuestText.pool($0) }
    for callback in callbacks {
      callback.function(
        space.map { UnsafePointer($0.assumingMemoryBound(to: EFI_GUID.self)) }, key.token, data,
        UInt64(bytes.count))
    }
    GuestText.free(data)
    if let space { GuestText.free(space) }
    return EFI_SUCCESS
  }

  private static func describe(
    _ space: Guid?, _ token: UInt64, _ information: UnsafeMutablePointer<EFI_PCD_INFO>?
  ) -> UInt64 {
    guard let information else { return EFI_INVALID_PARAMETER }
    guard let entry = StandardProtocols.current?.pcd.entries[key(space, token)] else {
      return EFI_NOT_FOUND
    }
    // Names are not kept in a firmware image either.
    information.pointee = EFI_PCD_INFO(
      PcdType: UInt64(entry.type), PcdSize: UInt64(entry.value.count), PcdName: nil)
    return EFI_SUCCESS
  }
}
