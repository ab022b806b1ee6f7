import CUEFI
import OptionROM
import Shim

// A run that ended early, in words.

extension FirmwareHost {
  /// What had to wait until a guest function was left: its task priority, if it did not restore
  /// it, and a word about an access to low memory. `priority` is one more than the level's.
  func settleAfterGuest(target: UInt64, priority: UInt64) {
    releaseInterrupts()
    if priority != 0 {
      let now = firmware.boot.pointee.RaiseTPL(EFI_TPL(TPL_HIGH_LEVEL))
      let isRaised = now > priority - 1
      firmware.boot.pointee.RestoreTPL(isRaised ? priority - 1 : now)
      if isRaised {
        var line = Line("Transom: the x64 function at ")
        line.add(address: target)
        line.add(" left the task priority at ")
        line.add(decimal: now)
        line.add("; restored to ")
        line.add(decimal: priority - 1)
        console.print(line)
      }
    }
    if state.pointee.lowAccess.isPending {
      state.pointee.lowAccess.isPending = false
      let access = state.pointee.lowAccess
      var line = Line("Transom: ")
      add(access.location, &line)
      line.add(access.isWrite ? " writes " : " reads ")
      line.add(address: access.address)
      line.add(": kept from the machine's low memory; it sees zeros")
      console.print(line)
    }
    holdInterrupts()
  }

  /// What happened, where, the registers, and the last calls.
  func printReport(_ report: UnsafePointer<FaultReport>) {
    var line = Line("Transom: ")
    describe(report, &line)
    line.add(" at ")
    add(report.pointee.location, &line)
    console.print(line)

    if report.pointee.codeCount > 0 {
      line = Line("Transom:   code")
      for index in 0..<report.pointee.codeCount {
        line.add(" ")
        line.add(hex: UInt64(report.pointee.code[index]), digits: 2)
      }
      console.print(line)
    }
    for row in 0..<4 {
      line = Line("Transom:  ")
      for column in 0..<4 {
        let index = row * 4 + column
        line.add(" ")
        addRegister(index, &line)
        line.add("=")
        line.add(hex: report.pointee.registers[index], digits: 16)
      }
      console.print(line)
    }
    let chain = min(report.pointee.callChainCount, 8)
    if chain > 0 {
      line = Line("Transom:   called from")
      for index in 0..<chain {
        line.add(" ")
        add(report.pointee.callChain[index], &line)
      }
      console.print(line)
    }
    line = Line("Transom:   its caller gets Aborted; depth ")
    line.add(decimal: UInt64(report.pointee.depth))
    line.add(", instruction ")
    line.add(decimal: report.pointee.instructionCount)
    console.print(line)
  }

  private func describe(_ report: UnsafePointer<FaultReport>, _ line: inout Line) {
    switch report.pointee.kind {
    case .exception(let vector, let errorCode):
      describe(exception: vector, &line)
      if vector == 14 {
        line.add(
          errorCode & 0x10 != 0 ? " fetching " : errorCode & 2 != 0 ? " writing " : " reading ")
        line.add(address: report.pointee.accessAddress)
      }
    case .unsupportedInstruction:
      line.add("an instruction that is not supported")
    case .wildBranch:
      line.add("a branch to ")
      line.add(address: report.pointee.accessAddress)
      line.add(", where there is no code,")
    case .stackOverflow: line.add("guest stack overflow")
    case .nestingTooDeep: line.add("calls nested too deep")
    case .unbalancedReturn: line.add("a return with the wrong stack pointer")
    case .portAccess(let port):
      line.add("an access to port ")
      line.add(address: UInt64(port))
    case .outOfBudget: line.add("guest code ran too long without calling the firmware")
    case .stopped: line.add("a stop that was asked for")
    }
  }

  private func describe(exception vector: UInt8, _ line: inout Line) {
    switch vector {
    case 0: line.add("divide error (#DE)")
    case 1: line.add("debug exception (#DB)")
    case 3: line.add("breakpoint (#BP)")
    case 6: line.add("invalid opcode (#UD)")
    case 13: line.add("general protection fault (#GP)")
    case 14: line.add("page fault (#PF)")
    default:
      line.add("exception ")
      line.add(decimal: UInt64(vector))
    }
  }

  private func addRegister(_ index: Int, _ line: inout Line) {
    switch index {
    case 0: line.add("rax")
    case 1: line.add("rcx")
    case 2: line.add("rdx")
    case 3: line.add("rbx")
    case 4: line.add("rsp")
    case 5: line.add("rbp")
    case 6: line.add("rsi")
    case 7: line.add("rdi")
    case 8: line.add("r8 ")
    case 9: line.add("r9 ")
    default:
      line.add("r")
      line.add(decimal: UInt64(index))
    }
  }

  /// `NAME+0x1234`, or the address.
  private func add(_ location: CodeLocation, _ line: inout Line) {
    guard let offset = location.imageOffset else {
      line.add(address: location.address)
      return
    }
    imageName(at: location.imageBase, &line)
    line.add("+")
    line.add(address: offset)
  }

  /// The name in the image's debug directory, or its address.
  func imageName(at base: UInt64, _ line: inout Line) {
    if let image = imageHandle(at: base), nameFromPath(of: image, &line) { return }
    line.add("image ")
    line.add(address: base)
  }

  /// The handle of the loaded image that begins at an address.
  func imageHandle(at base: UInt64) -> EFI_HANDLE? {
    var found: EFI_HANDLE?
    firmware.forEachHandle(with: GUIDs.loadedImage) { handle in
      let image = firmware.interface(
        on: handle, GUIDs.loadedImage, as: EFI_LOADED_IMAGE_PROTOCOL.self)
      if address(of: image?.pointee.ImageBase) == base { found = handle }
    }
    return found
  }

  /// The file name in the image's path, or the PCI ROM it came from.
  private func nameFromPath(of handle: EFI_HANDLE, _ line: inout Line) -> Bool {
    guard
      let image = firmware.interface(
        on: handle, GUIDs.loadedImage, as: EFI_LOADED_IMAGE_PROTOCOL.self)
    else { return false }
    var name: UnsafePointer<UInt16>?
    var isFromROM = false
    DevicePath.forEachNode(image.pointee.FilePath) { node, length in
      if node.pointee.Type == 4, node.pointee.SubType == 4, length > 4 {
        // A path of its own: only the last component matters.
        let text = UnsafeRawPointer(node).advanced(by: 4).assumingMemoryBound(to: UInt16.self)
        var start = 0
        for index in 0..<(length - 4) / 2 where text[index] == 0x5c { start = index + 1 }
        name = text + start
      } else if node.pointee.Type == 4, node.pointee.SubType == 8 {
        isFromROM = true
      }
    }
    if let name {
      line.add(utf16: name)
      return true
    }
    guard isFromROM, let device = image.pointee.DeviceHandle,
      let io = firmware.interface(on: device, GUIDs.pciIo, as: EFI_PCI_IO_PROTOCOL.self)
    else { return false }
    line.add("ROM driver of ")
    PCILocation(io).add(to: &line)
    return true
  }
}
