import SimulatedFirmware
import Testing

@Suite struct DevicePathTests {
  /// Texts of UEFI 2.10, 10.6.1.6, with the bytes their node tables (10.3) prescribe.
  static let pairs: [(text: String, bytes: [UInt8])] = [
    ("PciRoot(0x0)", [2, 1, 12, 0, 0xd0, 0x41, 0x03, 0x0a, 0, 0, 0, 0]),
    ("PcieRoot(0x2)", [2, 1, 12, 0, 0xd0, 0x41, 0x08, 0x0a, 2, 0, 0, 0]),
    ("Acpi(PNP0b00,0x1)", [2, 1, 12, 0, 0xd0, 0x41, 0x00, 0x0b, 1, 0, 0, 0]),
    ("Pci(0x1f,0x2)", [1, 1, 6, 0, 2, 0x1f]),
    ("Ctrl(0x1)", [1, 5, 8, 0, 1, 0, 0, 0]),
    (
      "MemoryMapped(0xb,0xffc00000,0xffffffff)",
      [1, 3, 24, 0, 11, 0, 0, 0, 0, 0, 0xc0, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]
    ),
    ("AcpiAdr(0x80010100)", [2, 3, 8, 0, 0, 1, 1, 0x80]),
    ("Ata(Secondary,Slave,0x0)", [3, 1, 8, 0, 1, 1, 0, 0]),
    ("Scsi(0x3,0x1)", [3, 2, 8, 0, 3, 0, 1, 0]),
    ("USB(0x4,0x0)", [3, 5, 6, 0, 4, 0]),
    ("Sata(0x1,0xffff,0x0)", [3, 18, 10, 0, 1, 0, 0xff, 0xff, 0, 0]),
    (
      "MAC(525400123456,0x1)",
      [3, 11, 37, 0, 0x52, 0x54, 0, 0x12, 0x34, 0x56] + [UInt8](repeating: 0, count: 26) + [1]
    ),
    (
      "IPv4(192.168.0.1,TCP,Static,10.0.2.15,10.0.2.2,255.255.255.0)",
      [
        3, 12, 27, 0, 10, 0, 2, 15, 192, 168, 0, 1, 0, 0, 0, 0, 6, 0, 1, 10, 0, 2, 2, 255, 255, 255,
        0,
      ]
    ),
    ("Uri(http://a/b)", [3, 24, 14, 0] + Array("http://a/b".utf8)),
    ("Vlan(100)", [3, 20, 6, 0, 100, 0]),
    (
      "NVMe(0x1,00-11-22-33-44-55-66-77)",
      [3, 23, 16, 0, 1, 0, 0, 0, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11, 0]
    ),
    (
      "Uart(115200,8,N,1)", [3, 14, 19, 0, 0, 0, 0, 0, 0, 0xc2, 1, 0, 0, 0, 0, 0, 8, 1, 1]
    ),
    ("VenPcAnsi()", [3, 10, 20, 0] + pcAnsi),
    ("VenHw(e0c14753-f9be-11d2-9a0c-0090273fc14d,0a0b)", [1, 4, 22, 0] + pcAnsi + [0x0a, 0x0b]),
    ("Fv(e0c14753-f9be-11d2-9a0c-0090273fc14d)", [4, 7, 20, 0] + pcAnsi),
    ("FvFile(e0c14753-f9be-11d2-9a0c-0090273fc14d)", [4, 6, 20, 0] + pcAnsi),
    (
      "Offset(0xf000,0x2ffff)",
      [4, 8, 24, 0, 0, 0, 0, 0, 0, 0xf0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 2, 0, 0, 0, 0, 0]
    ),
    (
      "HD(1,MBR,0xdeadbeef,0x800,0x1000)",
      [4, 1, 42, 0, 1, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0x10, 0, 0, 0, 0, 0, 0]
        + [0xef, 0xbe, 0xad, 0xde] + [UInt8](repeating: 0, count: 12) + [1, 1]
    ),
    (
      "CDROM(0x0,0x10,0x20)",
      [4, 2, 24, 0, 0, 0, 0, 0, 0x10, 0, 0, 0, 0, 0, 0, 0, 0x20, 0, 0, 0, 0, 0, 0, 0]
    ),
    ("\\EFI", [4, 4, 14, 0, 0x5c, 0, 0x45, 0, 0x46, 0, 0x49, 0, 0, 0]),
    ("HardwarePath(9,0102)", [1, 9, 6, 0, 1, 2]),
    ("Path(6,1,ff)", [6, 1, 5, 0, 0xff]),
  ]

  static let pcAnsi: [UInt8] = [
    0x53, 0x47, 0xc1, 0xe0, 0xbe, 0xf9, 0xd2, 0x11, 0x9a, 0x0c, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d,
  ]
  static let end: [UInt8] = [0x7f, 0xff, 4, 0]

  @Test(arguments: DevicePathTests.pairs.indices)
  func everyNodeConvertsBothWays(index: Int) throws {
    let pair = Self.pairs[index]
    #expect(try DevicePath(bytes: pair.bytes + Self.end).text == pair.text)
    #expect(try DevicePath(text: pair.text).bytes == pair.bytes + Self.end)
  }

  @Test func ipv6AddressesMayBeShortened() throws {
    let node = try DevicePathNode(text: "IPv6(fe80::1,UDP,StatefulAutoConfigure)")
    #expect(node.payload.count == 56)
    #expect(Array(node.payload[16..<32]) == [0xfe, 0x80] + [UInt8](repeating: 0, count: 13) + [1])
    #expect(Array(node.payload[36..<39]) == [17, 0, 2])
    #expect(throws: DevicePathError.self) { try DevicePathNode(text: "IPv6(fe80:::1)") }
    #expect(throws: DevicePathError.self) { try DevicePathNode(text: "IPv6(1:2:3:4:5:6:7:8:9)") }
  }

  @Test func severalNodesAndInstances() throws {
    let text = "PciRoot(0x0)/Pci(0x2,0x0)/AcpiAdr(0x80010100),PciRoot(0x0)/Pci(0x1,0x0)"
    let path = try DevicePath(text: text)
    #expect(path.isMultiInstance)
    #expect(path.instances.map(\.count) == [3, 2])
    #expect(path.text == text)
    #expect(try DevicePath(bytes: path.bytes) == path)
  }

  @Test func hostileBytesAreRefusedWithTheirOffset() {
    #expect(throws: DevicePathError.truncated(offset: 0)) { try DevicePath(bytes: [1, 1]) }
    #expect(throws: DevicePathError.nodeTooShort(offset: 6, length: 0)) {
      try DevicePath(bytes: [1, 1, 6, 0, 0, 0, 1, 1, 0, 0])
    }
    #expect(throws: DevicePathError.truncated(offset: 0)) {
      try DevicePath(bytes: [1, 1, 0xff, 0xff, 0])
    }
  }

  @Test func nodesOfTheWrongSizeAreShownAsBytes() throws {
    #expect(DevicePathNode(type: 1, subType: 1, payload: [1]).text() == "HardwarePath(1,01)")
    #expect(DevicePathNode(type: 3, subType: 24, payload: [0x28]).text() == "Msg(24,28)")
  }

  @Test(arguments: [
    "Pci(0x100,0x0)", "Pci(x)", "HD(1,GPT,zz)", "Path(1)x(", "Nope(1)", "Ata(A,B,0)",
  ])
  func textThatIsNotANode(text: String) {
    #expect(throws: DevicePathError.self) { try DevicePath(text: text) }
  }
}
