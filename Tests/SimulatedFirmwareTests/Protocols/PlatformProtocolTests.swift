import CUEFI
import SimulatedFirmware
import XCTest

/// PCD, the DXE services, decompression and collation.
final class PlatformProtocolTests: MachineTestCase {
  func testTokensOfTheDisplayDriver() throws {
    let pcd = try locate(.pcd, as: PCD_PROTOCOL.self).pointee
    XCTAssertEqual(pcd.Get16(0x13), 0)
    XCTAssertEqual(pcd.Get8(0x3a), 0)
    XCTAssertEqual(pcd.Set8(0x3a, 2), EFI_SUCCESS)
    XCTAssertEqual(pcd.Get8(0x3a), 2)
    XCTAssertEqual(pcd.Set32(0x2d, 0x500), EFI_SUCCESS)
    XCTAssertEqual(pcd.Get32(0x2d), 0x500)
    XCTAssertEqual(pcd.GetSize(0x2d), 4)
    var token: UInt64 = 0
    var tokens: [UInt64] = []
    repeat {
      XCTAssertEqual(pcd.GetNextToken(nil, &token), EFI_SUCCESS)
      tokens.append(token)
    } while token != 0
    XCTAssertEqual(tokens, [0x13, 0x2d, 0x2e, 0x3a, 0])
  }

  nonisolated(unsafe) static var told: [UInt64] = []

  func testCallbacksHearOfSets() throws {
    let pcd = try locate(.pcd, as: PCD_PROTOCOL.self).pointee
    Self.told = []
    let callback: PCD_PROTOCOL_CALLBACK = { _, token, data, size in
      PlatformProtocolTests.told += [token, UInt64(data?.load(as: UInt8.self) ?? 0), size]
    }
    XCTAssertEqual(pcd.CallbackOnSet(nil, 0x3a, callback), EFI_SUCCESS)
    XCTAssertEqual(pcd.CallbackOnSet(nil, 0x7777, callback), EFI_NOT_FOUND)
    XCTAssertEqual(pcd.Set8(0x3a, 5), EFI_SUCCESS)
    XCTAssertEqual(Self.told, [0x3a, 5, 1])
    XCTAssertEqual(pcd.CancelCallback(nil, 0x3a, callback), EFI_SUCCESS)
    XCTAssertEqual(pcd.Set8(0x3a, 6), EFI_SUCCESS)
    XCTAssertEqual(Self.told.count, 3)
  }

  func testAnUnknownTokenIsCounted() throws {
    let pcd = try locate(.pcd, as: PCD_PROTOCOL.self).pointee
    XCTAssertEqual(pcd.Get64(0x7777), 0)
    XCTAssertEqual(pcd.Set8(0x7777, 1), EFI_NOT_FOUND)
    XCTAssertEqual(firmware.ledger.unsupported.values.reduce(0, +), 2)
    XCTAssertTrue(firmware.ledger.unsupported.keys.contains { $0.subject.contains("0x7777") })
  }

  private func services() throws -> UnsafeMutablePointer<EFI_DXE_SERVICES> {
    let table = firmware.systemTable.pointee
    for index in 0..<Int(table.NumberOfTableEntries)
    where table.ConfigurationTable[index].VendorGuid == .dxeServicesTable {
      return try XCTUnwrap(table.ConfigurationTable[index].VendorTable)
        .assumingMemoryBound(to: EFI_DXE_SERVICES.self)
    }
    throw XCTSkip("no configuration table")
  }

  func testTheMapOfMemorySpace() throws {
    let services = try services().pointee
    var descriptor = EFI_GCD_MEMORY_SPACE_DESCRIPTOR()
    XCTAssertEqual(services.GetMemorySpaceDescriptor(0x4000_0000, &descriptor), EFI_SUCCESS)
    XCTAssertEqual(descriptor.GcdMemoryType, 2)
    XCTAssertEqual(descriptor.Length, 512 << 20)
    XCTAssertEqual(services.AddMemorySpace(3, 0x4000_0000, 0x1000, 1), EFI_ACCESS_DENIED)
    XCTAssertEqual(services.AddMemorySpace(3, 0x80_0000_0000, 0x1000, 1), EFI_SUCCESS)
    var base: UInt64 = 0x80_0000_0000
    let owner = UnsafeMutableRawPointer(bitPattern: 8)
    XCTAssertEqual(services.AllocateMemorySpace(2, 3, 12, 0x1000, &base, owner, nil), EFI_SUCCESS)
    XCTAssertEqual(services.RemoveMemorySpace(base, 0x1000), EFI_ACCESS_DENIED)
    XCTAssertEqual(services.FreeMemorySpace(base, 0x1000), EFI_SUCCESS)
    XCTAssertEqual(services.RemoveMemorySpace(base, 0x1000), EFI_SUCCESS)
    var count: UInt64 = 0
    var map: UnsafeMutablePointer<EFI_GCD_MEMORY_SPACE_DESCRIPTOR>?
    XCTAssertEqual(services.GetMemorySpaceMap(&count, &map), EFI_SUCCESS)
    XCTAssertEqual(count, 5)
    XCTAssertEqual(services.Dispatch(), EFI_NOT_FOUND)
    var port = EFI_GCD_IO_SPACE_DESCRIPTOR()
    XCTAssertEqual(services.GetIoSpaceDescriptor(0x3f8, &port), EFI_SUCCESS)
    XCTAssertEqual(port.GcdIoType, 2)
  }

  func testCollation() throws {
    let collation = try locate(.unicodeCollation2, as: EFI_UNICODE_COLLATION_PROTOCOL.self)
    func matches(_ string: String, _ pattern: String) throws -> Bool {
      collation.pointee.MetaiMatch(collation, try text(string), try text(pattern)) != 0
    }
    XCTAssertEqual(collation.pointee.StriColl(collation, try text("ABC"), try text("abc")), 0)
    XCTAssertLessThan(collation.pointee.StriColl(collation, try text("ab"), try text("abc")), 0)
    XCTAssertTrue(try matches("startup.nsh", "*.NSH"))
    XCTAssertTrue(try matches("a1", "[a-c]?"))
    XCTAssertFalse(try matches("d1", "[a-c]?"))
    XCTAssertFalse(try matches(String(repeating: "a", count: 200), "*a*a*a*a*a*b"))
    var fat = [CChar](repeating: 0, count: 8)
    XCTAssertEqual(collation.pointee.StrToFat(collation, try text("a.b+"), 8, &fat), 1)
    XCTAssertEqual(fat[..<3].map { UInt8($0) }, Array("AB_".utf8))
    XCTAssertEqual(String(cString: collation.pointee.SupportedLanguages), "en")
  }

  func testDecompressRefusesWhatIsNotAStream() throws {
    let decompress = try locate(.decompress, as: EFI_DECOMPRESS_PROTOCOL.self)
    var source: [UInt8] = [0xff, 0xff, 0, 0, 16, 0, 0, 0]
    var size: UInt32 = 0
    var scratch: UInt32 = 0
    XCTAssertEqual(
      decompress.pointee.GetInfo(decompress, &source, 8, &size, &scratch), EFI_INVALID_PARAMETER)
    source[0...1] = [0, 0]
    XCTAssertEqual(decompress.pointee.GetInfo(decompress, &source, 8, &size, &scratch), EFI_SUCCESS)
    XCTAssertEqual(size, 16)
  }
}
