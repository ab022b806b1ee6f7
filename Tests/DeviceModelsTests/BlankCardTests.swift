import DeviceModels
import XCTest

final class BlankCardTests: XCTestCase {
  private func card(answer: UInt64 = 0, capacity: Int = 64) -> BlankCard {
    BlankCard(
      identity: PCIIdentity(vendor: 0x1002, device: 0x67df, classCode: 0x03_0000), answer: answer,
      logCapacity: capacity)
  }

  func testAnswersTheConstantAtEverySize() {
    let card = card(answer: 0x1122_3344_5566_7788)
    XCTAssertEqual(card.load(bar: 5, offset: 0, size: 1), 0x88)
    XCTAssertEqual(card.load(bar: 5, offset: 0, size: 2), 0x7788)
    XCTAssertEqual(card.load(bar: 5, offset: 0, size: 4), 0x5566_7788)
    XCTAssertEqual(card.load(bar: 5, offset: 0, size: 8), 0x1122_3344_5566_7788)
  }

  func testTheLogIsBoundedAndCountsAll() {
    let card = card()
    for index in 0..<10_000 {
      card.store(bar: 0, offset: UInt64(index) * 4, size: 4, value: UInt64(index))
    }
    XCTAssertEqual(card.log.first.count, 64)
    XCTAssertEqual(card.log.registers.count, 64)
    XCTAssertEqual(card.log.total.stores, 10_000)
    XCTAssertEqual(card.log.last.count, 16)
    XCTAssertEqual(card.log.last.last?.value, 9_999)
    XCTAssertEqual(card.log.last.first?.value, 9_984)
  }

  func testThePolledRegisterIsFound() {
    let card = card()
    card.store(bar: 5, offset: 0x10, size: 4, value: 1)
    for _ in 0..<5 { _ = card.load(bar: 5, offset: 0x20, size: 4) }
    card.store(bar: 5, offset: 0x30, size: 4, value: 1)
    for _ in 0..<500 { _ = card.load(bar: 5, offset: 0x40, size: 4) }
    XCTAssertEqual(
      card.log.lastPolled.map(\.register),
      [.init(bar: 5, offset: 0x40), .init(bar: 5, offset: 0x20)])
    XCTAssertEqual(card.log.lastPolled.first?.loads, 500)
  }

  func testALoopOverTwoRegistersShowsBoth() {
    let card = card()
    for _ in 0..<100 {
      _ = card.load(bar: 5, offset: 8, size: 4)
      _ = card.load(bar: 5, offset: 12, size: 4)
    }
    XCTAssertEqual(Set(card.log.lastPolled.map(\.register.offset)), [8, 12])
  }
}
