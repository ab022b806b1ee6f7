import CTransomDxe
import CUEFI
import Shim

/// EFI_LOADED_IMAGE_PROTOCOL.Unload. Access Denied while x64 images remain that cannot be
/// unloaded: somebody may still call them.
func unloadDriver() -> EFI_STATUS {
  guard let driver = Driver.current else { return EFI_NOT_READY }
  guard driver.shim.depth == 0 else {
    driver.console.print(Line("Transom: cannot be unloaded from x64 code"))
    return EFI_ACCESS_DENIED
  }
  guard driver.unloadGuests() else { return EFI_ACCESS_DENIED }
  driver.detachConsoles()
  driver.stop()
  Identity.uninstall(driver.firmware)
  if let event = driver.exitEvent { _ = driver.firmware.boot.pointee.CloseEvent(event) }
  Driver.current = nil
  return EFI_SUCCESS
}

extension Driver {
  /// Unloads every x64 image, the latest first. False if one stays.
  func unloadGuests() -> Bool {
    let boot = firmware.boot
    var index = romDrivers.count
    while index > 0 {
      index -= 1
      _ = boot.pointee.UnloadImage(romDrivers[index])
    }
    romDrivers = []
    while let image = shim.image(index: 0) {
      let handle = host.imageHandle(at: image.base)
      let status = handle.map { boot.pointee.UnloadImage($0) } ?? EFI_NOT_FOUND
      // The firmware tells us of each image that goes.
      if let left = shim.image(index: 0), left == image {
        var line = Line("Transom: ")
        host.imageName(at: image.base, &line)
        line.add(" does not unload: ")
        line.add(status: status)
        console.print(line)
        return false
      }
    }
    return true
  }
}
