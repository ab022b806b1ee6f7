import CUEFI

/// EFI_HII_CONFIG_ROUTING_PROTOCOL (UEFI 2.10, 35.4): finds the driver a configuration string names
/// by its device path, and calls its EFI_HII_CONFIG_ACCESS_PROTOCOL.
enum HiiConfigRouting {
  typealias Text = UnsafeMutablePointer<UInt16>
  typealias TextOut = UnsafeMutablePointer<Text?>
  typealias Access = UnsafeMutablePointer<EFI_HII_CONFIG_ACCESS_PROTOCOL>

  static func install(on firmware: Firmware) throws(FirmwareError) {
    let table = try firmware.allocate(EFI_HII_CONFIG_ROUTING_PROTOCOL.self)
    table.pointee.ExtractConfig = firmware.publish("HiiConfigRouting.ExtractConfig") {
      _, request, progress, results in
      guard let progress, let results else { return EFI_INVALID_PARAMETER }
      return HiiConfigRouting.extract(request, progress, results)
    }
    table.pointee.ExportConfig = firmware.publish("HiiConfigRouting.ExportConfig") {
      _, results in
      guard let results else { return EFI_INVALID_PARAMETER }
      return HiiConfigRouting.export(results)
    }
    table.pointee.RouteConfig = firmware.publish("HiiConfigRouting.RouteConfig") {
      _, configuration, progress in
      guard let progress else { return EFI_INVALID_PARAMETER }
      return HiiConfigRouting.route(configuration, progress)
    }
    table.pointee.BlockToConfig = firmware.publish("HiiConfigRouting.BlockToConfig") {
      _, request, block, size, config, progress in
      guard let progress, let config else { return EFI_INVALID_PARAMETER }
      return HiiConfigRouting.blockToConfig(request, block, size, config, progress)
    }
    table.pointee.ConfigToBlock = firmware.publish("HiiConfigRouting.ConfigToBlock") {
      _, response, block, size, progress in
      guard let progress, let size else { return EFI_INVALID_PARAMETER }
      return HiiConfigRouting.configToBlock(response, block, size, progress)
    }
    table.pointee.GetAltConfig = firmware.publish("HiiConfigRouting.GetAltConfig") {
      _, response, guid, name, path, identifier, result in
      guard let result, let text = GuestText.units(response) else { return EFI_INVALID_PARAMETER }
      // The criteria are compared as the digits a header would have.
      let header = HiiConfigString.header(
        guid: guid.map { GuestText.guid($0) } ?? [], name: GuestText.units(name) ?? [],
        path: DevicePathProtocols.read(path)?.bytes ?? [])
      let wanted = HiiConfigString.criteria(header)
      guard
        let found = HiiConfigString.alternate(
          text, guid: guid == nil ? nil : wanted.guid, name: name == nil ? nil : wanted.name,
          path: path == nil ? nil : wanted.path, identifier: identifier.map { UInt64($0.pointee) })
      else { return EFI_NOT_FOUND }
      return HiiConfigRouting.give(found, result)
    }
    try firmware.install(EFI_GUID.hiiConfigRouting, table)
  }

  private static func give(_ text: [UInt16], _ out: TextOut) -> UInt64 {
    out.pointee = GuestText.pool(units: text)
    return out.pointee == nil ? EFI_OUT_OF_RESOURCES : EFI_SUCCESS
  }

  /// The configuration access of the driver whose device path the header names.
  private static func access(_ header: HiiConfigString.Header) -> Access? {
    let path = HiiConfigString.bytes(header.path)
    guard let hii = StandardProtocols.current?.hii else { return nil }
    if let entry = hii.entry(devicePath: path), let access = access(onHandle: entry.driver) {
      return access
    }
    return nil
  }

  private static func access(onHandle handle: UInt64) -> Access? {
    GuestText.interface(EFI_GUID.hiiConfigAccess, on: handle)?
      .assumingMemoryBound(to: EFI_HII_CONFIG_ACCESS_PROTOCOL.self)
  }

  /// Calls every section's driver in turn and joins what they answer.
  private static func extract(_ request: Text?, _ progress: TextOut, _ results: TextOut) -> UInt64 {
    guard let request, let text = GuestText.units(request) else {
      progress.pointee = nil
      return EFI_INVALID_PARAMETER
    }
    progress.pointee = request
    var joined: [UInt16] = []
    let sections = HiiConfigString.sections(text)
    guard sections.first?.lowerBound == 0 else { return EFI_INVALID_PARAMETER }
    for section in sections {
      progress.pointee = request + section.lowerBound
      guard let header = HiiConfigString.header(text, at: section.lowerBound) else {
        return EFI_INVALID_PARAMETER
      }
      guard let access = access(header), let function = access.pointee.ExtractConfig else {
        return EFI_NOT_FOUND
      }
      guard let copy = GuestText.pool(units: Array(text[section])) else {
        return EFI_OUT_OF_RESOURCES
      }
      let exchange = GuestText.exchange()
      guard let exchange else { return EFI_OUT_OF_RESOURCES }
      let status = function(access, copy, exchange, exchange + 1)
      let answer = exchange[1]
      if status != EFI_SUCCESS {
        // Progress points into the copy; the caller wants it in the original.
        progress.pointee =
          request + section.lowerBound + offset(exchange[0], in: copy, section.count)
      }
      if let answer, let units = GuestText.units(answer), status == EFI_SUCCESS {
        if !joined.isEmpty { joined.append(0x26) }
        joined += units
      }
      if let answer { GuestText.free(answer) }
      GuestText.free(exchange)
      GuestText.free(copy)
      if status != EFI_SUCCESS { return status }
    }
    progress.pointee = request + text.count
    return give(joined, results)
  }

