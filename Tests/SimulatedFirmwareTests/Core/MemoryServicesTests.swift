import CUEFI
import SimulatedFirmware
import XCTest

final class MemoryServicesTests: ServiceTestCase {
  struct Map {
    var rows: [EFI_MEMORY_DESCRIPTOR]
    var key: UInt64
  }

  func readMap() throws -> Map {
    var size: UInt64 = 0
    var key: UInt64 = 0
    var stride: UInt64 = 0
    var version: UInt32 = 0
    XCTAssertEqual(
      boot.GetMemoryMap(&size, nil, &key, &stride, &version), EFI_BUFFER_TOO_SMALL)
    XCTAssertEqual(version, 1)
    XCTAssertGreaterThanOrEqual(stride, 40)
    let buffer = UnsafeMutableRawPointer.allocate(byteCount: Int(size), alignment: 16)
    defer { buffer.deallocate() }
    XCTAssertEqual(
      boot.GetMemoryMap(
        &size, buffer.assumingMemoryBound(to: EFI_MEMORY_DESCRIPTOR.self), &key, &stride,
        &version), EFI_SUCCESS)
    let rows = (0..<Int(size / stride)).map {
      buffer.load(fromByteOffset: $0 * Int(stride), as: EFI_MEMORY_DESCRIPTOR.self)
    }
    return Map(rows: rows, key: key)
  }

  func testMapCoversMemoryOnceWhateverIsAllocated() throws {
    let before = try readMap()
    var address: UInt64 = 0
    XCTAssertEqual(
      boot.AllocatePages(AllocateAnyPages, EfiLoaderData, 3, &address), EFI_SUCCESS)
    let after = try readMap()
    XCTAssertNotEqual(before.key, after.key)
    XCTAssertEqual(
      before.rows.reduce(0) { $0 + $1.NumberOfPages },
      after.rows.reduce(0) { $0 + $1.NumberOfPages })
    for (one, next) in zip(after.rows, after.rows.dropFirst()) {
      XCTAssertLessThanOrEqual(one.PhysicalStart + one.NumberOfPages * 4096, next.PhysicalStart)
    }
    let loader = after.rows.filter { $0.Type == EfiLoaderData }
    XCTAssertEqual(loader.map(\.PhysicalStart), [address])
    XCTAssertEqual(loader.map(\.NumberOfPages), [3])
    // The middle page may go alone.
    XCTAssertEqual(boot.FreePages(address + 4096, 1), EFI_SUCCESS)
    XCTAssertEqual(try readMap().rows.filter { $0.Type == EfiLoaderData }.count, 2)
    XCTAssertEqual(boot.FreePages(address + 4096, 1), EFI_NOT_FOUND)
  }

  func testAllocatePagesHonoursLimitAndAddress() throws {
    var address: UInt64 = 0x4800_0fff
    XCTAssertEqual(
      boot.AllocatePages(AllocateMaxAddress, EfiBootServicesData, 1, &address), EFI_SUCCESS)
    XCTAssertEqual(address, 0x4800_0000)
    XCTAssertEqual(
      boot.AllocatePages(AllocateAddress, EfiBootServicesData, 1, &address), EFI_NOT_FOUND)
    XCTAssertEqual(
      boot.AllocatePages(AllocateAnyPages, EfiConventionalMemory, 1, &address),
      EFI_INVALID_PARAMETER)
    XCTAssertEqual(
      boot.AllocatePages(AllocateAnyPages, EfiBootServicesData, 1, nil), EFI_INVALID_PARAMETER)
    XCTAssertEqual(
      boot.AllocatePages(AllocateAnyPages, EfiBootServicesData, 1 << 40, &address),
      EFI_OUT_OF_RESOURCES)
  }

  func testPoolGivesAlignedBlocksThatDoNotOverlap() throws {
    var blocks: [(start: UInt64, end: UInt64)] = []
    for size: UInt64 in [1, 16, 17, 500, 5000, 24, 4096] {
      var block: UnsafeMutableRawPointer?
      XCTAssertEqual(boot.AllocatePool(EfiBootServicesData, size, &block), EFI_SUCCESS)
      let start = UInt64(UInt(bitPattern: block))
      XCTAssertEqual(start % 8, 0)
      boot.SetMem(block, size, 0xa5)
      blocks.append((start, start + size))
    }
    let sorted = blocks.sorted { $0.start < $1.start }
    for (one, next) in zip(sorted, sorted.dropFirst()) {
      XCTAssertLessThanOrEqual(one.end, next.start)
    }
    for block in blocks {
      let pointer = UnsafeMutableRawPointer(bitPattern: UInt(block.start))
      XCTAssertEqual(boot.FreePool(pointer), EFI_SUCCESS)
      XCTAssertEqual(boot.FreePool(pointer), EFI_INVALID_PARAMETER)
    }
    XCTAssertEqual(boot.FreePool(nil), EFI_INVALID_PARAMETER)
    XCTAssertEqual(boot.AllocatePool(EfiBootServicesData, 8, nil), EFI_INVALID_PARAMETER)
  }
}
