import Trace
import XCTest

final class TableTests: XCTestCase {
  func testLayoutsCountFieldsThatAreNoFunctions() {
    // UEFI 2.10, 24.1: EFI_SIMPLE_NETWORK_PROTOCOL begins with Revision; 13.9: EFI_BLOCK_IO_PROTOCOL
    // has Revision and Media first.
    XCTAssertEqual(
      Signatures.builtIn.layout(of: "SimpleNetwork").first, .init(name: "Start", offset: 8))
    XCTAssertEqual(
      Signatures.builtIn.layout(of: "BlockIo").first, .init(name: "Reset", offset: 16))
    XCTAssertEqual(
      Signatures.builtIn.layout(of: "PciRootBridgeIo").first, .init(name: "PollMem", offset: 8))
  }

  func testAUsersTableAddsAndReplaces() throws {
    var signatures = Signatures.builtIn
    signatures.add(
      table: """
        # a vendor's protocol
        [AcmeFan Fan 3d9f4a4e-8a5c-4f0e-9f53-0d9f6ef2b1aa]
        . Revision
        SetSpeed this:skip \\
          percent:uint32!   # 0 to 100
        8a5c3d9f-4f0e-8a5c-9f53-0d9f6ef2b1aa AcmeVariable
        [PciIo]
        Flush this:skip extra:hex
        """)
    XCTAssertEqual(signatures.malformedLines, [])
    XCTAssertEqual(signatures.layout(of: "Fan"), [.init(name: "SetSpeed", offset: 8)])
    XCTAssertEqual(signatures["Fan.SetSpeed"]?.arguments.count, 2)
    let fan = try XCTUnwrap(GUIDValue(text: "3d9f4a4e-8a5c-4f0e-9f53-0d9f6ef2b1aa"))
    XCTAssertEqual(signatures.guids.knownName(fan), "AcmeFan")
    let variable = try XCTUnwrap(GUIDValue(text: "8a5c3d9f-4f0e-8a5c-9f53-0d9f6ef2b1aa"))
    XCTAssertEqual(signatures.guids.knownName(variable), "AcmeVariable")
    XCTAssertEqual(signatures["PciIo.Flush"]?.arguments.map(\.name), ["this", "extra"])
    XCTAssertEqual(signatures["PciIo.Map"]?.arguments.count, 6)
  }

  func testWrongLinesAreToldByNumber() {
    let signatures = Signatures(
      table: """
        [Group]
        Good a:uint32

        Bad a:nosuchtype
        AlsoBad a:bytes(x,y)
        Worse a -> status
        """)
    XCTAssertEqual(signatures.count, 1)
    XCTAssertEqual(
      signatures.malformedLines,
      ["4: Bad a:nosuchtype", "5: AlsoBad a:bytes(x,y)", "6: Worse a -> status"])
  }

  func testStatusesCanBeNamedBack() {
    for (name, value): (String, UInt64?) in [
      ("NOT_FOUND", 0x8000_0000_0000_000E), ("EFI_NOT_FOUND", 0x8000_0000_0000_000E),
      ("success", 0), ("WARN_STALE_DATA", 5), ("0x12", 18), ("NO_SUCH", nil),
    ] { XCTAssertEqual(ValueNames.status(named: name), value, name) }
  }
}
