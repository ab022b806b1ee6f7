import CUEFI
import DeviceModels
import SimulatedFirmware
import XCTest

/// Drives the PCI protocols through their C function pointers, as a guest does.
final class PCIBusTests: XCTestCase {
  private var firmware: Firmware!
  private var bus: PCIBus!
  private let display = BochsDisplay()
  private let card = BlankCard(
    identity: PCIIdentity(vendor: 0x1002, device: 0x67df, classCode: 0x03_0000),
    rom: Array(repeating: 0x5a, count: 3000), answer: 0x1122_3344_5566_7788)

  override func setUpWithError() throws { try start(.virt) }

  override func tearDown() { stop() }

  private func start(_ profile: Platform.Profile) throws {
    let platform = try Platform.builtIn(profile)
    firmware = try Firmware(configuration: FirmwareConfiguration(platform: platform))
    try firmware.start()
    bus = try PCIBus(firmware: firmware, platform: platform, devices: [display, card])
    try bus.install()
  }

  /// Memory on both sides of 4 GiB, which devices see where the processor does.
  private func startWithTwoBanks() throws {
    var tree = try Platform.builtIn(.virt).tree
    try tree.set(
      "reg", of: "/memory@40000000",
      cells: [0, 0x4000_0000, 0, 0x200_0000, 8, 0, 0, 0x200_0000])
    try tree.set("dma-ranges", of: "/pcie@4010000000", to: [])
    let platform = try Platform(tree: tree)
    firmware = try Firmware(configuration: FirmwareConfiguration(platform: platform))
    try firmware.start()
    bus = try PCIBus(firmware: firmware, platform: platform, devices: [display])
    try bus.install()
  }

  func testMemoryOutOfReachIsCopied() throws {
    stop()
    try startWithTwoBanks()
    let io = try io(0)
    let address = try firmware.allocatePages(AllocateAddress, pages: 1, address: 0x8_0000_0000)
    let host = try XCTUnwrap(UnsafeMutablePointer<UInt64>(bitPattern: UInt(address)))
    for isWrite in [false, true] {
      host.pointee = 0x1234
      var size: UInt64 = 4096
      var device: UInt64 = 0
      var token: UnsafeMutableRawPointer?
      XCTAssertEqual(
        io.pointee.Map(io, isWrite ? 1 : 0, host, &size, &device, &token), EFI_SUCCESS)
      XCTAssertLessThan(device, 1 << 32)
      let seen = try XCTUnwrap(UnsafeMutablePointer<UInt64>(bitPattern: UInt(device)))
      if !isWrite { XCTAssertEqual(seen.pointee, 0x1234) }
      seen.pointee = 0x5678
      XCTAssertEqual(io.pointee.Unmap(io, token), EFI_SUCCESS)
      XCTAssertEqual(host.pointee, isWrite ? 0x5678 : 0x1234)
    }
    XCTAssertEqual(bus.liveMappings, 0)
    var buffer: UnsafeMutableRawPointer?
    XCTAssertEqual(
      io.pointee.AllocateBuffer(io, 0, EfiBootServicesData, 1, &buffer, 0), EFI_SUCCESS)
    XCTAssertLessThan(UInt(bitPattern: buffer), 1 << 32)
  }

  private func stop() {
    bus?.tearDown()
    firmware?.tearDown()
    bus = nil
    firmware = nil
  }

  private func io(_ index: Int) throws -> UnsafeMutablePointer<EFI_PCI_IO_PROTOCOL> {
    try XCTUnwrap(bus.functions[index].pciIo)
  }

  private func enable(_ index: Int) throws {
    let io = try io(index)
    XCTAssertEqual(io.pointee.Attributes(io, 2, 0x700, nil), EFI_SUCCESS)
  }

  func testPlacesAndAddresses() throws {
    XCTAssertEqual(bus.functions.map(\.location.description), ["0000:00:01.0", "0000:00:02.0"])
    let framebuffer = try XCTUnwrap(bus.functions[0].bars[0])
    XCTAssertGreaterThanOrEqual(framebuffer.hostAddress, 0x80_0000_0000)
    XCTAssertEqual(framebuffer.hostAddress % framebuffer.size, 0)
    XCTAssertNotNil(bus.functions[1].bars[4])
    XCTAssertLessThan(try XCTUnwrap(bus.functions[1].bars[5]).hostAddress, 1 << 32)
    let io = try io(1)
    var location: (UInt64, UInt64, UInt64, UInt64) = (9, 9, 9, 9)
    XCTAssertEqual(
      io.pointee.GetLocation(io, &location.0, &location.1, &location.2, &location.3), EFI_SUCCESS)
    XCTAssertEqual([location.0, location.1, location.2, location.3], [0, 0, 2, 0])
    XCTAssertEqual(io.pointee.GetLocation(io, nil, nil, nil, nil), EFI_INVALID_PARAMETER)
  }

