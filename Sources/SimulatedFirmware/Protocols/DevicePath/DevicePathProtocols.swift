import CUEFI

/// EFI_DEVICE_PATH_UTILITIES, TO_TEXT and FROM_TEXT (UEFI 2.10, 10.5 and 10.6).
///
/// What they return lies in the pool and is the caller's to free. A path that cannot be read counts
/// as no path: the functions have no status to say so.
enum DevicePathProtocols {
  typealias Node = EFI_DEVICE_PATH_PROTOCOL

  static func install(on firmware: Firmware) throws(FirmwareError) {
    let utilities = try firmware.allocate(EFI_DEVICE_PATH_UTILITIES_PROTOCOL.self)
    let prefix = "DevicePathUtilities."
    utilities.pointee = EFI_DEVICE_PATH_UTILITIES_PROTOCOL(
      GetDevicePathSize: firmware.publish(prefix + "GetDevicePathSize") { path in
        DevicePathProtocols.read(path).map { UInt64($0.size) } ?? 0
      },
      DuplicateDevicePath: firmware.publish(prefix + "DuplicateDevicePath") { path in
        DevicePathProtocols.give(DevicePathProtocols.read(path)?.bytes)
      },
      AppendDevicePath: firmware.publish(prefix + "AppendDevicePath") { first, second in
        DevicePathProtocols.append(first, second)
      },
      AppendDeviceNode: firmware.publish(prefix + "AppendDeviceNode") { path, node in
        DevicePathProtocols.append(path, node: node)
      },
      AppendDevicePathInstance: firmware.publish(prefix + "AppendDevicePathInstance") {
        path, instance in DevicePathProtocols.append(path, instance: instance)
      },
      GetNextDevicePathInstance: firmware.publish(prefix + "GetNextDevicePathInstance") {
        cursor, size in DevicePathProtocols.nextInstance(cursor, size)
      },
      IsDevicePathMultiInstance: firmware.publish(prefix + "IsDevicePathMultiInstance") {
        path in
        DevicePathProtocols.read(path)?.isMultiInstance == true ? 1 : 0
      },
      CreateDeviceNode: firmware.publish(prefix + "CreateDeviceNode", createNode))
    try firmware.install(EFI_GUID.devicePathUtilities, utilities)

    let toText = try firmware.allocate(EFI_DEVICE_PATH_TO_TEXT_PROTOCOL.self)
    toText.pointee.ConvertDeviceNodeToText = firmware.publish(
      "DevicePathToText.ConvertDeviceNodeToText", nodeToText)
    toText.pointee.ConvertDevicePathToText = firmware.publish(
      "DevicePathToText.ConvertDevicePathToText", pathToText)
    try firmware.install(EFI_GUID.devicePathToText, toText)

    let fromText = try firmware.allocate(EFI_DEVICE_PATH_FROM_TEXT_PROTOCOL.self)
    fromText.pointee.ConvertTextToDeviceNode = firmware.publish(
      "DevicePathFromText.ConvertTextToDeviceNode"
    ) { text in
      guard let text = GuestText.string(text) else { return nil }
      return DevicePathProtocols.give((try? DevicePathNode(text: text))?.bytes)
    }
    fromText.pointee.ConvertTextToDevicePath = firmware.publish(
      "DevicePathFromText.ConvertTextToDevicePath"
    ) { text in
      guard let text = GuestText.string(text) else { return nil }
      return DevicePathProtocols.give((try? DevicePath(text: text))?.bytes)
    }
    try firmware.install(EFI_GUID.devicePathFromText, fromText)
  }

  static func read(_ path: UnsafePointer<Node>?) -> DevicePath? {
    path.flatMap { try? DevicePath(at: UnsafeRawPointer($0)) }
  }

  /// Copies bytes into the pool; nil for none, and where the pool is exhausted.
  static func give(_ bytes: [UInt8]?) -> UnsafeMutablePointer<Node>? {
    guard let bytes, let copy = GuestText.pool(bytes) else { return nil }
    return copy.assumingMemoryBound(to: Node.self)
  }

