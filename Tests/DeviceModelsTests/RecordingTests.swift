import DeviceModels
import XCTest

/// Answers with a number that counts.
private final class Counter: PCIDevice {
  let identity = PCIIdentity(vendor: 0x1AF4, device: 0x1041, classCode: 0x020000)
  let bars: [PCIBar?] = [
    .memory(size: 4096, is64: true, prefetchable: false, backing: .trapped), nil, .io(size: 32),
  ]
  private var count: UInt64 = 0

  func load(bar: Int, offset: UInt64, size: Int) -> UInt64 {
    count += 1
    return count
  }
  func loadConfiguration(offset: Int, size: Int) -> UInt32? { offset == 0x40 ? 0x11 : nil }
  func storeConfiguration(offset: Int, size: Int, value: UInt32) -> Bool { offset == 0x40 }
}

final class RecordingTests: XCTestCase {
  private func record() -> Recording {
    let recorder = DeviceRecorder(head: .init(driver: "ab12", platform: "virt"))
    let device = recorder.wrap(Counter(), name: "counter")
    _ = device.load(bar: 0, offset: 0x10, size: 4)
    _ = device.load(bar: 0, offset: 0x10, size: 4)
    device.store(bar: 2, offset: 8, size: 1, value: 0xFF)
    for _ in 0..<3 { device.store(bar: 0, offset: 0, size: 8, value: .max) }
    XCTAssertEqual(device.loadConfiguration(offset: 0x40, size: 4), 0x11)
    XCTAssertNil(device.loadConfiguration(offset: 0, size: 2))
    XCTAssertTrue(device.storeConfiguration(offset: 0x40, size: 1, value: 1))
    return recorder.recording
  }

  private func replayed(_ recording: Recording) -> (DeviceReplay, any PCIDevice) {
    let replay = DeviceReplay(recording)
    return (replay, replay.devices(rom: [1, 2])[0].model)
  }

  func testTheTextHasEverything() throws {
    let recording = record()
    XCTAssertEqual(
      recording.text,
      """
      transom-recording 1
      driver ab12
      platform virt
      device counter 1af4 1041 20000 0 0 0
      bar 0 0 memory 4096 64 plain trapped
      bar 0 2 io 32
      l 0 0 10 4 1
      l 0 0 10 4 2
      s 0 2 8 1 ff
      s 0 0 0 8 ffffffffffffffff x3
      cl 0 0 40 4 11
      cl 0 0 0 2 -
      cs 0 0 40 1 1 taken

      """)
    XCTAssertEqual(try Recording(text: recording.text), recording)
  }

  func testAReplayAnswersTheSame() {
    let (replay, device) = replayed(record())
    XCTAssertEqual(device.bars, Counter().bars)
    XCTAssertEqual(device.rom, [1, 2])
    XCTAssertEqual(device.load(bar: 0, offset: 0x10, size: 4), 1)
    XCTAssertEqual(device.load(bar: 0, offset: 0x10, size: 4), 2)
    device.store(bar: 2, offset: 8, size: 1, value: 0xFF)
    for _ in 0..<3 { device.store(bar: 0, offset: 0, size: 8, value: .max) }
    XCTAssertEqual(replay.remaining, 3)
    XCTAssertEqual(device.loadConfiguration(offset: 0x40, size: 4), 0x11)
    XCTAssertNil(device.loadConfiguration(offset: 0, size: 2))
    XCTAssertTrue(device.storeConfiguration(offset: 0x40, size: 1, value: 1))
    XCTAssertNil(replay.departure)
    XCTAssertEqual(replay.remaining, 0)
  }

  func testTheFirstOtherAccessIsTold() {
    let (replay, device) = replayed(record())
    var told: [String] = []
    replay.departed = { told.append($0) }
    XCTAssertEqual(device.load(bar: 0, offset: 0x10, size: 4), 1)
    XCTAssertEqual(device.load(bar: 0, offset: 0x14, size: 4), .max)
    XCTAssertEqual(device.load(bar: 0, offset: 0x10, size: 4), .max)
    XCTAssertEqual(
      told,
      [
        "the recording has a load, 4 bytes, at BAR0+0x10 of device 0, the driver makes a load, "
          + "4 bytes, at BAR0+0x14 of device 0"
      ])
    // A store of another value is another access.
    let (second, other) = replayed(record())
    _ = other.load(bar: 0, offset: 0x10, size: 4)
    _ = other.load(bar: 0, offset: 0x10, size: 4)
    other.store(bar: 2, offset: 8, size: 1, value: 0xFE)
    XCTAssertNotNil(second.departure)
  }

  func testWhatIsNoRecordingIsRefused() {
    for (text, error) in [
      ("", RecordingError.notARecording), ("hello", .notARecording),
      ("transom-recording 2\n", .version(2)),
      ("transom-recording 1\nl 0 0 0 4 1\n", .line(2)),
      ("transom-recording 1\ndevice a 1 1 1 0 0 0\nl 0 0 zz 4 1\n", .line(3)),
      ("transom-recording 1\ndevice a 1 1 1 0 0 0\nl 0 0 0 4 1 x0\n", .line(3)),
    ] {
      XCTAssertThrowsError(try Recording(text: text), text) {
        XCTAssertEqual($0 as? RecordingError, error)
      }
    }
  }
}