  func testConfigurationHeaderAndSizing() throws {
    let io = try io(0)
    var header = [UInt32](repeating: 0, count: 16)
    XCTAssertEqual(io.pointee.Pci.Read(io, 2, 0, 16, &header), EFI_SUCCESS)
    XCTAssertEqual(header[0], 0x1111_1234)
    XCTAssertEqual(header[2], 0x0380_0002)
    XCTAssertEqual(header[4] & 0xf, 0xc, "64-bit, prefetchable")
    let before = header[4]
    var ones = UInt32.max
    XCTAssertEqual(io.pointee.Pci.Write(io, 2, 0x10, 1, &ones), EFI_SUCCESS)
    var mask: UInt32 = 0
    XCTAssertEqual(io.pointee.Pci.Read(io, 2, 0x10, 1, &mask), EFI_SUCCESS)
    XCTAssertEqual(mask, 0xff00_000c)
    var restored = before
    XCTAssertEqual(io.pointee.Pci.Write(io, 2, 0x10, 1, &restored), EFI_SUCCESS)
    XCTAssertEqual(io.pointee.Pci.Read(io, 2, 0x10, 1, &mask), EFI_SUCCESS)
    XCTAssertEqual(mask, before)
    XCTAssertEqual(io.pointee.Pci.Read(io, 2, 0xfe, 1, &mask), EFI_UNSUPPORTED)
    XCTAssertEqual(io.pointee.Pci.Read(io, 2, 0x100, 1, &mask), EFI_UNSUPPORTED)
    XCTAssertEqual(io.pointee.Pci.Read(io, 12, 0, 1, &mask), EFI_INVALID_PARAMETER)
    XCTAssertEqual(io.pointee.Pci.Read(io, 2, 0, 1, nil), EFI_INVALID_PARAMETER)
  }

  func testAttributes() throws {
    let io = try io(0)
    var value: UInt64 = 0
    XCTAssertEqual(io.pointee.Attributes(io, 0, 0, &value), EFI_SUCCESS)
    XCTAssertEqual(value, 0)
    XCTAssertEqual(io.pointee.Attributes(io, 4, 0, &value), EFI_SUCCESS)
    XCTAssertEqual(value & 0x718, 0x718)
    XCTAssertEqual(io.pointee.Attributes(io, 2, 0x718, nil), EFI_SUCCESS)
    var command: UInt16 = 0
    XCTAssertEqual(io.pointee.Pci.Read(io, 1, 4, 1, &command), EFI_SUCCESS)
    XCTAssertEqual(command, 7)
    XCTAssertEqual(io.pointee.Attributes(io, 3, 0x100, nil), EFI_SUCCESS)
    XCTAssertEqual(io.pointee.Attributes(io, 0, 0, &value), EFI_SUCCESS)
    XCTAssertEqual(value, 0x618)
    XCTAssertEqual(io.pointee.Attributes(io, 1, 0x1, nil), EFI_UNSUPPORTED)
    XCTAssertEqual(io.pointee.Attributes(io, 5, 0, &value), EFI_INVALID_PARAMETER)
    XCTAssertEqual(io.pointee.Attributes(io, 0, 0, nil), EFI_INVALID_PARAMETER)
  }

