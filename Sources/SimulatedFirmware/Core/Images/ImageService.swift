import CSimulatedFirmware
import CUEFI

/// What happened to an image, for reports.
public struct ImageEvent: Sendable {
  public enum Kind: Sendable { case loaded, started, returned, unloading }
  public var kind: Kind
  public var handle: UInt64
  public var name: String
  /// Address and size in bytes; zero for an image of host code.
  public var base: UInt64
  public var size: UInt64
  /// Set for `returned`.
  public var status: EFI_STATUS
}

/// Images (UEFI 2.10, 7.4): loaded, started, left by Exit, unloaded.
public final class ImageService {
  final class Image {
    let handle: UInt64
    var placed: PlacedImage?
    let information: UnsafeMutablePointer<EFI_LOADED_IMAGE_PROTOCOL>
    var entry: UInt64
    var name: String
    var emulator: UInt64 = 0
    var started = false
    /// The call StartImage waits in, while the entry point runs.
    var call: UnsafeMutablePointer<FirmwareCall>?
    var exitData: UInt64 = 0
    var exitDataSize: UInt64 = 0
    /// Pool blocks that go with the image.
    var pool: [UInt64] = []

    init(
      handle: UInt64, information: UnsafeMutablePointer<EFI_LOADED_IMAGE_PROTOCOL>,
      entry: UInt64, name: String
    ) {
      self.handle = handle
      self.information = information
      self.entry = entry
      self.name = name
    }
  }

  unowned(unsafe) let firmware: Firmware
  var images: [UInt64: Image] = [:]
  /// The image whose entry point runs, innermost; 0 for none.
  var current: UInt64 = 0
  /// The image that guest code called by the firmware belongs to, for reports.
  var running: UInt64 = 0
  private var ordinal = 0

  init(firmware: Firmware) { self.firmware = firmware }

  func drop() { images = [:] }

  /// Attributes what follows to an image; returns whom it was attributed to before.
  func enter(_ handle: EFI_HANDLE?) -> UInt64 {
    let before = running
    running = UInt64(handle)
    return before
  }

  /// Name of the image running now.
  public var currentName: String { images[running]?.name ?? "firmware" }

  /// Name of an image by its handle.
  public func name(of handle: EFI_HANDLE?) -> String? { images[UInt64(handle)]?.name }

  /// Gives an image the name reports use.
  public func setName(_ name: String, of handle: EFI_HANDLE?) {
    images[UInt64(handle)]?.name = name
  }

  /// The image an address lies in, and the offset in it.
  public func image(at address: UInt64) -> (name: String, handle: UInt64, offset: UInt64)? {
    for image in images.values {
      guard let placed = image.placed, address >= placed.base,
        address - placed.base < placed.size
      else { continue }
      return (image.name, image.handle, address - placed.base)
    }
    return nil
  }

  /// Handles of the images loaded, in the order they were.
  public var handles: [EFI_HANDLE] {
    firmware.protocols.handles.filter { images[UInt64($0)] != nil }
  }

  /// LoadImage (7.4.1). `source` nil: the image is read through the device path.
  public func load(
    parent: EFI_HANDLE?, path: UnsafeMutablePointer<EFI_DEVICE_PATH_PROTOCOL>?,
    source: UnsafeRawBufferPointer?, bootPolicy: Bool = false, name: String? = nil
  ) throws(FirmwareError) -> EFI_HANDLE {
    guard images[UInt64(parent)] != nil else { throw .invalidParameter }
    guard let source else {
      guard let path else { throw .notFound }
      let (buffer, size) = try read(path, bootPolicy: bootPolicy)
      let bytes = UnsafeRawBufferPointer(
        start: UnsafeRawPointer(bitPattern: UInt(buffer)), count: Int(size))
      let result: Result<EFI_HANDLE, FirmwareError>
      do throws(FirmwareError) {
        result = .success(try load(parent: parent, path: path, source: bytes, name: name))
      } catch {
        result = .failure(error)
      }
      try firmware.pool.release(buffer)
      return try result.get()
    }
    guard source.count > 0 else { throw .loadError }
    let parsed = try ParsedImage(source, ledger: firmware.ledger)
    let emulator = findEmulator(parsed, path: path)
    guard emulator != 0 else {
      firmware.ledger.noteUnsupported(
        "LoadImage of machine 0x\(String(parsed.machine, radix: 16))", by: firmware.asker)
      throw .unsupported
    }
    let placed = try parsed.place(in: firmware)
    ordinal += 1
    let image = try register(
      entry: placed.entry, name: name ?? placed.debugName ?? "image \(ordinal)", parent: parent,
      path: path, placed: placed)
    image.emulator = emulator
    report(.loaded, image)
    return EFI_HANDLE(image.handle)!
  }

