/// QemuVideoDxe's conversation with its firmware, as x64 OVMF-class firmware hears it: captured
/// once from a real run and written down in the form of `CallDecoder.conversation`. The writes to
/// the palette, 0x408 and 0x409, are one line.
enum QemuVideoConversation {
  static let entryPoint = """
    LocateProtocol DevicePathUtilities
    LocateProtocol Pcd
    Pcd.Get16 0x13
    InstallMultipleProtocolInterfaces [DriverBinding ComponentName ComponentName2]
    """

  static let supported = """
    OpenProtocol PciIo BY_DRIVER
    PciIo.Pci.Read u32 0x0 16
    CloseProtocol
    """

  static let start = """
    RaiseTPL
    AllocatePool
    OpenProtocol PciIo BY_DRIVER
    PciIo.Pci.Read u32 0x0 16
    PciIo.Attributes Get 0x0
    PciIo.Attributes Supported 0x0
    PciIo.Attributes Enable 0x718
    PciIo.GetBarAttributes 2
    FreePool
    PciIo.Mem.Read u16 2 0x500 1 [0xb0c5]
    HandleProtocol DevicePath
    DevicePathUtilities.AppendDeviceNode
    InstallMultipleProtocolInterfaces [DevicePath]
    PciIo.Mem.Read u16 2 0x514 1 [0x100]
    AllocatePool
    PciIo.Mem.Read u8 2 0x0 128 [0x0 0xff 0xff 0xff …]
    Pcd.Get8 0x3a
    Pcd.Set32 0x2d 0x500
    Pcd.Set32 0x2e 0x320
    Pcd.Set8 0x3a 0x2
    AllocatePool
    AllocatePool
    """ + "\n" + setMode(width: "0x500", height: "0x320") + "\n" + """
      AllocatePool
      InstallMultipleProtocolInterfaces [GraphicsOutput]
      OpenProtocol PciIo BY_CHILD_CONTROLLER
      AllocatePages Address 1
      Pcd.Get16 0x13
      FreePages 1
      RestoreTPL
      """

  static let setMode800x600 = setMode(width: "0x320", height: "0x258")

  static let blt = """
    RaiseTPL
    RestoreTPL
    """

  private static func setMode(width: String, height: String) -> String {
    """
    PciIo.Mem.Write u8 2 0x402 1 [0x1]
    PciIo.Mem.Read u8 2 0x41a 1 [0xff]
    PciIo.Mem.Write u8 2 0x400 1 [0x20]
    PciIo.Mem.Write u16 2 0x508 1 [0x0]
    PciIo.Mem.Write u16 2 0x50a 1 [0x0]
    PciIo.Mem.Write u16 2 0x510 1 [0x0]
    PciIo.Mem.Write u16 2 0x512 1 [0x0]
    PciIo.Mem.Write u16 2 0x506 1 [0x20]
    PciIo.Mem.Write u16 2 0x502 1 [\(width)]
    PciIo.Mem.Write u16 2 0x50c 1 [\(width)]
    PciIo.Mem.Write u16 2 0x504 1 [\(height)]
    PciIo.Mem.Write u16 2 0x50e 1 [\(height)]
    PciIo.Mem.Write u16 2 0x508 1 [0x41]
    palette
    PciIo.Mem.Write fill-u32 0 0x0 1048576 [0x0]
    PciIo.GetBarAttributes 0
    FreePool
    """
  }

  /// The display's modes in the driver's order, from the same capture.
  static let modes = [
    "1280x800", "640x480", "800x480", "800x600", "832x624", "960x640", "1024x600", "1024x768",
    "1152x864", "1152x870", "1280x720", "1280x760", "1280x768", "1280x960", "1280x1024",
    "1360x768", "1366x768", "1400x1050", "1440x900", "1600x900", "1600x1200", "1680x1050",
    "1920x1080", "1920x1200", "1920x1440", "2000x2000", "2048x1536", "2048x2048", "2560x1440",
    "2560x1600",
  ]

  /// A recorded conversation as the lines above are: remarks out, palette writes as one.
  static func normalised(_ lines: some Sequence<String>) -> String {
    var result: [String] = []
    for line in lines where !line.hasPrefix("## ") {
      let isPalette =
        line.hasPrefix("PciIo.Mem.Write u8 2 0x408 ")
        || line.hasPrefix("PciIo.Mem.Write u8 2 0x409 ")
      if isPalette, result.last == "palette" { continue }
      result.append(isPalette ? "palette" : line)
    }
    return result.joined(separator: "\n")
  }
}