  private static func offset(_ pointer: Text?, in copy: Text, _ count: Int) -> Int {
    guard let pointer, pointer >= copy, pointer <= copy + count else { return 0 }
    return pointer - copy
  }

  /// A null request asks a driver for everything it has (35.5.2).
  private static func export(_ results: TextOut) -> UInt64 {
    guard let hii = StandardProtocols.current?.hii else { return EFI_NOT_READY }
    var joined: [UInt16] = []
    var asked: [UInt64] = []
    for entry in hii.entries where entry.driver != 0 && !asked.contains(entry.driver) {
      asked.append(entry.driver)
      guard let access = access(onHandle: entry.driver),
        let function = access.pointee.ExtractConfig,
        let exchange = GuestText.exchange()
      else { continue }
      let status = function(access, nil, exchange, exchange + 1)
      if let answer = exchange[1] {
        if status == EFI_SUCCESS, let units = GuestText.units(answer) {
          if !joined.isEmpty { joined.append(0x26) }
          joined += units
        }
        GuestText.free(answer)
      }
      GuestText.free(exchange)
    }
    return give(joined, results)
  }

  private static func route(_ configuration: Text?, _ progress: TextOut) -> UInt64 {
    guard let configuration, let text = GuestText.units(configuration) else {
      progress.pointee = nil
      return EFI_INVALID_PARAMETER
    }
    progress.pointee = configuration
    let sections = HiiConfigString.sections(text)
    guard sections.first?.lowerBound == 0 else { return EFI_INVALID_PARAMETER }
    for section in sections {
      progress.pointee = configuration + section.lowerBound
      guard let header = HiiConfigString.header(text, at: section.lowerBound) else {
        return EFI_INVALID_PARAMETER
      }
      guard let access = access(header), let function = access.pointee.RouteConfig else {
        return EFI_NOT_FOUND
      }
      guard let copy = GuestText.pool(units: Array(text[section])),
        let exchange = GuestText.exchange()
      else { return EFI_OUT_OF_RESOURCES }
      let status = function(access, copy, exchange)
      if status != EFI_SUCCESS {
        progress.pointee =
          configuration + section.lowerBound + offset(exchange[0], in: copy, section.count)
      }
      GuestText.free(exchange)
      GuestText.free(copy)
      if status != EFI_SUCCESS { return status }
    }
    progress.pointee = configuration + text.count
    return EFI_SUCCESS
  }

  private static func blockToConfig(
    _ request: Text?, _ block: UnsafePointer<UInt8>?, _ size: UInt64, _ config: TextOut,
    _ progress: TextOut
  ) -> UInt64 {
    progress.pointee = request
    guard let request, let text = GuestText.units(request), let block, size <= 0x1_0000 else {
      return EFI_INVALID_PARAMETER
    }
    let result = HiiConfigString.values(
      request: text, block: UnsafeRawBufferPointer(start: block, count: Int(size)))
    switch result.failure {
    case nil:
      progress.pointee = request + text.count
      return give(result.text, config)
    case .malformed(let offset):
      progress.pointee = request + offset
      return EFI_INVALID_PARAMETER
    case .outside(let offset, _):
      // The data that fitted is returned all the same (35.4.5).
      progress.pointee = request + offset
      _ = give(result.text, config)
      return EFI_DEVICE_ERROR
    }
  }

  private static func configToBlock(
    _ response: Text?, _ block: UnsafeMutablePointer<UInt8>?,
    _ size: UnsafeMutablePointer<UInt64>, _ progress: TextOut
  ) -> UInt64 {
    progress.pointee = response
    guard let response, let text = GuestText.units(response), block != nil || size.pointee == 0
    else {
      return EFI_INVALID_PARAMETER
    }
    let count = Int(min(size.pointee, 0x1_0000))
    let result = HiiConfigString.store(
      response: text, into: UnsafeMutableRawBufferPointer(start: block, count: count))
    switch result.failure {
    case nil:
      progress.pointee = response + text.count
      size.pointee = result.last
      return EFI_SUCCESS
    case .malformed(let offset):
      progress.pointee = response + offset
      return EFI_INVALID_PARAMETER
    case .outside(let offset, _):
      progress.pointee = response + offset
      // What a large enough block would hold, one beyond the last byte.
      size.pointee = result.last + 1
      return EFI_BUFFER_TOO_SMALL
    }
  }
}

extension HiiConfigString {
  /// The three values of a header this file made, whatever their lengths.
  static func criteria(_ header: Units) -> (guid: Units, name: Units, path: Units) {
    let parts = header.split(separator: 0x26, omittingEmptySubsequences: false).map { part in
      Array(part.drop { $0 != 0x3d }.dropFirst())
    }
    return (parts[0], parts[1], parts[2])
  }
}
