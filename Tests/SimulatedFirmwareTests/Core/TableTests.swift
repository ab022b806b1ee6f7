import CUEFI
import SimulatedFirmware
import XCTest

final class TableTests: ServiceTestCase {
  /// A table's checksum as a guest verifies it: over a copy with the field zeroed.
  func checksumIsRight(_ table: UnsafeMutableRawPointer) -> Bool {
    let header = table.load(as: EFI_TABLE_HEADER.self)
    var copy = [UInt8](UnsafeRawBufferPointer(start: table, count: Int(header.HeaderSize)))
    for index in 16..<20 { copy[index] = 0 }
    var crc: UInt32 = 0
    XCTAssertEqual(boot.CalculateCrc32(&copy, UInt64(copy.count), &crc), EFI_SUCCESS)
    return crc == header.CRC32
  }

  func testChecksumOfAKnownText() throws {
    // The check value every catalogue of CRCs gives for this polynomial.
    var text = Array("123456789".utf8)
    var crc: UInt32 = 0
    XCTAssertEqual(boot.CalculateCrc32(&text, 9, &crc), EFI_SUCCESS)
    XCTAssertEqual(crc, 0xcbf4_3926)
    XCTAssertEqual(boot.CalculateCrc32(&text, 0, &crc), EFI_INVALID_PARAMETER)
  }

  func testEveryBootServiceIsAStubOfItsOwnName() throws {
    let table = UnsafeRawPointer(firmware.bootServices!)
    var names: Set<String> = []
    for slot in 0..<44 {
      let address = table.load(fromByteOffset: 24 + 8 * slot, as: UInt64.self)
      if slot == 17 {
        XCTAssertEqual(address, 0, "Reserved")
        continue
      }
      let name = try XCTUnwrap(firmware.code.name(of: address), "slot \(slot)")
      XCTAssertTrue(name.hasPrefix("gBS->"), name)
      names.insert(name)
    }
    XCTAssertEqual(names.count, 43)
    // Two whose places the specification makes easy to mix up.
    let raise = table.load(fromByteOffset: 24, as: UInt64.self)
    XCTAssertEqual(firmware.code.name(of: raise), "gBS->RaiseTPL")
    let last = table.load(fromByteOffset: 24 + 8 * 43, as: UInt64.self)
    XCTAssertEqual(firmware.code.name(of: last), "gBS->CreateEventEx")
  }

  func testTablesAreSignedAndSummed() throws {
    let table = try XCTUnwrap(firmware.systemTable)
    XCTAssertEqual(table.pointee.Hdr.Signature, 0x5453_5953_2049_4249)
    XCTAssertEqual(table.pointee.BootServices.pointee.Hdr.Signature, 0x5652_4553_544f_4f42)
    XCTAssertTrue(checksumIsRight(table))
    XCTAssertTrue(checksumIsRight(table.pointee.BootServices))
    XCTAssertTrue(checksumIsRight(table.pointee.RuntimeServices))
    XCTAssertNotNil(table.pointee.FirmwareVendor)
  }

  func testConfigurationTablesComeChangeAndGo() throws {
    var guid = EFI_GUID(5, 6, 7, 8)
    var event: EFI_EVENT?
    let note: EFI_EVENT_NOTIFY = { _, _ in ServiceTestCase.log.append(1) }
    XCTAssertEqual(
      boot.CreateEventEx(EVT_NOTIFY_SIGNAL, TPL_CALLBACK, note, nil, &guid, &event), EFI_SUCCESS)
    let table = try XCTUnwrap(firmware.systemTable)
    let before = table.pointee.NumberOfTableEntries
    XCTAssertEqual(boot.InstallConfigurationTable(&guid, nil), EFI_NOT_FOUND)
    let first = try firmware.allocatePool(size: 8)
    let second = try firmware.allocatePool(size: 8)
    XCTAssertEqual(boot.InstallConfigurationTable(&guid, first), EFI_SUCCESS)
    XCTAssertEqual(boot.InstallConfigurationTable(&guid, second), EFI_SUCCESS)
    XCTAssertEqual(table.pointee.NumberOfTableEntries, before + 1)
    let entry = table.pointee.ConfigurationTable[Int(before)]
    XCTAssertEqual(entry.VendorGuid, guid)
    XCTAssertEqual(entry.VendorTable, second)
    XCTAssertTrue(checksumIsRight(table))
    XCTAssertEqual(boot.InstallConfigurationTable(&guid, nil), EFI_SUCCESS)
    XCTAssertEqual(table.pointee.NumberOfTableEntries, before)
    XCTAssertEqual(Self.log, [1, 1, 1])
  }

  func testExitBootServicesWantsTheLatestKey() throws {
    var event: EFI_EVENT?
    let note: EFI_EVENT_NOTIFY = { _, _ in ServiceTestCase.log.append(1) }
    XCTAssertEqual(
      boot.CreateEvent(EVT_SIGNAL_EXIT_BOOT_SERVICES, TPL_NOTIFY, note, nil, &event),
      EFI_SUCCESS)
    let services = boot
    let key = firmware.memory.key
    XCTAssertEqual(
      services.ExitBootServices(firmware.firmwareHandle, key &+ 1), EFI_INVALID_PARAMETER)
    XCTAssertEqual(Self.log, [])
    XCTAssertEqual(services.ExitBootServices(firmware.firmwareHandle, key), EFI_SUCCESS)
    XCTAssertEqual(Self.log, [1])
    XCTAssertNil(firmware.systemTable.pointee.BootServices)
    XCTAssertNil(firmware.systemTable.pointee.ConOut)
    XCTAssertNil(firmware.nextDeadline)
  }
}