  private static func append(
    _ first: UnsafePointer<Node>?, _ second: UnsafePointer<Node>?
  ) -> UnsafeMutablePointer<Node>? {
    // A missing path is an empty one: two of them still yield an end node.
    let head = first == nil ? DevicePath() : read(first)
    let tail = second == nil ? DevicePath() : read(second)
    guard let head, let tail else { return nil }
    return give(head.appending(tail).bytes)
  }

  private static func append(
    _ path: UnsafePointer<Node>?, node: UnsafePointer<Node>?
  ) -> UnsafeMutablePointer<Node>? {
    guard let head = path == nil ? DevicePath() : read(path) else { return nil }
    guard let node else { return give(head.bytes) }
    guard let copy = try? DevicePath.node(at: UnsafeRawPointer(node)) else { return nil }
    return give(copy.isEnd ? head.bytes : head.appending(copy).bytes)
  }

  private static func append(
    _ path: UnsafePointer<Node>?, instance: UnsafePointer<Node>?
  ) -> UnsafeMutablePointer<Node>? {
    guard let tail = read(instance) else { return nil }
    guard path != nil else { return give(tail.bytes) }
    guard let head = read(path) else { return nil }
    return give(DevicePath(head.nodes + [.endOfInstance] + tail.nodes).bytes)
  }

  private static func nextInstance(
    _ cursor: UnsafeMutablePointer<UnsafeMutablePointer<Node>?>?,
    _ size: UnsafeMutablePointer<UInt64>?
  ) -> UnsafeMutablePointer<Node>? {
    guard let cursor, let start = cursor.pointee,
      let part = try? DevicePath.nodes(at: UnsafeRawPointer(start), stopAtInstance: true)
    else {
      size?.pointee = 0
      return nil
    }
    let instance = DevicePath(part.nodes)
    guard let copy = give(instance.bytes) else { return nil }
    size?.pointee = UInt64(instance.size)
    let rest = UnsafeMutableRawPointer(start) + part.size
    cursor.pointee = part.endsPath ? nil : rest.assumingMemoryBound(to: Node.self)
    return copy
  }

  private static var createNode:
    @convention(c) (UInt8, UInt8, UInt16) -> UnsafeMutablePointer<Node>?
  {
    let wide: @convention(c) (UInt64, UInt64, UInt64) -> UnsafeMutablePointer<Node>? = {
      type, subType, length in
      let length = UInt16(truncatingIfNeeded: length)
      guard length >= 4 else { return nil }
      let node = DevicePathNode(
        type: UInt8(truncatingIfNeeded: type), subType: UInt8(truncatingIfNeeded: subType),
        payload: Array(repeating: 0, count: Int(length) - 4))
      return DevicePathProtocols.give(node.bytes)
    }
    return Narrow.asNarrow(wide)
  }

  private typealias ToText =
    @convention(c) (UnsafePointer<Node>?, UInt8, UInt8) -> UnsafeMutablePointer<UInt16>?

  private static var nodeToText: ToText {
    let wide:
      @convention(c) (UnsafePointer<Node>?, UInt64, UInt64) -> UnsafeMutablePointer<UInt16>? = {
        node, displayOnly, _ in
        guard let node, let copy = try? DevicePath.node(at: UnsafeRawPointer(node)) else {
          return nil
        }
        return GuestText.pool(text: copy.text(displayOnly: displayOnly & 0xff != 0))
      }
    return Narrow.asNarrow(wide)
  }

  private static var pathToText: ToText {
    let wide:
      @convention(c) (UnsafePointer<Node>?, UInt64, UInt64) -> UnsafeMutablePointer<UInt16>? = {
        path, displayOnly, _ in
        guard let copy = DevicePathProtocols.read(path) else { return nil }
        return GuestText.pool(text: copy.text(displayOnly: displayOnly & 0xff != 0))
      }
    return Narrow.asNarrow(wide)
  }
}

/// Functions whose specified parameters are narrower than a register.
///
/// The host's convention lets a callee assume that a narrow argument was extended; the guest's does
/// not promise it. Such functions are therefore written with whole registers and shown under their
/// specified type.
enum Narrow {
  static func asNarrow<Wide, Specified>(_ function: Wide) -> Specified {
    unsafeBitCast(function, to: Specified.self)
  }
}
