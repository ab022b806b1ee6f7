import CUEFI

extension Firmware {
  /// Bytes per row of the memory map: more than the structure, as firmware may and most does, so
  /// that a caller who steps by the structure's size is found out.
  static let descriptorStride: UInt64 = 48

  /// UEFI 2.10, 7.2.
  func publishMemoryServices(_ table: UnsafeMutablePointer<EFI_BOOT_SERVICES>) {
    table.pointee.AllocatePages = publish(
      "gBS->AllocatePages",
      { kind, type, pages, memory in
        statusOf { () throws(FirmwareError) in
          guard let memory else { throw .invalidParameter }
          memory.pointee = try Firmware.current.memory.allocatePages(
            kind, type: type, pages: pages, address: memory.pointee)
        }
      } as EFI_ALLOCATE_PAGES)
    table.pointee.FreePages = publish(
      "gBS->FreePages",
      { memory, pages in
        statusOf { () throws(FirmwareError) in
          try Firmware.current.memory.freePages(memory, pages: pages)
        }
      } as EFI_FREE_PAGES)
    table.pointee.GetMemoryMap = publish(
      "gBS->GetMemoryMap",
      { size, map, key, stride, version in
        statusOf { () throws(FirmwareError) in
          try Firmware.current.copyMemoryMap(size, map, key, stride, version)
        }
      } as EFI_GET_MEMORY_MAP)
    table.pointee.AllocatePool = publish(
      "gBS->AllocatePool",
      { type, size, buffer in
        statusOf { () throws(FirmwareError) in
          guard let buffer, MemoryMap.isAllocatable(type) else { throw .invalidParameter }
          buffer.pointee = nil
          buffer.pointee = UnsafeMutableRawPointer(
            try Firmware.current.pool.allocate(type, size: size))
        }
      } as EFI_ALLOCATE_POOL)
    table.pointee.FreePool = publish(
      "gBS->FreePool",
      { buffer in
        statusOf { () throws(FirmwareError) in
          try Firmware.current.pool.release(UInt64(buffer))
        }
      } as EFI_FREE_POOL)
  }

  /// GetMemoryMap (7.2.3). What describes the map is told even when the buffer is too small.
  private func copyMemoryMap(
    _ size: UnsafeMutablePointer<UINTN>?, _ map: UnsafeMutablePointer<EFI_MEMORY_DESCRIPTOR>?,
    _ key: UnsafeMutablePointer<UINTN>?, _ stride: UnsafeMutablePointer<UINTN>?,
    _ version: UnsafeMutablePointer<UInt32>?
  ) throws(FirmwareError) {
    guard let size else { throw .invalidParameter }
    let needed = UInt64(memory.entries.count) * Self.descriptorStride
    let given = size.pointee
    size.pointee = needed
    key?.pointee = memory.key
    stride?.pointee = Self.descriptorStride
    version?.pointee = EFI_MEMORY_DESCRIPTOR_VERSION
    guard given >= needed else { throw .bufferTooSmall }
    guard let map else { throw .invalidParameter }
    var row = UnsafeMutableRawPointer(map)
    for entry in memory.entries {
      let descriptor = EFI_MEMORY_DESCRIPTOR(
        Type: entry.type, Pad: 0, PhysicalStart: entry.range.lowerBound, VirtualStart: 0,
        NumberOfPages: entry.pages, Attribute: entry.attributes)
      withUnsafeBytes(of: descriptor) { row.copyMemory(from: $0.baseAddress!, byteCount: $0.count) }
      row += Int(Self.descriptorStride)
    }
  }
}
