import CUEFI
import Glibc

extension Firmware {
  /// UEFI 2.10, 7.2, and the memory utilities of 7.5.
  func publishMemoryServices(_ table: UnsafeMutablePointer<EFI_BOOT_SERVICES>) {
    table.pointee.AllocatePages = publish("gBS->AllocatePages") { kind, type, pages, address in
      statusOf { () throws(FirmwareError) in
        guard let address else { throw .invalidParameter }
        address.pointee = try Firmware.current.memory.allocatePages(
          kind, type: type, pages: pages, address: address.pointee)
      }
    }
    table.pointee.FreePages = publish("gBS->FreePages") { address, pages in
      statusOf { () throws(FirmwareError) in
        try Firmware.current.memory.freePages(address, pages: pages)
      }
    }
    table.pointee.GetMemoryMap = publish("gBS->GetMemoryMap") { size, map, key, step, version in
      statusOf { () throws(FirmwareError) in
        guard let size else { throw .invalidParameter }
        step?.pointee = MemoryMap.descriptorSize
        version?.pointee = EFI_MEMORY_DESCRIPTOR_VERSION
        let memory = Firmware.current.memory
        let needed = UInt64(memory.entries.count) * MemoryMap.descriptorSize
        let given = size.pointee
        size.pointee = needed
        key?.pointee = memory.key
        guard given >= needed else { throw .bufferTooSmall }
        guard let map else { throw .invalidParameter }
        memory.describe(into: UnsafeMutableRawPointer(map))
      }
    }
    table.pointee.AllocatePool = publish("gBS->AllocatePool") { type, size, buffer in
      statusOf { () throws(FirmwareError) in
        guard let buffer else { throw .invalidParameter }
        buffer.pointee = UnsafeMutableRawPointer(
          try Firmware.current.pool.allocate(type, size: size))
      }
    }
    table.pointee.FreePool = publish("gBS->FreePool") { buffer in
      statusOf { () throws(FirmwareError) in
        guard buffer != nil else { throw .invalidParameter }
        try Firmware.current.pool.release(UInt64(buffer))
      }
    }
    table.pointee.CopyMem = publish("gBS->CopyMem") { destination, source, length in
      guard let destination, let source, length > 0 else { return }
      memmove(destination, source, Int(clamping: length))
    }
    table.pointee.SetMem = publish("gBS->SetMem") { buffer, size, value in
      guard let buffer, size > 0 else { return }
      memset(buffer, Int32(value), Int(clamping: size))
    }
    table.pointee.CalculateCrc32 = publish("gBS->CalculateCrc32") { data, size, crc in
      guard let data, let crc, size > 0 else { return EFI_INVALID_PARAMETER }
      crc.pointee = CRC32.of(UnsafeRawBufferPointer(start: data, count: Int(clamping: size)))
      return EFI_SUCCESS
    }
  }
}

extension MemoryMap {
  /// Bytes per descriptor: more than the structure, as real firmware has it, so that callers who
  /// step by the structure's size are found.
  public static let descriptorSize: UInt64 = 48

  /// Writes the map as GetMemoryMap returns it (7.2.3).
  func describe(into buffer: UnsafeMutableRawPointer) {
    memset(buffer, 0, entries.count * Int(Self.descriptorSize))
    for (index, entry) in entries.enumerated() {
      buffer.storeBytes(
        of: EFI_MEMORY_DESCRIPTOR(
          Type: entry.type, Pad: 0, PhysicalStart: entry.range.lowerBound, VirtualStart: 0,
          NumberOfPages: entry.pages, Attribute: entry.attributes),
        toByteOffset: index * Int(Self.descriptorSize), as: EFI_MEMORY_DESCRIPTOR.self)
    }
  }
}
