/// Answers from a recording, as long as the run asks what the recorded one asked.
public final class DeviceReplay {
  private let recording: Recording
  private var position = 0
  private var used: UInt64 = 0
  /// Set once the run has left the recording: what was recorded next and what was asked instead.
  public private(set) var departure: String?
  /// Told once of the departure.
  public var departed: (String) -> Void = { _ in }

  public init(_ recording: Recording) { self.recording = recording }

  /// Accesses of the recording that nobody has asked for yet.
  public var remaining: UInt64 {
    recording.accesses[min(position, recording.accesses.count)...].reduce(0) { $0 + $1.count }
      - used
  }

  /// The devices, the driver's ROM on the first.
  public func devices(rom: [UInt8]) -> [(name: String, model: any PCIDevice)] {
    recording.devices.enumerated().map { number, device in
      (
        device.name,
        ReplayDevice(device, number: number, rom: number == 0 ? rom : [], replay: self)
      )
    }
  }

  /// The recorded access that fits, moving on; nil once the run has left the recording.
  fileprivate func take(_ asked: Recording.Access) -> Recording.Access? {
    guard departure == nil else { return nil }
    guard position < recording.accesses.count else {
      leave("the recording ends, the driver makes a \(asked)")
      return nil
    }
    let next = recording.accesses[position]
    let isStore = asked.kind == .store || asked.kind == .configurationStore
    guard next.kind == asked.kind, next.device == asked.device, next.bar == asked.bar,
      next.offset == asked.offset, next.size == asked.size, !isStore || next.value == asked.value
    else {
      leave("the recording has a \(next), the driver makes a \(asked)")
      return nil
    }
    used += 1
    if used == next.count {
      position += 1
      used = 0
    }
    return next
  }

  private func leave(_ text: String) {
    departure = text
    departed(text)
  }
}

private final class ReplayDevice: PCIDevice {
  private let device: Recording.Device
  private let number: Int
  private unowned let replay: DeviceReplay
  let rom: [UInt8]

  init(_ device: Recording.Device, number: Int, rom: [UInt8], replay: DeviceReplay) {
    self.device = device
    self.number = number
    self.replay = replay
    self.rom = rom
  }

  var identity: PCIIdentity { device.identity }
  var bars: [PCIBar?] { device.bars }

  private func take(
    _ kind: Recording.Kind, _ bar: Int, _ offset: UInt64, _ size: Int, _ value: UInt64? = nil
  ) -> Recording.Access? {
    replay.take(
      Recording.Access(
        kind: kind, device: number, bar: bar, offset: offset, size: size, value: value))
  }

  func load(bar: Int, offset: UInt64, size: Int) -> UInt64 {
    take(.load, bar, offset, size)?.value ?? .max
  }

  func store(bar: Int, offset: UInt64, size: Int, value: UInt64) {
    _ = take(.store, bar, offset, size, value)
  }

  func loadConfiguration(offset: Int, size: Int) -> UInt32? {
    take(.configurationLoad, 0, UInt64(offset), size)?.value.map {
      UInt32(truncatingIfNeeded: $0)
    }
  }

  func storeConfiguration(offset: Int, size: Int, value: UInt32) -> Bool {
    take(.configurationStore, 0, UInt64(offset), size, UInt64(value))?.isTaken ?? false
  }
}
