import CUEFI

extension Firmware {
  /// UEFI 2.10, 8.2.
  func publishVariableServices(_ table: UnsafeMutablePointer<EFI_RUNTIME_SERVICES>) {
    table.pointee.GetVariable = publish("gRT->GetVariable") {
      name, vendor, attributes, size, data in
      statusOf { () throws(FirmwareError) in
        guard let name = ucs2(name), let vendor, let size else { throw .invalidParameter }
        let firmware: Firmware = Firmware.current
        guard
          let variable = firmware.variables.find(
            name, vendor.value, atRuntime: firmware.atRuntime)
        else { throw .notFound }
        attributes?.pointee = variable.attributes
        let given = size.pointee
        size.pointee = UInt64(variable.data.count)
        guard given >= size.pointee else { throw .bufferTooSmall }
        guard let data else { throw .invalidParameter }
        UnsafeMutableRawBufferPointer(start: data, count: variable.data.count)
          .copyBytes(from: variable.data)
      }
    }
    table.pointee.GetNextVariableName = publish("gRT->GetNextVariableName") {
      size, name, vendor in
      statusOf { () throws(FirmwareError) in
        guard let size, let name, let vendor,
          let current = ucs2(name, limit: Int(min(size.pointee / 2, 4096)))
        else { throw .invalidParameter }
        let firmware: Firmware = Firmware.current
        let next = try firmware.variables.next(
          after: current, vendor.value, atRuntime: firmware.atRuntime)
        let given = size.pointee
        size.pointee = UInt64(next.name.count + 1) * 2
        guard given >= size.pointee else { throw .bufferTooSmall }
        for (index, unit) in next.name.enumerated() { name[index] = unit }
        name[next.name.count] = 0
        UnsafeMutableRawPointer(vendor).storeBytes(of: next.vendor, as: EFI_GUID.self)
      }
    }
    table.pointee.SetVariable = publish("gRT->SetVariable") {
      name, vendor, attributes, size, data in
      let status = statusOf { () throws(FirmwareError) in
        guard let name = ucs2(name), let vendor else { throw .invalidParameter }
        guard size == 0 || data != nil else { throw .invalidParameter }
        guard size <= VariableStore.maximumSize else { throw .outOfResources }
        let firmware: Firmware = Firmware.current
        try firmware.variables.set(
          name, vendor.value, attributes: attributes,
          data: data.map { [UInt8](UnsafeRawBufferPointer(start: $0, count: Int(size))) } ?? [],
          atRuntime: firmware.atRuntime)
      }
      if status == EFI_UNSUPPORTED || status == EFI_SECURITY_VIOLATION {
        Firmware.current.ledger.noteUnsupported(
          "gRT->SetVariable, attributes 0x\(String(attributes, radix: 16))",
          by: Firmware.current.asker)
      }
      return status
    }
    table.pointee.QueryVariableInfo = publish("gRT->QueryVariableInfo") {
      attributes, storage, remaining, size in
      guard let storage, let remaining, let size, attributes != 0 else {
        return EFI_INVALID_PARAMETER
      }
      let boot = attributes & EFI_VARIABLE_BOOTSERVICE_ACCESS != 0
      let runtime = attributes & EFI_VARIABLE_RUNTIME_ACCESS != 0
      guard boot || !runtime else { return EFI_INVALID_PARAMETER }
      let known =
        EFI_VARIABLE_NON_VOLATILE | EFI_VARIABLE_BOOTSERVICE_ACCESS | EFI_VARIABLE_RUNTIME_ACCESS
      let firmware: Firmware = Firmware.current
      guard runtime || !firmware.atRuntime else { return EFI_INVALID_PARAMETER }
      guard attributes & ~known == 0, boot else {
        firmware.ledger.noteUnsupported(
          "gRT->QueryVariableInfo, attributes 0x\(String(attributes, radix: 16))",
          by: firmware.asker)
        return EFI_UNSUPPORTED
      }
      storage.pointee = VariableStore.capacity
      remaining.pointee = VariableStore.capacity - firmware.variables.used
      size.pointee = VariableStore.maximumSize
      return EFI_SUCCESS
    }
  }
}

/// A null-terminated UCS-2 string from guest memory; nil when null or longer than `limit` units.
func ucs2(_ pointer: UnsafePointer<CHAR16>?, limit: Int = 4096) -> [UInt16]? {
  guard let pointer else { return nil }
  var units: [UInt16] = []
  while units.count < limit {
    let unit = pointer[units.count]
    if unit == 0 { return units }
    units.append(unit)
  }
  return nil
}

func ucs2(_ pointer: UnsafeMutablePointer<CHAR16>?, limit: Int = 4096) -> [UInt16]? {
  ucs2(UnsafePointer(pointer), limit: limit)
}