  /// An image of host code: an internal driver of the firmware, or a test's.
  public func installNative(
    _ name: String, entry: @escaping EFI_IMAGE_ENTRY_POINT, parent: EFI_HANDLE? = nil
  ) throws(FirmwareError) -> EFI_HANDLE {
    let published = firmware.publish(name, entry)
    let image = try register(
      entry: unsafeBitCast(published, to: UInt64.self), name: name, parent: parent, path: nil,
      placed: nil)
    return EFI_HANDLE(image.handle)!
  }

  private func register(
    entry: UInt64, name: String, parent: EFI_HANDLE?,
    path: UnsafeMutablePointer<EFI_DEVICE_PATH_PROTOCOL>?, placed: PlacedImage?
  ) throws(FirmwareError) -> Image {
    let information = try firmware.allocate(EFI_LOADED_IMAGE_PROTOCOL.self)
    information.pointee.Revision = EFI_LOADED_IMAGE_PROTOCOL_REVISION
    information.pointee.ParentHandle = parent
    information.pointee.SystemTable = UnsafeMutableRawPointer(firmware.systemTable)
    information.pointee.ImageCodeType = placed?.codeType ?? EfiBootServicesCode
    information.pointee.ImageDataType = placed?.dataType ?? EfiBootServicesData
    information.pointee.ImageBase = UnsafeMutableRawPointer(placed?.base ?? 0)
    information.pointee.ImageSize = placed?.size ?? 0
    var pool = [UInt64(UnsafeMutableRawPointer(information))]
    var whole: UnsafeMutableRawPointer?
    if let path, let walked = DevicePathBytes(path) {
      let size = walked.prefixSize + 4
      let bytes = UnsafeRawBufferPointer(start: walked.base, count: size)
      let copy = try firmware.allocateCopy(of: bytes)
      whole = copy
      pool.append(UInt64(copy))
      // The device is the longest known part of the path; the file is the rest.
      let typed = copy.assumingMemoryBound(to: EFI_DEVICE_PATH_PROTOCOL.self)
      var file = typed
      if let found = try? firmware.protocols.locateDevicePath(.devicePath, path: typed) {
        information.pointee.DeviceHandle = found.handle
        file = found.rest
      }
      information.pointee.FilePath = file
    }
    let handle = try firmware.protocols.install(.loadedImage, information)
    try firmware.protocols.install(.loadedImageDevicePath, whole, on: handle)
    let image = Image(
      handle: UInt64(handle), information: information, entry: entry, name: name)
    image.placed = placed
    image.pool = pool
    images[image.handle] = image
    return image
  }

  /// The emulator that takes this machine and image, by the protocol's address; 0 for none.
  private func findEmulator(
    _ parsed: ParsedImage, path: UnsafeMutablePointer<EFI_DEVICE_PATH_PROTOCOL>?
  ) -> UInt64 {
    for handle in firmware.protocols.handles(with: .imageEmulator) {
      guard let address = firmware.protocols.interface(.imageEmulator, on: handle) else {
        continue
      }
      let emulator = address.assumingMemoryBound(to: EDKII_PECOFF_IMAGE_EMULATOR_PROTOCOL.self)
      guard emulator.pointee.MachineType == parsed.machine,
        let isSupported = emulator.pointee.IsImageSupported,
        isSupported(emulator, parsed.subsystem, path) != 0
      else { continue }
      return UInt64(address)
    }
    return 0
  }

  func report(_ kind: ImageEvent.Kind, _ image: Image, status: EFI_STATUS = EFI_SUCCESS) {
    firmware.hooks.image?(
      ImageEvent(
        kind: kind, handle: image.handle, name: image.name, base: image.placed?.base ?? 0,
        size: image.placed?.size ?? 0, status: status))
  }
}