  func testRegistersThroughMemAndThroughTheTrappedPage() throws {
    let io = try io(0)
    var word: UInt16 = 0
    XCTAssertEqual(io.pointee.Mem.Read(io, 1, 2, 0x500, 1, &word), EFI_SUCCESS)
    XCTAssertEqual(word, 0xffff, "the decoder is off")
    try enable(0)
    XCTAssertEqual(io.pointee.Mem.Read(io, 1, 2, 0x500, 1, &word), EFI_SUCCESS)
    XCTAssertEqual(word, 0xb0c5)
    var edid = [UInt8](repeating: 9, count: 128)
    XCTAssertEqual(io.pointee.Mem.Read(io, 0, 2, 0, 128, &edid), EFI_SUCCESS)
    XCTAssertEqual(Array(edid[0..<4]), [0, 0xff, 0xff, 0xff])
    let base = try XCTUnwrap(bus.functions[0].bars[3]).hostAddress
    var value: UInt64 = 0
    XCTAssertTrue(bus.deviceLoad(base + 0x514, size: 2, value: &value))
    XCTAssertEqual(value, 0x100)
    value = 0x280
    XCTAssertTrue(bus.deviceStore(base + 0x502, size: 2, value: &value))
    XCTAssertEqual(display[.xResolution], 0x280)
    XCTAssertEqual(bus.device(at: base + 0x502)?.offset, 0x502)
    XCTAssertEqual(bus.device(at: base + 0x502)?.bar, 3)
    XCTAssertNil(bus.device(at: 0x4000_0000))
    XCTAssertFalse(bus.deviceLoad(0x1000, size: 4, value: &value))
  }

  func testBounds() throws {
    try enable(0)
    let io = try io(0)
    var byte: UInt8 = 0
    XCTAssertEqual(io.pointee.Mem.Read(io, 0, 2, 4095, 1, &byte), EFI_SUCCESS)
    XCTAssertEqual(io.pointee.Mem.Read(io, 0, 2, 4095, 2, &byte), EFI_UNSUPPORTED)
    XCTAssertEqual(io.pointee.Mem.Read(io, 0, 2, .max, 1, &byte), EFI_UNSUPPORTED)
    XCTAssertEqual(io.pointee.Mem.Read(io, 3, 2, 0, .max, &byte), EFI_UNSUPPORTED)
    XCTAssertEqual(io.pointee.Mem.Read(io, 0, 1, 0, 1, &byte), EFI_UNSUPPORTED)
    XCTAssertEqual(io.pointee.Mem.Read(io, 0, 7, 0, 1, &byte), EFI_UNSUPPORTED)
    XCTAssertEqual(io.pointee.Mem.Read(io, 1, 2, 1, 1, &byte), EFI_UNSUPPORTED)
    XCTAssertEqual(io.pointee.Io.Read(io, 0, 2, 0, 1, &byte), EFI_UNSUPPORTED)
    XCTAssertEqual(io.pointee.Mem.Read(nil, 0, 2, 0, 1, &byte), EFI_INVALID_PARAMETER)
  }

  func testFramebufferIsMemory() throws {
    try enable(0)
    let io = try io(0)
    var pixel: UInt32 = 0x0012_3456
    XCTAssertEqual(io.pointee.Mem.Write(io, 10, 0, 0, 1_048_576, &pixel), EFI_SUCCESS)
    let memory = try XCTUnwrap(display.framebuffer)
    XCTAssertEqual(memory.load(fromByteOffset: 0, as: UInt32.self), pixel)
    XCTAssertEqual(memory.load(fromByteOffset: (4 << 20) - 4, as: UInt32.self), pixel)
    XCTAssertEqual(memory.load(fromByteOffset: 4 << 20, as: UInt32.self), 0)
    // A FIFO write leaves the last element at the one address.
    var three: [UInt32] = [1, 2, 3]
    XCTAssertEqual(io.pointee.Mem.Write(io, 6, 0, 8, 3, &three), EFI_SUCCESS)
    XCTAssertEqual(memory.load(fromByteOffset: 8, as: UInt32.self), 3)
    XCTAssertEqual(memory.load(fromByteOffset: 12, as: UInt32.self), pixel)
    var rows: [UInt32] = [7, 8, 9]
    XCTAssertEqual(io.pointee.Mem.Write(io, 2, 0, 0x1000, 3, &rows), EFI_SUCCESS)
    XCTAssertEqual(io.pointee.CopyMem(io, 2, 0, 0x1004, 0, 0x1000, 3), EFI_SUCCESS)
    XCTAssertEqual(io.pointee.Mem.Read(io, 2, 0, 0x1004, 3, &rows), EFI_SUCCESS)
    XCTAssertEqual(rows, [7, 8, 9])
    XCTAssertEqual(io.pointee.CopyMem(io, 2, 0, 0x1000, 0, 0x1004, 3), EFI_SUCCESS)
    XCTAssertEqual(io.pointee.Mem.Read(io, 2, 0, 0x1000, 3, &rows), EFI_SUCCESS)
    XCTAssertEqual(rows, [7, 8, 9])
  }

