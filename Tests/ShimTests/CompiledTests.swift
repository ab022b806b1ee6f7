import XCTest

// The same tests with guest code compiled: what holds for one back end holds for the other.

final class CompiledTrapTests: TrapTests {
  override func invokeTest() { compiling { super.invokeTest() } }
}
final class CompiledJumpTests: JumpTests {
  override func invokeTest() { compiling { super.invokeTest() } }
}
final class CompiledFaultTests: FaultTests {
  override func invokeTest() { compiling { super.invokeTest() } }
}
final class CompiledFixtureTests: FixtureTests {
  override func invokeTest() { compiling { super.invokeTest() } }
}
final class CompiledRegistrationTests: RegistrationTests {
  override func invokeTest() { compiling { super.invokeTest() } }
}
final class CompiledSignalTests: SignalTests {
  override func invokeTest() { compiling { super.invokeTest() } }
}
final class CompiledChangingCodeTests: ChangingCodeTests {
  override func invokeTest() { compiling { super.invokeTest() } }
}
final class CompiledEventTests: EventTests {
  override func invokeTest() { compiling { super.invokeTest() } }
}

private func compiling(_ body: () -> Void) {
  TestMachine.compiles = true
  defer { TestMachine.compiles = false }
  body()
}
