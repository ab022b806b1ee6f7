import DeviceModels
import XCTest

/// Expected values are what QEMU 7.2's bochs-display answers over qtest.
final class BochsDisplayTests: XCTestCase {
  private let display = BochsDisplay()

  private func read(_ offset: UInt64, _ size: Int = 2) -> UInt64 {
    display.load(bar: display.registersBar, offset: offset, size: size)
  }

  private func write(_ offset: UInt64, _ value: UInt64, _ size: Int = 2) {
    display.store(bar: display.registersBar, offset: offset, size: size, value: value)
  }

  func testIdentityAndBars() {
    XCTAssertEqual(display.identity.vendor, 0x1234)
    XCTAssertEqual(display.identity.device, 0x1111)
    XCTAssertEqual(display.identity.classCode, 0x03_8000)
    XCTAssertEqual(display.bars[0]?.size, 16 << 20)
    XCTAssertEqual(display.bars[3]?.size, 4096)
  }

  func testRegistersAfterReset() {
    XCTAssertEqual(read(0x500), 0xb0c5)
    for offset in stride(from: UInt64(0x502), to: 0x514, by: 2) { XCTAssertEqual(read(offset), 0) }
    XCTAssertEqual(read(0x514), 0x100)
    XCTAssertEqual(read(0x516), 0xffff)
    XCTAssertEqual(read(0x300, 4), 0xffff_ffff)
    XCTAssertEqual(read(0x41a, 1), 0xff)
    XCTAssertEqual(read(0x600, 4), 8)
    XCTAssertEqual(read(0x604, 4), 0x1e1e_1e1e)
    XCTAssertEqual(read(0x608, 4), 0xffff_ffff)
  }

  func testIdentificationIsFixed() {
    write(0x500, 0xb0c0)
    XCTAssertEqual(read(0x500), 0xb0c5)
    write(0x514, 1)
    XCTAssertEqual(read(0x514), 0x100)
  }

  func testByteOrder() {
    write(0x604, 0xbebe_bebe, 4)
    XCTAssertEqual(read(0x604, 4), 0xbebe_bebe)
    write(0x604, 5, 4)
    XCTAssertEqual(read(0x604, 4), 0xbebe_bebe)
    write(0x604, 0x1e1e_1e1e, 4)
    XCTAssertEqual(read(0x604, 4), 0x1e1e_1e1e)
  }

  /// The driver's own sequence from the recorded conversation.
  func testModeSequence() {
    XCTAssertNil(display.screen)
    let sequence: [(UInt64, UInt64)] = [
      (0x508, 0), (0x50a, 0), (0x510, 0), (0x512, 0), (0x506, 0x20), (0x502, 0x500),
      (0x50c, 0x500), (0x504, 0x320), (0x50e, 0x320), (0x508, 0x41),
    ]
    for (offset, value) in sequence { write(offset, value) }
    XCTAssertEqual(
      display.screen, Screen(width: 1280, height: 800, stride: 5120, offset: 0, bitsPerPixel: 32))
    write(0x50c, 0x600)
    write(0x510, 0x10)
    write(0x512, 0x20)
    XCTAssertEqual(
      display.screen,
      Screen(width: 1280, height: 800, stride: 6144, offset: 0x10 * 4 + 0x20 * 6144))
    XCTAssertEqual(read(0x502, 4), 0x0320_0500)
    XCTAssertEqual(read(0x500, 8), 0x0020_0320_0500_b0c5)
  }

  func testModesThatMakeNoPicture() {
    for (register, value) in [(0x502, 1280), (0x504, 800), (0x506, 32), (0x508, 1)] {
      write(UInt64(register), UInt64(value))
    }
    XCTAssertNotNil(display.screen)
    write(0x506, 8)
    XCTAssertNil(display.screen)
    write(0x506, 32)
    write(0x504, 0xffff)
    XCTAssertNil(display.screen)
    write(0x504, 800)
    write(0x512, 0xffff)
    XCTAssertNil(display.screen, "the picture would lie past the memory's end")
    display.reset()
    XCTAssertNil(display.screen)
    XCTAssertEqual(read(0x502), 0)
  }

  func testPalette() {
    write(0x408, 7, 1)
    for value in [0x11, 0x22, 0x3f] { write(0x409, UInt64(value), 1) }
    XCTAssertEqual(Array(display.vga.palette[21..<24]), [0x11, 0x22, 0x3f])
    write(0x407, 7, 1)
    XCTAssertEqual(read(0x409, 1), 0x11)
    XCTAssertEqual(read(0x409, 1), 0x22)
    _ = read(0x41a, 1)
    write(0x400, 0x20, 1)
    XCTAssertEqual(display.vga.attributeIndex, 0x20)
  }

  func testEveryAccessIsBounded() {
    for size in [1, 2, 4, 8] {
      for offset in 0..<4096 {
        display.store(bar: display.registersBar, offset: UInt64(offset), size: size, value: .max)
        _ = display.load(bar: display.registersBar, offset: UInt64(offset), size: size)
        _ = display.screen
      }
    }
    XCTAssertEqual(display.load(bar: display.registersBar, offset: 1 << 40, size: 4), .max)
  }

  func testEDID() {
    for (width, height) in [(1280, 800), (1920, 1080), (64, 64), (1 << 20, 0), (4095, 4095)] {
      let device = BochsDisplay(preferredWidth: width, preferredHeight: height)
      let block = (0..<128).map {
        UInt8(device.load(bar: display.registersBar, offset: $0, size: 1))
      }
      XCTAssertEqual(block.reduce(UInt8(0), &+), 0)
      XCTAssertEqual(Array(block[0..<8]), [0, 255, 255, 255, 255, 255, 255, 0])
      let across = Int(block[56]) | Int(block[58] >> 4) << 8
      let down = Int(block[59]) | Int(block[61] >> 4) << 8
      XCTAssertEqual(across, min(max(width, 64), 4095))
      XCTAssertEqual(down, min(max(height, 64), 4095))
    }
    XCTAssertEqual(read(0xff, 1), 0)
  }

  func testPixels() {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 16)
    defer { memory.deallocate() }
    memory.initializeMemory(as: UInt8.self, repeating: 0)
    memory.storeBytes(of: 0x0012_3456, toByteOffset: 16, as: UInt32.self)
    memory.storeBytes(of: 0xf800, toByteOffset: 0, as: UInt16.self)
    let deep = Screen(width: 1, height: 1, stride: 4, offset: 16)
    XCTAssertEqual(deep.pixels(in: UnsafeRawBufferPointer(memory)), [0x12, 0x34, 0x56])
    let shallow = Screen(width: 1, height: 1, stride: 2, offset: 0, bitsPerPixel: 16)
    XCTAssertEqual(shallow.pixels(in: UnsafeRawBufferPointer(memory)), [0xff, 0, 0])
    let outside = Screen(width: 1, height: 1, stride: 4, offset: 1 << 20)
    XCTAssertEqual(outside.pixels(in: UnsafeRawBufferPointer(memory)), [0, 0, 0])
  }
}
