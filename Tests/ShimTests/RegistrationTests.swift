import Glibc
import LinuxHost
import Shim
import Translator
import XCTest

nonisolated(unsafe) private var allocated: UInt64 = 0
private let allocatePages: @convention(c) (UInt64, UInt64, UInt64, UInt64) -> UInt64 = {
  _, _, _, result in
  UnsafeMutablePointer<UInt64>(bitPattern: UInt(result))!.pointee = allocated
  return 0
}
private let freePages: Function2 = { _, _ in 0 }

class RegistrationTests: XCTestCase {
  private func map(_ pages: Int, _ protection: Int32) -> UInt64 {
    UInt64(
      UInt(bitPattern: mmap(nil, pages * 4096, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)))
  }
  private func protection(_ address: UInt64) -> UInt64? {
    LinuxHost().pageRun(at: address)?.attributes
  }

  func testAttributesComeBackExactly() throws {
    let shim = try Shim(host: LinuxHost(), engine: Engine())
    let base = map(4, PROT_READ | PROT_WRITE | PROT_EXEC)
    mprotect(UnsafeMutableRawPointer(bitPattern: UInt(base + 4096)), 4096, PROT_READ)
    mprotect(UnsafeMutableRawPointer(bitPattern: UInt(base + 8192)), 4096, PROT_READ | PROT_EXEC)
    try shim.register(base: base + 0x20, size: 3 * 4096, name: 1)
    XCTAssertEqual((0..<4).map { protection(base + $0 * 4096) }, [3, 1, 1, 3])
    XCTAssertTrue(shim.ownsBranch(to: base + 0x3fff))
    try shim.unregister(base: base + 0x20)
    XCTAssertEqual((0..<4).map { protection(base + $0 * 4096) }, [7, 1, 5, 7])
    XCTAssertFalse(shim.ownsBranch(to: base))
  }

  func testAFailedRegistrationLeavesNothing() throws {
    let shim = try Shim(host: LinuxHost(), engine: Engine())
    let base = map(4, PROT_READ | PROT_WRITE | PROT_EXEC)
    munmap(UnsafeMutableRawPointer(bitPattern: UInt(base + 8192)), 4096)
    XCTAssertThrowsError(try shim.register(base: base, size: 4 * 4096, name: 1)) {
      XCTAssertEqual($0 as? RegistrationError, .cannotProtect(address: base + 8192))
    }
    XCTAssertEqual(protection(base), 7)
    XCTAssertEqual(shim.imageCount, 0)
    try shim.register(base: base, size: 8192, name: 2)
    XCTAssertThrowsError(try shim.register(base: base + 4096, size: 10, name: 3)) {
      XCTAssertEqual($0 as? RegistrationError, .overlaps(base: base))
    }
    XCTAssertThrowsError(try shim.register(base: .max - 10, size: 100, name: 3))
    XCTAssertThrowsError(try shim.unregister(base: base + 4096))
    try shim.unregister(base: base)
    XCTAssertEqual(protection(base + 4096), 7)
  }

  func testASharedPageIsGivenBackWithItsLastImage() throws {
    let shim = try Shim(host: LinuxHost(), engine: Engine())
    let base = map(2, PROT_READ | PROT_EXEC)
    try shim.register(base: base, size: 0x800, name: 1)
    try shim.register(base: base + 0x800, size: 0x1000, name: 2)
    try shim.unregister(base: base)
    XCTAssertEqual(protection(base), 1)
    XCTAssertEqual(shim.image(at: base + 0x900)?.name, 2)
    XCTAssertNil(shim.image(at: base))
    try shim.unregister(base: base + 0x800)
    XCTAssertEqual(protection(base), 5)
  }

  func testManyImagesStaySorted() throws {
    let shim = try Shim(host: LinuxHost(), engine: Engine())
    let base = map(400, PROT_READ | PROT_WRITE | PROT_EXEC)
    // An order that is neither ascending nor descending; 7 and 200 have no common divisor.
    for index in 0..<UInt64(200) {
      try shim.register(base: base + (index * 7 % 200) * 8192, size: 4096, name: UInt32(index))
    }
    XCTAssertEqual(shim.imageCount, 200)
    for index in 1..<200 {
      XCTAssertLessThan(shim.image(index: index - 1)!.base, shim.image(index: index)!.base)
    }
    for index in 0..<UInt64(200) { try shim.unregister(base: base + index * 8192) }
    XCTAssertEqual(shim.imageCount, 0)
    XCTAssertEqual(LinuxHost().pageRun(at: base)?.attributes, 7)
  }

  func testCodeInPagesTheGuestAllocatedRunsAndIsGivenBack() throws {
    let machine = try TestMachine()
    allocated = map(2, PROT_READ | PROT_WRITE | PROT_EXEC)
    let page = UnsafeMutablePointer<UInt8>(bitPattern: UInt(allocated))!
    // mov rax, imm64 (19); ret
    for (index, byte) in ([0x48, 0xB8, 19, 0, 0, 0, 0, 0, 0, 0, 0xC3] as [UInt8]).enumerated() {
      page[index] = byte
    }
    let service = UInt64(
      UInt(bitPattern: unsafeBitCast(allocatePages, to: UnsafeRawPointer.self)))
    machine.shim.intercept(service, .allocatePages)
    machine.shim.intercept(address(freePages), .freePages)
    let allocate = { (type: UInt64) in
      machine.place {
        $0.subtract(Assembler.rsp, immediate: 40)
        $0.move(Assembler.rcx, 0)
        $0.move(Assembler.rdx, type)
        $0.move(Assembler.r8, 2)
        $0.copy(to: Assembler.r9, from: Assembler.rsp)
        $0.add(Assembler.r9, immediate: 32)
        $0.move(Assembler.rax, service)
        $0.call(Assembler.rax)
        $0.load(Assembler.rax, base: Assembler.rsp, offset: 32)
        $0.add(Assembler.rsp, immediate: 40)
        $0.ret()
      }
    }
    // BootServicesData (4) stays the host's; BootServicesCode (3) is adopted.
    XCTAssertEqual(function(allocate(4), Function0.self)(), allocated)
    XCTAssertEqual(protection(allocated), 7)
    XCTAssertEqual(function(allocate(3), Function0.self)(), allocated)
    XCTAssertEqual(protection(allocated), 3)
    XCTAssertEqual(function(allocated, Function0.self)(), 19)
    let free = machine.place {
      $0.subtract(Assembler.rsp, immediate: 40)
      $0.move(Assembler.rcx, allocated)
      $0.move(Assembler.rdx, 2)
      $0.move(Assembler.rax, address(freePages))
      $0.call(Assembler.rax)
      $0.add(Assembler.rsp, immediate: 40)
      $0.ret()
    }
    XCTAssertEqual(function(free, Function0.self)(), 0)
    XCTAssertEqual(protection(allocated), 7)
    XCTAssertFalse(machine.shim.ownsBranch(to: allocated))
  }
}
