import CUEFI
import SimulatedFirmware
import XCTest

final class MemoryTests: CoreTestCase {
  /// The map as GetMemoryMap gives it, stepping by the size it says.
  private func map() throws -> (rows: [EFI_MEMORY_DESCRIPTOR], key: UInt64) {
    var size: UInt64 = 0
    var key: UInt64 = 0
    var step: UInt64 = 0
    var version: UInt32 = 0
    XCTAssertEqual(
      boot.GetMemoryMap(&size, nil, &key, &step, &version), EFI_BUFFER_TOO_SMALL)
    XCTAssertEqual(version, 1)
    XCTAssertGreaterThanOrEqual(step, 40)
    let buffer = UnsafeMutableRawPointer.allocate(byteCount: Int(size), alignment: 8)
    defer { buffer.deallocate() }
    XCTAssertEqual(
      boot.GetMemoryMap(
        &size, buffer.assumingMemoryBound(to: EFI_MEMORY_DESCRIPTOR.self), &key, &step, &version),
      EFI_SUCCESS)
    let rows = (0..<(size / step)).map {
      buffer.loadUnaligned(fromByteOffset: Int($0 * step), as: EFI_MEMORY_DESCRIPTOR.self)
    }
    return (rows, key)
  }

  func testMapCoversTheMachineWithoutOverlap() throws {
    let rows = try map().rows
    var total: UInt64 = 0
    for (index, row) in rows.enumerated() {
      total += row.NumberOfPages
      if index > 0 {
        let previous = rows[index - 1]
        XCTAssertLessThanOrEqual(
          previous.PhysicalStart + previous.NumberOfPages * 4096, row.PhysicalStart)
      }
    }
    XCTAssertEqual(total, ((512 << 20) + 0xA_0000) / 4096)
  }

  func testAllocatingAndFreeingLeavesTheMapAsItWasButWithAnotherKey() throws {
    let before = try map()
    var address: UInt64 = 0
    XCTAssertEqual(
      boot.AllocatePages(AllocateAnyPages, EfiLoaderData, 7, &address), EFI_SUCCESS)
    let during = try map()
    XCTAssertNotEqual(during.key, before.key)
    let row = try XCTUnwrap(
      during.rows.first {
        $0.PhysicalStart <= address
          && address + 7 * 4096 <= $0.PhysicalStart + $0.NumberOfPages * 4096
      })
    XCTAssertEqual(row.Type, EfiLoaderData)
    // The middle first: a part of an allocation may be freed.
    XCTAssertEqual(boot.FreePages(address + 3 * 4096, 1), EFI_SUCCESS)
    XCTAssertEqual(boot.FreePages(address + 3 * 4096, 1), EFI_NOT_FOUND)
    XCTAssertEqual(boot.FreePages(address, 3), EFI_SUCCESS)
    XCTAssertEqual(boot.FreePages(address + 4 * 4096, 3), EFI_SUCCESS)
    let after = try map()
    XCTAssertEqual(after.rows.map(\.PhysicalStart), before.rows.map(\.PhysicalStart))
    XCTAssertEqual(after.rows.map(\.Type), before.rows.map(\.Type))
  }

  func testLowMemoryIsOnlyForThoseWhoAskForItsAddress() throws {
    var address: UInt64 = 0xFFFF
    XCTAssertEqual(
      boot.AllocatePages(AllocateMaxAddress, EfiLoaderData, 1, &address), EFI_OUT_OF_RESOURCES)
    address = 0
    XCTAssertEqual(
      boot.AllocatePages(AllocateAddress, EfiLoaderData, 1, &address), EFI_SUCCESS)
    XCTAssertEqual(
      boot.AllocatePages(AllocateAddress, EfiLoaderData, 1, &address), EFI_NOT_FOUND)
    XCTAssertEqual(boot.FreePages(0, 1), EFI_SUCCESS)
  }

  func testMaximumAddressIsKept() {
    var address: UInt64 = 0x4000_2FFF
    XCTAssertEqual(
      boot.AllocatePages(AllocateMaxAddress, EfiLoaderData, 1, &address), EFI_SUCCESS)
    XCTAssertEqual(address, 0x4000_2000)
  }

