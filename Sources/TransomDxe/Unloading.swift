import CTransomDxe
import CUEFI
import Shim
import Translator

/// EFI_LOADED_IMAGE_PROTOCOL.Unload. Access Denied while x64 images remain that cannot be
/// unloaded: somebody may still call them.
func unloadDriver() -> EFI_STATUS {
  guard let driver = Driver.current else { return EFI_NOT_READY }
  let status = driver.takeDown()
  guard status == EFI_SUCCESS else { return status }
  let remains = (driver.codePages, driver.firmware, driver.host.protection)
  drop()
  remains.0?.free(remains.1, remains.2)
  return EFI_SUCCESS
}

/// The last reference but the caller's goes here; the caller's is used no more.
private func drop() { Driver.current = nil }

extension Driver {
  /// Everything but the driver's own memory. Access Denied changes nothing but the images that did
  /// unload.
  fileprivate func takeDown() -> EFI_STATUS {
    guard shim.depth == 0 else {
      console.print(Line("Transom: cannot be unloaded from x64 code"))
      return EFI_ACCESS_DENIED
    }
    detachConsoles()
    guard unloadGuests() else { return EFI_ACCESS_DENIED }
    guard stop() else { return EFI_OUT_OF_RESOURCES }
    Identity.uninstall(firmware)
    if let event = exitEvent { _ = firmware.boot.pointee.CloseEvent(event) }
    if let event = bootEvent { _ = firmware.boot.pointee.CloseEvent(event) }
    if let event = guestEvent { _ = firmware.boot.pointee.CloseEvent(event) }
    return EFI_SUCCESS
  }
}

extension Driver {
  /// ExitBootServices: from here on nothing of the driver's calls the firmware or is called by it.
  /// Memory allows again what it allowed before, page zero is back, and the firmware handles its
  /// exceptions itself. The memory itself is boot-services memory and the operating system's.
  func leaveBootServices() {
    console.close()
    transomCloseHeap()
    host.state.pointee.isProtecting = false
    shim.engine.forget(0, count: ~0)
    _ = host.state.pointee.lowPage.remove()
    // The caller of ExitBootServices may be guest code itself; it goes on, but nobody calls it.
    if shim.depth == 0 {
      while let image = shim.image(index: 0) {
        do throws(RegistrationError) { try shim.unregister(base: image.base) } catch { break }
      }
    }
    transomRemoveExceptionHandler()
  }

  /// Unloads every x64 image, the latest first. False if one stays.
  func unloadGuests() -> Bool {
    var index = romDrivers.count
    while index > 0 {
      index -= 1
      _ = unload(romDrivers[index])
    }
    romDrivers = []
    while let image = shim.image(index: 0) {
      let handle = host.imageHandle(at: image.base)
      let status = handle.map { unload($0) } ?? EFI_NOT_FOUND
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

  /// Many drivers have no Unload. Those that follow the driver model can be parted from their
  /// controllers from outside, and hold nothing then but the protocols on their own handle.
  private func unload(_ handle: EFI_HANDLE) -> EFI_STATUS {
    let boot = firmware.boot
    guard
      let image = firmware.interface(
        on: handle, GUIDs.loadedImage, as: EFI_LOADED_IMAGE_PROTOCOL.self)
    else { return EFI_NOT_FOUND }
    if image.pointee.Unload == nil, retire(handle, image) {
      image.pointee.Unload = { _ in EFI_SUCCESS }
    }
    return boot.pointee.UnloadImage(handle)
  }

  /// Stops a driver's bindings everywhere and takes back the interfaces that lie in its image.
  /// False if it has no binding, or something in the image is still in use.
  private func retire(
    _ handle: EFI_HANDLE, _ image: UnsafeMutablePointer<EFI_LOADED_IMAGE_PROTOCOL>
  ) -> Bool {
    var bindings: [EFI_HANDLE] = []
    firmware.forEachHandle(with: GUIDs.driverBinding) { candidate in
      let binding = firmware.interface(
        on: candidate, GUIDs.driverBinding, as: EFI_DRIVER_BINDING_PROTOCOL.self)
      if binding?.pointee.ImageHandle == handle { bindings.append(candidate) }
    }
    guard !bindings.isEmpty else { return false }
    for binding in bindings {
      firmware.forEachHandle(with: GUIDs.pciIo) {
        _ = firmware.boot.pointee.DisconnectController($0, binding, nil)
      }
    }
    let start = address(of: image.pointee.ImageBase)
    var isClean = true
    firmware.forEachInterface { handle, guid, interface in
      guard address(of: interface) &- start < image.pointee.ImageSize else { return }
      if firmware.uninstall(guid, interface, from: handle) != EFI_SUCCESS { isClean = false }
    }
    return isClean
  }
}
