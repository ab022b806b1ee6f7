/// Takes down what the devices of a run answer.
public final class DeviceRecorder {
  public private(set) var recording: Recording

  public init(head: Recording.Head) { recording = Recording(head: head) }

  /// The device to put on the bus instead of `model`: it answers like it and is taken down.
  public func wrap(_ model: any PCIDevice, name: String) -> any PCIDevice {
    let number = recording.devices.count
    recording.devices.append(
      Recording.Device(name: name, identity: model.identity, bars: model.bars))
    if let display = model as? any DisplayDevice {
      return RecordedDisplay(display, number: number, recorder: self)
    }
    return RecordedDevice(model, number: number, recorder: self)
  }

  fileprivate func append(_ access: Recording.Access) { recording.append(access) }
}

private class RecordedDevice: PCIDevice {
  private let model: any PCIDevice
  private let number: Int
  private unowned let recorder: DeviceRecorder

  init(_ model: any PCIDevice, number: Int, recorder: DeviceRecorder) {
    self.model = model
    self.number = number
    self.recorder = recorder
  }

  var identity: PCIIdentity { model.identity }
  var bars: [PCIBar?] { model.bars }
  var rom: [UInt8] { model.rom }

  private func note(
    _ kind: Recording.Kind, _ bar: Int, _ offset: UInt64, _ size: Int, _ value: UInt64?,
    isTaken: Bool = false
  ) {
    recorder.append(
      Recording.Access(
        kind: kind, device: number, bar: bar, offset: offset, size: size, value: value,
        isTaken: isTaken))
  }

  func load(bar: Int, offset: UInt64, size: Int) -> UInt64 {
    let value = model.load(bar: bar, offset: offset, size: size)
    note(.load, bar, offset, size, value)
    return value
  }

  func store(bar: Int, offset: UInt64, size: Int, value: UInt64) {
    note(.store, bar, offset, size, value)
    model.store(bar: bar, offset: offset, size: size, value: value)
  }

  func loadConfiguration(offset: Int, size: Int) -> UInt32? {
    let value = model.loadConfiguration(offset: offset, size: size)
    note(.configurationLoad, 0, UInt64(offset), size, value.map(UInt64.init))
    return value
  }

  func storeConfiguration(offset: Int, size: Int, value: UInt32) -> Bool {
    let isTaken = model.storeConfiguration(offset: offset, size: size, value: value)
    note(.configurationStore, 0, UInt64(offset), size, UInt64(value), isTaken: isTaken)
    return isTaken
  }

  func attach(bar: Int, memory: UnsafeMutableRawBufferPointer) {
    model.attach(bar: bar, memory: memory)
  }

  func reset() { model.reset() }
}

private final class RecordedDisplay: RecordedDevice, DisplayDevice {
  private let display: any DisplayDevice

  init(_ display: any DisplayDevice, number: Int, recorder: DeviceRecorder) {
    self.display = display
    super.init(display, number: number, recorder: recorder)
  }

  var screen: Screen? { display.screen }
  var framebufferBar: Int { display.framebufferBar }
  var framebuffer: UnsafeMutableRawBufferPointer? { display.framebuffer }
}