  func testRefusals() {
    var address: UInt64 = 0x4000_0001
    XCTAssertEqual(
      boot.AllocatePages(3, EfiLoaderData, 1, &address), EFI_INVALID_PARAMETER)
    XCTAssertEqual(
      boot.AllocatePages(AllocateAnyPages, EfiConventionalMemory, 1, &address),
      EFI_INVALID_PARAMETER)
    XCTAssertEqual(
      boot.AllocatePages(AllocateAnyPages, 0x1000, 1, &address), EFI_INVALID_PARAMETER)
    XCTAssertEqual(
      boot.AllocatePages(AllocateAddress, EfiLoaderData, 1, &address), EFI_NOT_FOUND)
    XCTAssertEqual(
      boot.AllocatePages(AllocateAnyPages, EfiLoaderData, 1 << 40, &address),
      EFI_OUT_OF_RESOURCES)
    XCTAssertEqual(boot.FreePages(0x4000_0001, 1), EFI_INVALID_PARAMETER)
    XCTAssertEqual(boot.FreePages(0x4000_0000, .max), EFI_INVALID_PARAMETER)
    XCTAssertEqual(boot.FreePages(firmware.code.range.lowerBound, 1), EFI_NOT_FOUND)
  }

  func testPool() {
    var first: UnsafeMutableRawPointer?
    var second: UnsafeMutableRawPointer?
    XCTAssertEqual(boot.AllocatePool(EfiBootServicesData, 100, &first), EFI_SUCCESS)
    XCTAssertEqual(boot.AllocatePool(EfiBootServicesData, 100_000, &second), EFI_SUCCESS)
    XCTAssertEqual(UInt(bitPattern: first) % 8, 0)
    XCTAssertEqual(UInt(bitPattern: second) % 8, 0)
    boot.SetMem(second, 100_000, 0x5A)
    boot.CopyMem(first, second, 100)
    XCTAssertEqual(first?.load(fromByteOffset: 99, as: UInt8.self), 0x5A)
    XCTAssertEqual(boot.FreePool(first), EFI_SUCCESS)
    XCTAssertEqual(boot.FreePool(first), EFI_INVALID_PARAMETER)
    XCTAssertEqual(boot.FreePool(second), EFI_SUCCESS)
    XCTAssertEqual(boot.FreePool(nil), EFI_INVALID_PARAMETER)
    XCTAssertEqual(
      boot.AllocatePool(EfiPersistentMemory, 1, &first), EFI_INVALID_PARAMETER)
  }

  func testAddressesRepeatFromMachineToMachine() throws {
    let boot = firmware.systemTable.pointee.BootServices
    let service = unsafeBitCast(boot?.pointee.AllocatePool, to: UInt.self)
    firmware.tearDown()
    let again = try Firmware()
    try again.start()
    defer { again.tearDown() }
    XCTAssertEqual(again.systemTable.pointee.BootServices, boot)
    XCTAssertEqual(unsafeBitCast(again.bootServices.pointee.AllocatePool, to: UInt.self), service)
    XCTAssertEqual(again.code.name(of: UInt64(service)), "gBS->AllocatePool")
  }

  func testEveryServiceIsPublished() {
    let words = { (start: UnsafeRawPointer, size: Int) in
      (3..<(size / 8)).map { start.load(fromByteOffset: $0 * 8, as: UInt64.self) }
    }
    var missing: [Int] = []
    for (index, address) in words(
      UnsafeRawPointer(firmware.bootServices), MemoryLayout<EFI_BOOT_SERVICES>.size
    ).enumerated() where firmware.code.name(of: address) == nil { missing.append(index) }
    // The one reserved entry of 4.4 comes after HandleProtocol, the seventeenth.
    XCTAssertEqual(missing, [17])
    for address in words(
      UnsafeRawPointer(firmware.runtimeServices), MemoryLayout<EFI_RUNTIME_SERVICES>.size)
    {
      XCTAssertNotNil(firmware.code.name(of: address))
    }
  }

  func testChecksumsOfTablesAndBytes() {
    var crc: UInt32 = 0
    var text: [UInt8] = Array("123456789".utf8)
    XCTAssertEqual(boot.CalculateCrc32(&text, 9, &crc), EFI_SUCCESS)
    // The check value every CRC catalogue gives for CRC-32.
    XCTAssertEqual(crc, 0xCBF4_3926)
    var copy = firmware.systemTable.pointee
    let stored = copy.Hdr.CRC32
    copy.Hdr.CRC32 = 0
    XCTAssertEqual(
      boot.CalculateCrc32(&copy, UInt64(copy.Hdr.HeaderSize), &crc), EFI_SUCCESS)
    XCTAssertEqual(crc, stored)
  }
}
