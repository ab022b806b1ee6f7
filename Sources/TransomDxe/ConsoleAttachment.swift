import CUEFI

// A display that appears late joins the consoles at once. The firmware's console splitter takes
// every handle with text output that carries EDK2's ConsoleOutDevice GUID; normally the platform
// puts it there for the displays named in the variable ConOut.

extension Driver {
  /// Displays that are there now, to be compared with later.
  func displays() -> [EFI_HANDLE] {
    var found: [EFI_HANDLE] = []
    firmware.forEachHandle(with: GUIDs.graphicsOutput) { found.append($0) }
    return found
  }

  /// Makes consoles of the displays that are new since `before`.
  func attachConsoles(since before: [EFI_HANDLE]) {
    for handle in displays() where !before.contains(handle) {
      protected { self.attachConsole(handle) }
    }
  }

  private func attachConsole(_ handle: EFI_HANDLE) {
    // The consoles' own handle also carries a graphics output, but has no path.
    guard firmware.has(GUIDs.devicePath, on: handle) else { return }
    let boot = firmware.boot
    // Text output comes from the firmware's graphics console driver.
    _ = boot.pointee.ConnectController(handle, nil, nil, 1)
    guard firmware.has(GUIDs.simpleTextOutput, on: handle) else {
      console.print(
        Line("Transom: a display appeared, but the firmware has no text console for it"))
      return
    }
    guard !firmware.has(GUIDs.consoleOutDevice, on: handle) else { return }
    guard firmware.install(GUIDs.consoleOutDevice, nil, on: handle) == EFI_SUCCESS else { return }
    consoles.append(handle)
    let status = boot.pointee.ConnectController(handle, nil, nil, 1)
    guard options.isVerbose else { return }
    var line = Line("Transom: a display joined the consoles: ")
    line.add(status: status)
    console.print(line)
  }

  /// Takes back what was put on handles that still exist.
  func detachConsoles() {
    for handle in consoles where firmware.has(GUIDs.consoleOutDevice, on: handle) {
      firmware.uninstall(GUIDs.consoleOutDevice, nil, from: handle)
    }
    consoles = []
  }
}