  func testPorts() throws {
    try enable(1)
    let io = try io(1)
    var value: UInt32 = 0
    XCTAssertEqual(io.pointee.Io.Read(io, 2, 2, 8, 1, &value), EFI_SUCCESS)
    XCTAssertEqual(value, 0x5566_7788)
    XCTAssertEqual(io.pointee.Mem.Read(io, 2, 2, 8, 1, &value), EFI_UNSUPPORTED)
    let port = UInt16(try XCTUnwrap(bus.functions[1].bars[4]).pciAddress)
    XCTAssertEqual(bus.portRead(port + 8, size: 1), 0x88)
    XCTAssertEqual(bus.portRead(0x80, size: 2), 0xffff)
    // Configuration mechanism 1: device 2, register 0.
    bus.portWrite(0xcf8, size: 4, value: 0x8000_1000)
    XCTAssertEqual(bus.portRead(0xcf8, size: 4), 0x8000_1000)
    XCTAssertEqual(bus.portRead(0xcfc, size: 4), 0x67df_1002)
    XCTAssertEqual(bus.portRead(0xcfe, size: 2), 0x67df)
    bus.portWrite(0xcf8, size: 4, value: 0x8000_f800)
    XCTAssertEqual(bus.portRead(0xcfc, size: 4), 0xffff_ffff)
  }

  func testPollingUsesVirtualTime() throws {
    try enable(1)
    let io = try io(1)
    var result: UInt64 = 0
    XCTAssertEqual(io.pointee.PollMem(io, 0, 3, 0, 0xff, 0x88, 10, &result), EFI_SUCCESS)
    XCTAssertEqual(result, 0x88)
    let before = firmware.clock.nanoseconds
    XCTAssertEqual(io.pointee.PollMem(io, 0, 3, 0, 0xff, 0, 50_000_000, &result), EFI_TIMEOUT)
    XCTAssertEqual(firmware.clock.nanoseconds - before, 5_000_000_000)
    XCTAssertEqual(io.pointee.PollMem(io, 0, 3, 0, 0xff, 0, 0, &result), EFI_SUCCESS)
    XCTAssertEqual(io.pointee.PollIo(io, 0, 2, 0, 0xff, 0x88, 1, &result), EFI_SUCCESS)
    XCTAssertEqual(
      io.pointee.PollMem(io, 4, 3, 0, 0xff, 0, 0, &result), EFI_INVALID_PARAMETER)
    XCTAssertEqual(io.pointee.PollMem(io, 0, 3, 0, 0, 0, 0, nil), EFI_INVALID_PARAMETER)
  }

  func testBarAttributes() throws {
    let io = try io(0)
    var supports: UInt64 = 0
    var resources: UnsafeMutableRawPointer?
    XCTAssertEqual(io.pointee.GetBarAttributes(io, 0, &supports, &resources), EFI_SUCCESS)
    let list = try XCTUnwrap(resources)
    let bytes = Array(UnsafeRawBufferPointer(start: list, count: 48))
    XCTAssertEqual(Array(bytes[0..<3]), [0x8a, 0x2b, 0])
    XCTAssertEqual(bytes[3], 0)
    XCTAssertEqual(list.loadUnaligned(fromByteOffset: 6, as: UInt64.self), 64)
    XCTAssertEqual(
      list.loadUnaligned(fromByteOffset: 14, as: UInt64.self),
      UInt64(UInt(bitPattern: display.framebuffer?.baseAddress)))
    XCTAssertEqual(list.loadUnaligned(fromByteOffset: 30, as: UInt64.self), 0)
    XCTAssertEqual(list.loadUnaligned(fromByteOffset: 38, as: UInt64.self), 16 << 20)
    XCTAssertEqual(Array(bytes[46...]), [0x79, 0])
    XCTAssertNoThrow(try firmware.freePool(list))
    XCTAssertEqual(io.pointee.GetBarAttributes(io, 1, &supports, nil), EFI_UNSUPPORTED)
    XCTAssertEqual(io.pointee.GetBarAttributes(io, 0, nil, nil), EFI_INVALID_PARAMETER)
  }

