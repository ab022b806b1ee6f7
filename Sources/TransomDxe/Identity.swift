import CUEFI

// What the firmware's tools show of the driver: its name, and a version.

/// UEFI 2.10, 11.5, and a driver binding that binds nothing: the Shell's `drivers` lists handles
/// that have one, with its version.
enum Identity {
  /// Major version in the upper half.
  static let version: UInt32 = 0x0001_0000

  nonisolated(unsafe) static var binding = EFI_DRIVER_BINDING_PROTOCOL(
    Supported: { _, _, _ in EFI_UNSUPPORTED },
    Start: { _, _, _ in EFI_UNSUPPORTED },
    Stop: { _, _, _, _ in EFI_UNSUPPORTED },
    Version: version, ImageHandle: nil, DriverBindingHandle: nil)

  nonisolated(unsafe) static var componentName = EFI_COMPONENT_NAME2_PROTOCOL(
    GetDriverName: { _, language, name in
      guard let language, let name else { return EFI_INVALID_PARAMETER }
      guard isEnglish(language) else { return EFI_UNSUPPORTED }
      name.pointee = driverName
      return EFI_SUCCESS
    },
    GetControllerName: { _, _, _, _, _ in EFI_UNSUPPORTED },
    SupportedLanguages: languages)

  /// RFC 4646 `en`, alone or with a region.
  private static func isEnglish(_ language: UnsafeMutablePointer<CChar>) -> Bool {
    language[0] == 0x65 && language[1] == 0x6e && (language[2] == 0 || language[2] == 0x2d)
  }

  nonisolated(unsafe) private static let languages: UnsafeMutablePointer<CChar> = {
    let text = UnsafeMutablePointer<CChar>.allocate(capacity: 3)
    text[0] = 0x65
    text[1] = 0x6e
    text[2] = 0
    return text
  }()

  nonisolated(unsafe) private static let driverName: UnsafeMutablePointer<UInt16> = {
    let text: StaticString = "Transom x86-64 driver translator"
    let name = UnsafeMutablePointer<UInt16>.allocate(capacity: text.utf8CodeUnitCount + 1)
    for index in 0..<text.utf8CodeUnitCount { name[index] = UInt16(text.utf8Start[index]) }
    name[text.utf8CodeUnitCount] = 0
    return name
  }()

  static func install(_ firmware: Firmware) {
    binding.ImageHandle = firmware.image
    binding.DriverBindingHandle = firmware.image
    _ = firmware.install(GUIDs.driverBinding, &binding, on: firmware.image)
    _ = firmware.install(GUIDs.componentName2, &componentName, on: firmware.image)
  }

  static func uninstall(_ firmware: Firmware) {
    firmware.uninstall(GUIDs.componentName2, &componentName, from: firmware.image)
    firmware.uninstall(GUIDs.driverBinding, &binding, from: firmware.image)
  }
}