  func testTranslatedWindow() throws {
    stop()
    try start(.high)
    let bar = try XCTUnwrap(bus.functions[1].bars[5])
    XCTAssertLessThan(bar.pciAddress, 1 << 32)
    XCTAssertGreaterThanOrEqual(bar.hostAddress, 1 << 32)
    let io = try io(1)
    var resources: UnsafeMutableRawPointer?
    XCTAssertEqual(io.pointee.GetBarAttributes(io, 3, nil, &resources), EFI_SUCCESS)
    let list = try XCTUnwrap(resources)
    let host = list.loadUnaligned(fromByteOffset: 14, as: UInt64.self)
    let translation = list.loadUnaligned(fromByteOffset: 30, as: UInt64.self)
    XCTAssertEqual(host, bar.hostAddress)
    XCTAssertEqual(host &+ translation, bar.pciAddress)
    XCTAssertNil(bus.functions[1].bars[4], "there is no I/O window")
    XCTAssertEqual(bus.portRead(0xcfc, size: 4), 0xffff_ffff)
    // The root bridge and BAR 0xff speak in PCI addresses.
    try enable(1)
    var value: UInt32 = 0
    XCTAssertEqual(io.pointee.Mem.Read(io, 2, 0xff, bar.pciAddress, 1, &value), EFI_SUCCESS)
    XCTAssertEqual(value, 0x5566_7788)
  }

  func testMappingForDevices() throws {
    let io = try io(0)
    let address = try firmware.allocatePages(pages: 2)
    let host = UnsafeMutableRawPointer(bitPattern: UInt(address))
    var size: UInt64 = 8192
    var device: UInt64 = 0
    var token: UnsafeMutableRawPointer?
    XCTAssertEqual(io.pointee.Map(io, 0, host, &size, &device, &token), EFI_SUCCESS)
    XCTAssertEqual(device, address + 0x4000_0000)
    XCTAssertEqual(bus.liveMappings, 1)
    XCTAssertEqual(io.pointee.Unmap(io, token), EFI_SUCCESS)
    XCTAssertEqual(io.pointee.Unmap(io, token), EFI_INVALID_PARAMETER)
    XCTAssertEqual(io.pointee.Map(io, 3, host, &size, &device, &token), EFI_INVALID_PARAMETER)
    size = 0
    XCTAssertEqual(io.pointee.Map(io, 0, host, &size, &device, &token), EFI_INVALID_PARAMETER)
    var buffer: UnsafeMutableRawPointer?
    XCTAssertEqual(
      io.pointee.AllocateBuffer(io, 0, EfiBootServicesData, 3, &buffer, 0), EFI_SUCCESS)
    XCTAssertEqual(
      io.pointee.AllocateBuffer(io, 0, EfiLoaderData, 1, &buffer, 0), EFI_INVALID_PARAMETER)
    XCTAssertEqual(
      io.pointee.AllocateBuffer(io, 0, EfiBootServicesData, 1, &buffer, 1), EFI_UNSUPPORTED)
    XCTAssertEqual(io.pointee.FreeBuffer(io, 2, buffer), EFI_INVALID_PARAMETER)
    XCTAssertEqual(io.pointee.FreeBuffer(io, 3, buffer), EFI_SUCCESS)
    XCTAssertEqual(io.pointee.Flush(io), EFI_SUCCESS)
  }

  func testDevicesThatReachOnly4GiB() throws {
    stop()
    try start(.high)
    let io = try io(0)
    let address = try firmware.allocatePages(pages: 1)
    let host = UnsafeMutableRawPointer(bitPattern: UInt(address))
    var size: UInt64 = 4096
    var device: UInt64 = 0
    var token: UnsafeMutableRawPointer?
    XCTAssertEqual(io.pointee.Map(io, 2, host, &size, &device, &token), EFI_UNSUPPORTED)
    XCTAssertEqual(io.pointee.Map(io, 0, host, &size, &device, &token), EFI_OUT_OF_RESOURCES)
    XCTAssertEqual(io.pointee.Attributes(io, 2, 0x8000, nil), EFI_SUCCESS)
    XCTAssertEqual(io.pointee.Map(io, 2, host, &size, &device, &token), EFI_SUCCESS)
    XCTAssertEqual(device, address + 0x10_0000_0000)
  }

  func testRootBridge() throws {
    let root = try XCTUnwrap(bus.rootBridgeIo)
    var value: UInt32 = 0
    XCTAssertEqual(root.pointee.Pci.Read(root, 2, 0x2_0000, 1, &value), EFI_SUCCESS)
    XCTAssertEqual(value, 0x67df_1002)
    XCTAssertEqual(root.pointee.Pci.Read(root, 2, 0x1f_0000, 1, &value), EFI_SUCCESS)
    XCTAssertEqual(value, 0xffff_ffff)
    XCTAssertEqual(root.pointee.Pci.Read(root, 2, 0x20_0000, 1, &value), EFI_INVALID_PARAMETER)
    XCTAssertEqual(
      root.pointee.Mem.Read(root, 2, 0x7000_0000, 1, &value), EFI_INVALID_PARAMETER)
    XCTAssertEqual(root.pointee.Mem.Read(root, 2, 0x3000_0000, 1, &value), EFI_SUCCESS)
    XCTAssertEqual(value, 0xffff_ffff)
    var resources: UnsafeMutableRawPointer?
    XCTAssertEqual(root.pointee.Configuration(root, &resources), EFI_SUCCESS)
    let list = try XCTUnwrap(resources)
    let kinds = (0..<4).map { list.load(fromByteOffset: 46 * $0 + 3, as: UInt8.self) }
    XCTAssertEqual(kinds, [1, 0, 0, 2])
    XCTAssertEqual(list.load(fromByteOffset: 46 * 4, as: UInt8.self), 0x79)
    var (supports, attributes): (UInt64, UInt64) = (0, 0)
    XCTAssertEqual(root.pointee.GetAttributes(root, &supports, &attributes), EFI_SUCCESS)
    XCTAssertEqual(root.pointee.SetAttributes(root, ~supports, nil, nil), EFI_UNSUPPORTED)
    XCTAssertEqual(root.pointee.SetAttributes(root, supports, nil, nil), EFI_SUCCESS)
  }

  func testTheROMIsExposedTwice() throws {
    let io = try io(1)
    XCTAssertEqual(io.pointee.RomSize, 3000)
    XCTAssertEqual(io.pointee.RomImage?.load(as: UInt8.self), 0x5a)
    let rom = try XCTUnwrap(bus.functions[1].romBar)
    XCTAssertEqual(rom.size, 4096)
    try enable(1)
    var value: UInt64 = 0
    XCTAssertTrue(bus.deviceLoad(rom.hostAddress, size: 2, value: &value))
    XCTAssertEqual(value, 0xffff, "the ROM's decoder is off")
    var register: UInt32 = 0
    XCTAssertEqual(io.pointee.Pci.Read(io, 2, 0x30, 1, &register), EFI_SUCCESS)
    register |= 1
    XCTAssertEqual(io.pointee.Pci.Write(io, 2, 0x30, 1, &register), EFI_SUCCESS)
    XCTAssertTrue(bus.deviceLoad(rom.hostAddress + 2996, size: 8, value: &value))
    XCTAssertEqual(value, 0xffff_ffff_5a5a_5a5a)
  }

  func testLargeAccessesAreSplit() throws {
    try enable(1)
    let base = try XCTUnwrap(bus.functions[1].bars[5]).hostAddress
    var bytes = [UInt8](repeating: 0, count: 16)
    XCTAssertTrue(bus.deviceLoad(base + 4, size: 16, value: &bytes))
    // Four bytes, eight, four: each piece answers the constant.
    XCTAssertEqual(
      bytes,
      [
        0x88, 0x77, 0x66, 0x55, 0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11, 0x88, 0x77,
        0x66, 0x55,
      ])
    XCTAssertEqual(card.log.total.loads, 3)
    XCTAssertTrue(bus.deviceLoad(base + (256 << 10) - 4, size: 16, value: &bytes))
  }

  func testBadBarsAreRefused() throws {
    stop()
    let platform = try Platform.builtIn(.virt)
    firmware = try Firmware(configuration: FirmwareConfiguration(platform: platform))
    try firmware.start()
    let identity = PCIIdentity(vendor: 1, device: 2, classCode: 0)
    let bad: [[PCIBar?]] = [
      [.memory(size: 3000, is64: false, prefetchable: false, backing: .trapped)],
      [.memory(size: 0, is64: false, prefetchable: false, backing: .ram)],
      [.io(size: 512)],
      [.memory(size: 4096, is64: true, prefetchable: false, backing: .ram), .io(size: 4)],
      Array(repeating: .io(size: 4), count: 7),
    ]
    for bars in bad {
      XCTAssertThrowsError(
        try PCIBus(
          firmware: firmware, platform: platform,
          devices: [BlankCard(identity: identity, bars: bars)]))
    }
  }
}
